"""`releve reconcile`: what sources say beside what the home counted."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli.main import app
from edge.calendar import Calendar
from edge.config import load_config
from edge.errors import EdgeError
from edge.interval import Interval, Step
from edge.journal.journal import Journal
from edge.sample import Quality, Slice, millis

PARIS = ZoneInfo("Europe/Paris")
SPAN = tuple(
    millis(datetime.fromisoformat(day).replace(tzinfo=PARIS))
    for day in ("2026-10-24", "2026-10-27")
)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(
        f'data_dir = "{tmp_path}/data"\n[[meters]]\nid = "linky"\nport = "/dev/none"\n'
    )
    return path


@pytest.fixture
def home(config):
    """Two days that the home counted, of three; and two that Enedis says."""
    calendar = Calendar(PARIS)
    edges = calendar.boundaries(Step.DAY, *SPAN).tolist()
    halves = calendar.boundaries(Step.MIN30, edges[0], edges[2]).tolist()
    days = [(Step.DAY, a, b) for a, b in pairwise(edges[:3])]
    shorter = [(Step.MIN30, a, b) for a, b in pairwise(halves)]
    rows = tuple(
        Interval("linky", "import_total_wh", step, start, end, (end - start) // 60_000)
        for step, start, end in (*days, *shorter)
    )
    told = tuple(
        Slice("linky", "import_total_wh", *slot, value, Quality.RAW, "file:enedis", 1)
        for slot, value in zip(pairwise(edges[:3]), (1440, 1400), strict=True)
    )

    async def fill():
        journal = Journal.open(load_config(config).data_dir, ballast_bytes=0)
        await journal.append([rows, told])
        journal.close()

    asyncio.run(fill())
    return config


def run(config, *words, language="en"):
    env = {"LC_ALL": f"{language}_FR.UTF-8", "LC_MESSAGES": "", "LANG": ""}
    words = ["reconcile", *words, "--config", str(config)]
    return CliRunner().invoke(app, words, env=env)


ASKED = ("linky", "import_total_wh", "--from", "2026-10-24", "--to", "2026-10-27")


def test_a_difference_and_a_gap_are_said_in_both_languages(home):
    english = run(home, *ASKED)
    assert english.exit_code == 0, english.output
    assert "file:enedis: 2 periods compared, 1 differ" in english.stdout
    assert "at home 1,500, this source 1,400 (-100, -6.67 %)" in english.stdout
    assert "2026-10-26 00:00+01:00 → 2026-10-27 00:00+01:00 (1 × day)" in english.stdout
    french = run(home, *ASKED, language="fr")
    assert "2 périodes comparées, 1 différentes" in french.stdout
    assert "Ce que nulle source ne connaît entier" in french.stdout
    assert "-6,67 %" in french.stdout


def test_json_is_what_the_api_answers(home):
    document = json.loads(run(home, *ASKED, "--json").stdout)
    (source,) = document["sources"]
    assert (source["own"], source["theirs"]) == (2940, 2840)
    assert [row["difference"] for row in source["rows"]] == [0, -100]
    assert document["gaps"][0]["intervals"] == 1


def test_where_all_is_well_no_gap_is_said(home):
    said = run(home, *ASKED[:4], "--to", "2026-10-25")
    assert "No gap." in said.stdout
    assert "0 differ" in said.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("water", "water_volume_l"), "no meter is called"),
        (("linky", "tariff_period"), "indexes"),
        (("linky", "import_total_wh", "--from", "2010-01-01"), "1,100 days"),
        (("linky", "import_total_wh", "--from", "yesterday"), "not an instant"),
        (("linky", "none_wh"), "no register is named"),
    ],
)
def test_what_cannot_be_compared_is_said(home, words, why):
    result = run(home, *words)
    assert isinstance(result.exception, EdgeError)
    assert why in str(result.exception)


def test_nothing_is_made_where_nothing_was_kept(config):
    result = run(config, "linky", "import_total_wh")
    assert "releve run" in str(result.exception)
    assert not load_config(config).data_dir.exists()
