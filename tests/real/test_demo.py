"""`releve demo`, as it is typed: twice, for a quarter of a minute each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from house import VirtualHome
from house.living import SELDOM_MS
from tests.real.home import RELEVE

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]

SECONDS = 22
LINE = re.compile(
    r"\d\d:\d\d:\d\d  demo  \d+ VA  (?P<linky>\d+) Wh  H[CP] \S+"
    r"(?:  gas (?P<gas>\d+) L)?(?:  water (?P<water>\d+) L)?"
)
LAST = "4/4"


@dataclass
class Played:
    """What one run of the demo said, and what its API answered meanwhile."""

    said: list[str] = field(default_factory=list)
    code: int = -1
    meters: dict = field(default_factory=dict)
    marks: set = field(default_factory=set)
    history: dict = field(default_factory=dict)
    checked: str = ""

    def counted(self, meter):
        found = [LINE.match(line) for line in self.said]
        return [int(one[meter]) for one in found if one and one[meter]]


def play(directory: Path) -> Played:
    """Run it once, and ask its API when the last file was imported."""
    played = Played()
    words = ["demo", "--directory", str(directory), "--seconds", str(SECONDS)]
    with subprocess.Popen(
        [*RELEVE, *words],
        env={**os.environ, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            played.said.append(line.rstrip())
            if LAST in line:
                ask(directory, played)
        played.code = process.wait()
    return played


def ask(directory: Path, played: Played) -> None:
    config = tomllib.loads((directory / "releve.toml").read_text())
    token = (directory / "data" / "owner.token").read_text().strip()

    def get(path):
        request = urllib.request.Request(
            f"http://{config['api']['listen']}{path}",
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - ours
            played.marks.add(answer.headers["Releve-Demo"])
            return answer.read()

    played.meters = json.loads(get("/api/v1/meters"))
    assert "Démonstration".encode() in get("/")
    for meter, register in (
        ("linky", "import_total_wh"),
        ("gas", "gas_energy_wh"),
        ("water", "water_volume_l"),
    ):
        path = f"/api/v1/meters/{meter}/registers/{register}?step=month"
        played.history[register] = json.loads(get(path))["rows"]
    done = subprocess.run(
        [*RELEVE, "import", "list", "--config", str(directory / "releve.toml")],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    played.checked = done.stdout + done.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> tuple[int, Played, Played]:
    directory = tmp_path_factory.mktemp("demo") / "data"
    first = play(directory)
    anchor_ms = int((directory / "releve-demo").read_text())
    return anchor_ms, first, play(directory)


@pytest.mark.parametrize("number", [1, 2])
def test_it_ends_by_itself_and_says_where_its_data_is(runs, number):
    played = runs[number]
    assert played.code == 0, played.said
    assert "invented data stays in" in played.said[-1]
    assert "DEMONSTRATION" in played.said[0]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("meter", ["linky", "gas", "water"])
def test_each_meter_is_live_and_only_rises(runs, number, meter):
    counted = runs[number].counted(meter)
    assert counted
    assert counted == sorted(counted)


@pytest.mark.parametrize("meter", ["linky", "gas", "water"])
def test_the_second_run_goes_on_where_the_first_stood(runs, meter):
    _, first, second = runs
    step = second.counted(meter)[0] - first.counted(meter)[-1]
    assert 0 <= step < 100


def test_the_live_meters_go_on_where_the_history_ends(runs):
    anchor_ms, first, _ = runs
    home = VirtualHome(anchor_ms)
    assert 0 <= first.counted("gas")[0] - home.gas.at(anchor_ms) <= 100
    assert 0 <= first.counted("water")[0] - home.water.at(anchor_ms) <= 20
    drawn = sum(home.power.midnights[-1].supplier)
    assert 0 <= first.counted("linky")[0] - drawn < 20_000


def test_water_pulses_within_the_first_seconds(runs):
    _, first, _ = runs
    water = first.counted("water")
    assert water[-1] > water[0] or len(water) < 2
    assert SELDOM_MS > SECONDS * 1000


def test_the_history_is_imported_whole_and_a_second_time_changes_nothing(runs):
    _, first, second = runs

    def came(played):
        return [line for line in played.said if re.match(r"  \d/4  ", line)]

    assert len(came(first)) == 4
    assert all("new values, 0 changed, 0 unchanged, 0 ref" in x for x in came(first))
    assert all(": 0 new values, 0 changed, " in line for line in came(second))


def test_twenty_five_months_are_in_the_api_and_named_as_invented(runs):
    for rows in runs[1].history.values():
        assert len(rows) >= 25
        assert all(row["value"] is not None for row in rows)
        assert all("demo" in row["sources"] for row in rows)


def test_every_answer_and_command_is_marked(runs):
    _, first, _ = runs
    assert first.marks == {"true"}
    assert first.meters["demo"] is True
    assert [meter["id"] for meter in first.meters["meters"]] == [
        "linky",
        "gas",
        "water",
    ]
    assert "DEMONSTRATION" in first.checked
    assert first.checked.count("demo-") == 4
