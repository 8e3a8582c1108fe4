"""JSON of GRDF's portal, informative and published, as monespace.grdf.fr answers it.

    {"<PCE>": {"idPce": "<PCE>", "releves": [{"journeeGaziere": "2019-11-30", …}]}}

Its times say `T06:00:00+00:00` in winter and in summer: they are local 06:00.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, FileRefused, Format, Json, RowRefused
from gazpar.gathering import gathered
from gazpar.pce import pce_number
from gazpar.period import Period
from gazpar.reading import Row
from gazpar.words import is_absence, nature, plain

NAME = "grdf-portal-json"
KEYS = {"journeeGaziere", "energieConsomme", "volumeBrutConsomme"}


def recognises(document: Document) -> bool:
    """Tell whether it is JSON that has the `releves` of a supply point."""
    if not document.looks_json:
        return False
    readings = [one for _, told in _points(document.json) for one in told[:20]]
    if not readings:
        return any(meter is not None for meter, _ in _points(document.json))
    return any(isinstance(one, dict) and KEYS & one.keys() for one in readings)


def read(document: Document, zone: ZoneInfo) -> Export:
    """Give what the file says; raise FileRefused ("several-meters")."""
    points = _points(document.json)
    told = [point for point in points if point[1]]
    meters = {meter for meter, _ in told}
    if len(told) > 1 and (len(meters) > 1 or None in meters):  # None is a masked one
        raise FileRefused(
            "several-meters",
            f"the file is of several supply points ({len(told)} lists of readings)",
            hint="download the file of each one alone",
        )
    meter = (told or points)[0][0]
    items = [
        (f"releves[{number}]" if at == 1 else f"answer {at}, releves[{number}]", item)
        for at, (_, one) in enumerate(told, 1)
        for number, item in enumerate(one)
    ]
    return gathered(NAME, meter, items, _row, Civil(zone))


def _points(value: Json) -> list[tuple[str | None, list[Json]]]:
    """Give (PCE, readings) of each supply point of each answer in the file."""
    named: list[tuple[str | None, Json]] = []
    for answer in value if isinstance(value, list) else [value]:
        if isinstance(answer, dict):
            bare = "releves" in answer
            named += [(None, answer)] if bare else answer.items()
    points = []
    for name, one in named:
        if isinstance(one, dict) and isinstance(one.get("releves", 0), list | None):
            meter = pce_number(one.get("idPce") or name)
            points.append((meter, one["releves"] or []))
    return points


def _row(place: str, item: Json, civil: Civil) -> Row:
    if not isinstance(item, dict):
        raise RowRefused("not-a-row", "it is no reading")
    day = item.get("journeeGaziere")
    kind = plain(item.get("natureReleve"))
    said = item.get("qualificationReleve")
    published = kind.startswith("publi") or (day is None and not kind)
    provisional = plain(item.get("status")).startswith("provisoire")
    return Row(
        place,
        _period(item, day, civil),
        item.get("volumeBrutConsomme"),
        item.get("energieConsomme"),
        item.get("coeffConversion"),
        item.get("indexDebut"),
        item.get("indexFin"),
        None
        if is_absence(said)
        else nature(said, published=published, provisional=provisional),
        published=published,
        indexed=True,
    )


def _period(item: dict[str, Json], day: Json, civil: Civil) -> Period:
    if day is not None:
        return Period.of_day(civil.day(day))
    first, until = item.get("dateDebutReleve"), item.get("dateFinReleve")
    if first is None or until is None:
        raise RowRefused("no-period", "it says no day and no period")
    return Period(civil.day(first), civil.day(until))


FORMAT = Format(NAME, "GRDF, mon espace (JSON)", recognises, read)
