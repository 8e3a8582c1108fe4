"""Whatever a file is turned into, it is read or refused: nothing else is raised."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from exports import Document, Export, FileRefused, recognise
from water.formats import FORMATS

ANSWERS = [
    {
        "unites": {"consommation": "l"},
        "postes": [
            {"data": [{"annee": 2026, "mois": 0, "jour": 1, "consommation": 3}]}
        ],
    },
    {"postes": [{"data": [{"annee": 2026, "mois": 0, "consommation": 3}]}]},
    {
        "codeRetour": 100,
        "resultatRetour": [
            {"DateReleve": "2020-07-01T00:00:00+02:00", "ValeurIndex": 1},
            {"DateReleve": "2020-07-02T00:00:00+02:00", "ValeurIndex": 2},
        ],
    },
    [
        {
            "date_releve": "2026-07-01",
            "consommation": {"litre": 1},
            "index": {"m3": 1.0},
            "fiabilite_index": "MESURE",
        }
    ],
    [{"annee": 2026, "mois": 1, "consommation": {"m3": 1.0}}],
    {"return": [{"dateReleve": "2023-10-26", "consommation": "4", "index": "9"}]},
    {
        "content": {
            "measures": [
                {"date": "2026-04-30", "index": 1, "volume": 1, "numberOfDays": 3}
            ]
        },
        "code": "00",
    },
    {
        "content": {
            "measures": [
                {
                    "date": "23/09/2024",
                    "index": 5,
                    "volume": 5,
                    "type": "R",
                    "previousDateMeasure": "12/03/2024",
                }
            ]
        },
        "code": "00",
    },
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["31/12/9999", "0001-01-01", "1e9", "-0", "M", "²", "٣", [], {}]),
)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*path, number)
            yield from leaves(inner, (*path, number))


def read_or_refused(data):
    try:
        document = Document(data)
        found = recognise(document, FORMATS).read(document, ZoneInfo("Europe/Paris"))
    except FileRefused:
        return
    assert isinstance(found, Export)


@given(st.sampled_from(ANSWERS), ODD, st.data())
def test_any_value_of_an_answer_may_be_anything(answer, odd, data):
    answer = copy.deepcopy(answer)
    *path, last = data.draw(st.sampled_from(list(leaves(answer))))
    inner = answer
    for step in path:
        inner = inner[step]
    inner[last] = odd
    read_or_refused(json.dumps(answer).encode())


@given(
    st.sampled_from(
        [
            "date;consommation(litre)",
            "Date;Index;Consommation;Methode",
            "Date;Index (m3);Volume (m3)",
        ]
    ),
    st.lists(st.lists(ODD.map(str), max_size=6), max_size=5),
)
def test_any_cell_of_a_table_may_be_anything(header, rows):
    lines = [header, *(";".join(row) for row in rows)]
    read_or_refused("\n".join(lines).encode("utf-8", "replace"))


def test_a_workbook_is_read_like_its_csv(read, days):
    book = Workbook()
    sheet = book.active
    sheet.append(
        [
            "Date de relevé",
            "Index relevé (litres)",
            "Consommation du jour (litres)",
            "Index Mesuré/Estimé",
        ]
    )
    sheet.append([datetime(2024, 2, 1), 1000, 100, "M"])  # noqa: DTZ001 - a cell's
    sheet.append(["02/02/2024", 1100.0, 99, "E"])
    out = BytesIO()
    book.save(out)
    assert days(read(out.getvalue())) == {"2024-02-01": 100, "2024-02-02": 99}


@pytest.mark.parametrize("cut", [3, 40, 90])
def test_a_json_that_breaks_off_is_said_to(cut):
    data = json.dumps(ANSWERS[0]).encode()[:cut]
    with pytest.raises(FileRefused) as caught:
        recognise(Document(data), FORMATS)
    assert caught.value.reason == "truncated"
