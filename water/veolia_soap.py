"""Veolia's SOAP answers until 2024, kept as JSON: getConsommationJournaliere.

Texts: `dateReleve`, `consommation` and `index` in litres, `fiabiliteIndex` M or E. The
index is of the day's start: consommation(d) = index(d+1) - index(d).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, Format, Refused, RowRefused
from water.answers import Item, has_objects_with, objects_with
from water.judged import IndexAt, export
from water.litres import amount_l, index_l
from water.row import Row, nature_of, says_nothing

KEYS = ("dateReleve", "consommation")
DONE = ("", "0", "00")


def recognises(document: Document) -> bool:
    """Tell by its days."""
    return has_objects_with(document, *KEYS)


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read its days; raise FileRefused."""
    civil = Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, item in objects_with(document.json, *KEYS):
        try:
            rows.append(_day(place, item, civil))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(VEOLIA_SOAP.name, rows, refused, index_at=IndexAt.START)


def _day(place: str, item: Item, civil: Civil) -> Row:
    if str(item.get("codeRetour", "")) not in DONE:
        raise RowRefused("portal-error", "the portal marks this day as failed")
    word, volume = item.get("fiabiliteIndex"), item["consommation"]
    index = item.get("index")
    unknown = volume is None or volume == "" or says_nothing(word)
    return Row.of_day(
        place,
        civil.day(item["dateReleve"]),
        None if unknown else amount_l(volume, scale=1),
        civil,
        nature=nature_of(word),
        index_l=None if index in (None, "") else index_l(index, scale=1),
    )


VEOLIA_SOAP = Format(
    "veolia_soap", "Veolia : getConsommationJournaliere", recognises, read
)
