"""Where the demo keeps its things, what it says, and how commands mark it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from cli.demo_place import MARK, OLDEST_MS, PREFIX, Place, held, prepared
from cli.demo_words import happened, imported, line
from cli.language import Language
from cli.main import app
from cli.watch import Screen
from edge.config import load_config
from edge.event import Event, EventKind
from edge.importing.report import Report
from edge.sample import Sample
from edge.sources.plugins import fluid_of
from house import VirtualHome

PARIS = ZoneInfo("Europe/Paris")
ANCHOR_MS = 1_795_500_000_000


@pytest.fixture
def config(tmp_path):
    place = Place(tmp_path, ANCHOR_MS)
    return place.write_config(VirtualHome(ANCHOR_MS))


def test_a_second_start_goes_on_where_the_first_began(tmp_path):
    first = prepared(tmp_path / "demo")
    (first.directory / "kept").touch()
    again = prepared(tmp_path / "demo")
    assert again == first
    assert (first.directory / "kept").exists()


def test_a_fresh_one_forgets_it(tmp_path):
    first = prepared(tmp_path / "demo")
    (first.directory / "kept").touch()
    prepared(tmp_path / "demo", fresh=True)
    assert not (first.directory / "kept").exists()


def test_a_story_of_long_ago_is_told_anew(tmp_path):
    first = prepared(tmp_path / "demo")
    mark = first.directory / MARK
    mark.write_text(str(first.anchor_ms - OLDEST_MS - 1))
    assert prepared(tmp_path / "demo").anchor_ms >= first.anchor_ms


@pytest.mark.parametrize("text", ["", "soon", "99999999999999999"])
def test_a_mark_that_says_no_instant_begins_anew(tmp_path, text):
    first = prepared(tmp_path / "demo")
    (first.directory / MARK).write_text(text)
    assert prepared(tmp_path / "demo").anchor_ms >= first.anchor_ms


@pytest.mark.parametrize("fresh", [True, False])
def test_what_is_not_the_demos_is_left_alone(tmp_path, fresh):
    (tmp_path / "photo").touch()
    with pytest.raises(typer.BadParameter, match="something else"):
        prepared(tmp_path, fresh=fresh)
    assert (tmp_path / "photo").exists()


def test_two_demos_never_share_a_directory(tmp_path):
    directory = tmp_path / "demo"
    with held(directory) as place:
        place.linky.touch()
        for fresh in (True, False):
            again = held(directory, fresh=fresh)
            with pytest.raises(typer.BadParameter, match="running"), again:
                pass
        assert place.linky.exists()
    with held(directory, fresh=True) as place:
        assert not place.linky.exists()
        with pytest.raises(typer.BadParameter, match="running"), held(directory):
            pass
    with held(directory) as again:
        assert again == place


def test_a_directory_whose_name_no_socket_can_bear_is_refused_at_once(tmp_path):
    directory = tmp_path / ("d" * 100)
    with pytest.raises(typer.BadParameter, match="too long"), held(directory):
        pass
    assert not directory.exists()


def test_a_leak_of_last_time_is_closed(tmp_path):
    first = prepared(tmp_path / "demo")
    first.leak.touch()
    assert not prepared(tmp_path / "demo").leak.exists()


def test_its_configuration_is_one_marked_home_of_three_fluids(config):
    found = load_config(config)
    assert found.demo
    fluids = [fluid_of(meter.kind).value for meter in found.meters]
    assert fluids == ["electricity", "gas", "water"]
    if found.mqtt.url is not None:
        assert found.mqtt.prefix == PREFIX != "releve"


def test_its_dials_stand_to_the_litre_where_its_history_ends(config):
    home = VirtualHome(ANCHOR_MS)
    _, gas, water = load_config(config).meters
    assert round(gas.model_extra["index_m3"] * 1000) == home.gas.at(ANCHOR_MS)
    assert round(water.model_extra["index_m3"] * 1000) == home.water.at(ANCHOR_MS)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr_FR.UTF-8", "DÉMONSTRATION"), ("C", "DEMONSTRATION")],
)
def test_any_command_that_looks_at_it_says_so_beside_its_answer(
    config, monkeypatch, language, words
):
    monkeypatch.setenv("LC_ALL", language)
    done = CliRunner().invoke(app, ["import", "list", "--config", str(config)])
    assert done.exit_code == 0
    assert words in done.stderr
    assert words not in done.stdout
    checked = CliRunner().invoke(app, ["check-config", "--config", str(config)])
    assert words in checked.stderr


def test_of_a_real_home_no_command_says_so(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text('[[meters]]\nid = "linky"\nport = "/dev/ttyUSB0"\n')
    done = CliRunner().invoke(app, ["check-config", "--config", str(path)])
    assert "MONSTRATION" not in done.output
    assert "MONSTRATION" not in done.stderr


def test_the_live_screen_begins_with_it():
    def text(screen):
        return str(screen.render().renderables[0])

    assert "DEMONSTRATION" in text(Screen(demo=True))
    assert "DEMONSTRATION" not in text(Screen())


def test_a_line_has_what_the_three_meters_said_last():
    latest = {
        "linky": Sample(
            "linky",
            ANCHOR_MS,
            {
                "apparent_power_va": 430,
                "import_total_wh": 12_202_512,
                "tariff_period": "HP BLEU",
            },
        ),
        "gas": Sample("gas", ANCHOR_MS - 9000, {"gas_volume_l": 12_443_071}),
        "water": Sample("water", ANCHOR_MS, {"water_volume_l": 760_003}),
    }
    said = line(latest, PARIS)
    assert said.split("  ")[1:] == [
        "demo",
        "430 VA",
        "12202512 Wh",
        "HP BLEU",
        "gas 12443071 L",
        "water 760003 L",
    ]
    assert line({"water": latest["water"]}, PARIS).endswith("demo  water 760003 L")
    first = {"linky": Sample("linky", ANCHOR_MS, {"import_total_wh": None})}
    assert line(first, PARIS).endswith("demo")


def test_a_leak_is_said_when_it_begins_and_ends_and_nothing_else_is():
    detail = {"state": "start", "litres": 25, "minutes": 2, "flow_l_h": 716}
    begun = Event("water", ANCHOR_MS, EventKind.LEAK, detail)
    assert "25 litres" in (happened(begun, Language.EN, PARIS) or "")
    assert "FUITE" in (happened(begun, Language.FR, PARIS) or "")
    ended = Event("water", ANCHOR_MS, EventKind.LEAK, {"state": "end"})
    assert "stopped" in (happened(ended, Language.EN, PARIS) or "")
    other = Event("linky", ANCHOR_MS, EventKind.TARIFF, {})
    assert happened(other, Language.EN, PARIS) is None


def test_what_came_of_a_file_is_one_line():
    report = Report("demo-grdf.json", new=3, unchanged=4)
    said = imported(report, Language.EN, "2/4")
    assert said.strip().startswith("2/4  demo-grdf.json: 3 new")


def test_files_are_written_for_who_wants_to_look(tmp_path):
    place = Place(tmp_path, ANCHOR_MS)
    place.write_history([("demo-a.csv", b"a;b")])
    place.write_history([("demo-a.csv", b"a;c")])
    assert (place.history / "demo-a.csv").read_bytes() == b"a;c"
    assert place.history.stat().st_mode & 0o077 == 0
