"""The questions of docs/influxdb.md, asked as Grafana would ask them."""

from __future__ import annotations

import re

import pytest

from edge.calendar import DAY_MS
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Lane, Record
from edge.sample import Sample
from tests.conftest import ROOT

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

AT = 1_792_870_200_000 // DAY_MS * DAY_MS
PAGE = (ROOT / "docs" / "influxdb.md").read_text()
QUESTIONS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MACROS = {
    "$timeFilter": f"time >= {AT}ms AND time < {AT + DAY_MS}ms",
    "$__interval": "10s",
}


@pytest.fixture
def filled(influx_store):
    samples = [
        Sample("linky", AT + 1000 * i, {"apparent_power_va": 500 + i // 9})
        for i in range(60)
    ]
    rows = []
    for step, length in ((Step.MIN30, 1_800_000), (Step.HOUR, 3_600_000)):
        for name in ("import_total_wh", "import_tariff01_wh", "import_tariff02_wh"):
            slot = ("linky", name, step, AT, AT + length)
            rows.append(Interval(*slot, 4000))
    slot = ("linky", "import_total_wh", Step.DAY, AT, AT + DAY_MS)
    rows.append(Interval(*slot, 4000))
    slot = ("linky", "apparent_power_va", Step.MIN30, AT, AT + 1_800_000)
    rows.append(Interval(*slot, 503, minimum=500, mean=502.75, maximum=506))
    event = Event("linky", AT, EventKind.TARIFF, {"to": "HC"})
    influx_store.project(
        [
            Record(Address(1, seq), Lane.PRESENT, "linky", AT, AT + 1, body)
            for seq, body in enumerate((Block.of(samples), tuple(rows), event), 1)
        ]
    )


EXPECTED = [
    lambda series: (
        [row[1] for row in series[0].rows[:6]] == [501, 502, 503, 504, 505, 506]
    ),
    lambda series: series[0].rows == [[AT, 502.75, 506]],
    lambda series: series[0].rows == [[AT, 4]],
    lambda series: (
        [one.tags["register"] for one in series]
        == ["import_tariff01_wh", "import_tariff02_wh"]
        and {row[1] for one in series for row in one.rows} == {4000, None}
    ),
    lambda series: series[0].rows == [[AT, '{"to":"HC"}']],
]


def test_every_question_of_the_page_has_its_expectation():
    assert len(QUESTIONS) == len(EXPECTED)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_a_question_is_answered_by_what_was_told(server, databases, number):
    question = QUESTIONS[number]
    for macro, text in MACROS.items():
        question = question.replace(macro, text)
    database = databases.raw if number == 0 else databases.lasting
    (series,) = server.ask(database, question.replace("\n", " "))
    assert EXPECTED[number](series), series
