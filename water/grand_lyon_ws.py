"""Grand Lyon's `ws` answers until 2026, as Ecolyo kept them: litre indexes at instants.

`resultatRetour[]` of `DateReleve` (with its offset), `TypeAgregat` (R: read) and
`ValeurIndex`; what flowed is the difference. One index alone says no amount.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exports import (
    Civil,
    Document,
    Export,
    FileRefused,
    Format,
    Index,
    Refused,
    RowRefused,
    differences,
)
from water.answers import has_objects_with, objects_with
from water.judged import VOLUME
from water.litres import MOST_L_AN_HOUR, index_l
from water.row import nature_of

KEYS = ("DateReleve", "ValeurIndex")
DONE = 100


def recognises(document: Document) -> bool:
    """Tell by its indexes, or by an answer that has none."""
    return has_objects_with(document, *KEYS) or has_objects_with(
        document, "codeRetour", "resultatRetour"
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read its indexes as amounts; raise FileRefused."""
    for _, answer in objects_with(document.json, "codeRetour", "resultatRetour"):
        if str(answer["codeRetour"]) != str(DONE):
            raise FileRefused("portal-error", "the portal answered with an error")
    civil = Civil(zone)
    indexes: list[Index] = []
    refused: list[Refused] = []
    absent = 0
    for place, item in objects_with(document.json, *KEYS):
        if item["ValeurIndex"] is None:
            absent += 1
            continue
        try:
            at = civil.instant(item["DateReleve"])
            litres = index_l(item["ValeurIndex"], scale=1)
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
            continue
        nature = nature_of(item.get("TypeAgregat"))
        indexes.append(Index(VOLUME, at, litres, nature, place))
    if not indexes and not refused:
        raise FileRefused("no-readings", "the answer holds no index")
    amounts, fell = differences(indexes, most_an_hour=MOST_L_AN_HOUR)
    if not amounts and not fell and not refused:
        raise FileRefused(
            "one-index",
            "the file holds one index: an amount is the difference of two",
            hint="ask for at least two days",
        )
    return Export(GRAND_LYON_WS.name, None, tuple(amounts), (*refused, *fell))


GRAND_LYON_WS = Format(
    "grand_lyon_ws", "Grand Lyon : getAllAgregatsByAbonnement (ws)", recognises, read
)
