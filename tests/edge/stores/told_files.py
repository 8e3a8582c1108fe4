"""A file of each kind that we read, invented, as the libraries' own tests have them."""

from __future__ import annotations

import io
import json
from pathlib import Path

from openpyxl import Workbook

from tests.edge.importing.importing_home import curve, gas_days
from tests.enedis.test_daily_index import INDEX
from tests.enedis.test_daily_index import row as index_row
from tests.enedis.test_rubbish import FILES, FLOW, JSON
from tests.gazpar.test_formats import ADICT, PORTAL, PYGAZPAR
from tests.gazpar.test_portal_xlsx import DAILY, DAYS, sheet
from tests.water.test_damage import ANSWERS

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"
SMALL_BYTES = 20_000
OWN = "own-csv"
"""Its rows don't say of which register they are."""
OWN_JSON = {
    "meter": "water",
    "register": "water_volume_l",
    "step": "day",
    "zone": "Europe/Paris",
    "rows": [
        {
            "start": "2025-10-26T00:00:00+02:00",
            "end": "2025-10-27T00:00:00+01:00",
            "value": 321,
            "quality": "raw",
            "coverage": 1.0,
            "revision": 1,
        }
    ],
}
WATER_CSV = "date;consommation(litre)\n03/03/2018;379\n04/03/2018;0\n06/03/2018;1200\n"
VEOLIA_IDF = (
    "Date de relevé;Index relevé (litres);Consommation du jour (litres);"
    "Index Mesuré/Estimé\n01/02/2024;1000;100;M\n02/02/2024;1100;201;E\n"
)
VEOLIA = (
    "Date de relevé;Consommation (m³);Index relevé (m³);Index mesuré/estimé\n"
    '01/02/2025;"0,100";"1,000";M\n02/02/2025;"0,099";"1,100";E\n'
)
SUEZ = (
    "Date;Index (m3);Volume (m3)\n2026-04-29 00:00:00;99,920;0,075\n"
    "2026-04-30 00:00:00;100,000;0,080\n"
)
OWN_CSV = (
    "start,end,value,unit,quality,coverage,revision\n"
    "2025-03-30T00:00:00+01:00,2025-03-31T00:00:00+02:00,77,Wh,raw,1.0,1\n"
)


def _sheet(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def told_files() -> dict[str, bytes]:
    """Give files by name; some are of one meter, and overlap."""
    found = {f"enedis-{name}": text.encode() for name, text in FILES.items()}
    found["enedis-curve-of-days"] = curve([300, 0, *range(1, 95)])
    days = (
        index_row(f"2023-01-0{n}T00:00:00+01:00", *range(n * 10, n * 10 + 6))
        for n in (1, 2, 3)
    )
    found["enedis-index"] = (INDEX + "".join(days)).encode()
    documents = {"enedis-data-connect": JSON, "enedis-flow-json": FLOW}
    documents |= {"gas-portal": PORTAL, "gas-adict": ADICT, "gas-pygazpar": PYGAZPAR}
    documents |= {f"water-{n}": answer for n, answer in enumerate(ANSWERS)}
    documents["own-json"] = OWN_JSON
    found |= {name: json.dumps(one).encode() for name, one in documents.items()}
    found["gas-days"] = gas_days([50, 0, 61, 72])
    found["gas-workbook"] = _sheet(sheet(DAILY, DAYS))
    texts = {"water-csv": WATER_CSV, "water-idf": VEOLIA_IDF, "water-veolia": VEOLIA}
    texts |= {"water-suez": SUEZ, OWN: OWN_CSV}
    found |= {name: text.encode() for name, text in texts.items()}
    return found


def real_files() -> dict[str, bytes]:
    """Give the files that are no part of the project, where they are here.

    The small ones: a year of half-hours has no word that a day of them lacks.
    """
    paths = [
        path
        for fluid in ("electricity", "gas", "water")
        for path in sorted((SAMPLES / fluid).glob("*"))
    ]
    return {p.name: p.read_bytes() for p in paths if p.stat().st_size < SMALL_BYTES}
