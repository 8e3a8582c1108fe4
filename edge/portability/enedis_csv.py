"""`enedis_compatible.csv`: half-hours as Enedis' own download lays them out.

Mean watts, each stamped with the END of its half-hour and the offset that tells
October's two hours apart; the supply point's number is left empty. An amount of which
a part is unknown is left empty too: who reads this file takes what it says for whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import numpy as np

from edge.calendar import HALF_HOUR_MS, Calendar
from edge.sample import utc
from edge.stores.protocol import IntervalColumns

PATH = "enedis_compatible.csv"
REGISTER = "import_total_wh"
RESOURCE = {
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
    "description": "Mean W of half-hours, each stamped with its end, as Enedis does",
}
TITLES = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
)


def lines(
    pages: Iterable[IntervalColumns], zone: ZoneInfo, now_ms: int
) -> Iterator[str]:
    """Write the half-hours of an index of Wh; nothing where there are none."""
    calendar, begun = Calendar(zone), False
    for page in pages:
        if not begun:
            first, last = (
                utc(at_ms).astimezone(zone).strftime("%d/%m/%Y")
                for at_ms in (page.start_ms[0], now_ms)
            )
            about = "Energie active;Consommation;Comptage Brut;W;30"
            yield f"{TITLES};Courbe de charge;{first};{last};{about}\n\n"
            yield "Horodate;Valeur\n"
            begun = True
        yield _page(page, calendar)


def _page(page: IntervalColumns, calendar: Calendar) -> str:
    stamps = calendar.isoformat(np.array(page.end_ms, dtype=np.int64))
    known = zip(
        stamps, page.start_ms, page.end_ms, page.value, page.coverage, strict=True
    )
    return "".join(
        f"{stamp};{2 * value}\n"
        if value is not None and coverage >= 1 and end - start == HALF_HOUR_MS
        else f"{stamp};\n"
        for stamp, start, end, value, coverage in known
    )
