"""Answers of GRDF's ADICT, one JSON object after the other (NDJSON, v2 and v6).

Published and informative consumptions are readings; contracts, technical data, access
rights and errors are recognised to say that there is none in them.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, FileRefused, Format, Json, RowRefused
from gazpar.gathering import gathered
from gazpar.pce import pce_number
from gazpar.period import Period
from gazpar.reading import Row
from gazpar.words import is_absence, nature, plain

NAME = "grdf-adict"
READINGS = "download the consumptions, published or informative"
WITHOUT_READINGS = {
    "donnees_contractuelles": "a gas contract's data (GRDF ADICT)",
    "donnees_techniques": "a gas meter's technical data (GRDF ADICT)",
    "id_droit_acces": "a list of rights of access (GRDF ADICT)",
    "injection": "gas that was injected into the network, not used (GRDF ADICT)",
    "code_statut_traitement": "an answer to a request of access (GRDF ADICT)",
    "statut_restitution": "an error of GRDF ADICT",
}


def recognises(document: Document) -> bool:
    """Tell whether its first object is one of ADICT's answers."""
    if not document.looks_json:
        return False
    return any(
        isinstance(one, dict)
        and (
            ("pce" in one and "consommation" in one)
            or not WITHOUT_READINGS.keys().isdisjoint(one)
            or _within(one, "consommation", "type_conso") is not None
        )
        for one in _objects(document)[:20]
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Give what the file says; raise FileRefused ("no-readings", "several-meters")."""
    objects = _objects(document)
    items = [
        (f"object {number}", one)
        for number, one in enumerate(objects, 1)
        if not isinstance(one, dict) or "code_statut_traitement" not in one
    ]
    if not any(isinstance(one, dict) and one.get("consommation") for _, one in items):
        raise _without_readings(objects)
    meters = {_meter(one) for _, one in items} - {None}
    if len(meters) > 1:
        raise FileRefused(
            "several-meters",
            f"the file is of {len(meters)} supply points",
            hint="keep the answers of each one in a file of its own",
        )
    meter = meters.pop() if meters else None
    return gathered(NAME, meter, items, _row, Civil(zone))


def _objects(document: Document) -> list[Json]:
    value = document.json
    return value if isinstance(value, list) else [value]


def _without_readings(objects: list[Json]) -> FileRefused:
    keys = {key for one in objects if isinstance(one, dict) for key in one}
    what = next(
        (what for key, what in WITHOUT_READINGS.items() if key in keys),
        "an answer of GRDF ADICT without a consumption",
    )
    return FileRefused("no-readings", f"{what}: no readings in it", hint=READINGS)


def _within(item: Json, *keys: str) -> Json:
    """Follow keys into an answer; None where a part of the way is missing or null."""
    for key in keys:
        item = item.get(key) if isinstance(item, dict) else None
    return item


def _meter(item: Json) -> str | None:
    return pce_number(_within(item, "pce", "id_pce"))


def _row(place: str, item: Json, civil: Civil) -> Row:
    used = _within(item, "consommation")
    if not isinstance(used, dict):
        code = _within(item, "statut_restitution", "code")
        error = "" if code is None else f": GRDF gave the error {str(code)[:20]!r}"
        raise RowRefused("no-consumption", f"it has no consumption{error}")
    if plain(used.get("sens_flux_gaz")) == "injection":
        raise RowRefused("no-consumption", "gas injected into the network, not used")
    published = plain(used.get("type_conso")).startswith("publi")
    provisional = plain(used.get("statut_conso")).startswith("provisoire")
    said = used.get("type_qualif_conso")
    return Row(
        place,
        _period(used, civil),
        used.get("volume_brut"),
        used.get("energie"),
        _within(used, "coeff_calcul", "coeff_conversion"),
        _within(item, "releve_debut", "index_brut_debut", "valeur_index"),
        _within(item, "releve_fin", "index_brut_fin", "valeur_index"),
        None
        if is_absence(said)
        else nature(said, published=published, provisional=provisional),
        published=published,
        indexed=True,
        wraps=used.get("flag_retour_zero") in (True, "Vrai"),
    )


def _period(used: dict[str, Json], civil: Civil) -> Period:
    day = used.get("journee_gaziere")
    if day is not None:
        return Period.of_day(civil.day(day))
    first = used.get("date_debut_consommation")
    until = used.get("date_fin_consommation")
    if first is None or until is None:
        raise RowRefused("no-period", "it says no day and no period")
    return Period(civil.day(first), civil.day(until))


FORMAT = Format(NAME, "GRDF ADICT (NDJSON)", recognises, read)
