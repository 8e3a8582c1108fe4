"""What set-up writes: the configuration of before, with the answers in it."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from cli import setup_file
from cli.language import Language
from cli.setup_answers import GAS, WATER, NoAnswer, NoBroker, meter_of
from cli.setup_file import Draft
from cli.setup_ports import Heard
from edge.config import ConfigError, load_config
from edge.errors import SourceError
from teleinfo.diagnosis import Diagnosis
from teleinfo.mode import Mode
from teleinfo.uart import Parity

HAND_WRITTEN = """# mine since 2021
time_zone = "Indian/Reunion"
data_dir = "/data"
log_level = "debug"

[influxdb]
url = "http://127.0.0.1:8086"   # the old server

[[meters]]
id = "cellar"
port = "/dev/ttyS0"
parity = "software"
leak_minutes = 60

[[meters]]
id = "cold"
kind = "water"
gpio = 27
bias = "none"
silence_seconds = 7200
index_m3 = 12.5
"""


def spoken(port="/dev/x", mode=Mode.STANDARD, parity=Parity.HARDWARE):
    told = Diagnosis(3.0, 900, 0, 0, 3, 90, {}, mode, mode.baud, parity)
    return Heard(port, told, parity)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "releve.toml"


@pytest.fixture
def draft(path):
    path.write_text(HAND_WRITTEN)
    return Draft.of(path)


def test_a_first_one_has_the_data_beside_it_and_is_nobody_elses_to_read(path):
    draft = Draft.of(path)
    draft.put_linky(spoken())
    assert draft.write(Language.EN) is None
    assert tomllib.loads(path.read_text()) == {
        "data_dir": str(path.parent / "releve-data"),
        "meters": [{"id": "linky", "kind": "linky", "port": "/dev/x", "mode": "auto"}],
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_without_the_place_of_the_data_keeps_the_place_it_had(path):
    path.write_text('[[meters]]\nid = "linky"\nport = "/dev/a"\n')
    draft = Draft.of(path)
    draft.put_linky(spoken("/dev/b"))
    draft.write(Language.EN)
    assert load_config(path).data_dir == Path("/var/lib/releve")


@pytest.mark.parametrize("language", Language)
def test_each_key_is_explained_in_the_language_of_the_reader(path, language):
    draft = Draft.of(path)
    draft.put_linky(spoken())
    draft.put_broker("managed")
    draft.table("lan")["open"] = True
    text = draft.written(language)
    said = {"fr": "Le réseau local", "en": "The local network"}
    assert (said["fr"] in text, said["en"] in text) == (
        language is Language.FR,
        language is Language.EN,
    )


def test_whatever_set_up_does_not_ask_about_stays(draft, path):
    draft.put(GAS, meter_of(GAS, "gpio=17"))
    draft.write(Language.EN)
    wanted = tomllib.loads(HAND_WRITTEN)
    wanted["meters"].append(
        {"id": "gas", "kind": "gazpar", "silence_seconds": 86400, "gpio": 17}
    )
    assert tomllib.loads(path.read_text()) == wanted


def test_nothing_changed_is_nothing_to_write(draft):
    draft.put_linky(spoken("/dev/ttyS0", parity=Parity.SOFTWARE))
    draft.put(WATER, meter_of(WATER, "gpio=27"))
    draft.put(GAS, None)
    draft.put_broker(None)
    assert not draft.changed


def test_the_one_before_is_kept_with_its_remarks(draft, path):
    assert draft.drops_comments()
    draft.put_broker("managed")
    kept = draft.write(Language.FR)
    assert kept.read_text() == HAND_WRITTEN
    assert "mine since 2021" not in path.read_text()


def test_set_ups_own_remarks_are_no_loss_in_either_language(path):
    draft = Draft.of(path)
    draft.put_linky(spoken())
    draft.write(Language.FR)
    again = Draft.of(path)
    again.put_broker("managed")
    assert not again.drops_comments()


def test_a_meter_that_is_not_heard_keeps_the_way_it_is_read(draft):
    draft.put_linky(Heard("/dev/ttyS0", None))
    assert draft.of_kind("linky")["parity"] == "software"
    draft.put_linky(spoken("/dev/ttyS0"))
    assert "parity" not in draft.of_kind("linky")


def test_a_mode_that_the_meter_has_left_is_followed_from_now_on(path):
    path.write_text('[[meters]]\nid = "a"\nport = "/dev/x"\nmode = "historic"\n')
    draft = Draft.of(path)
    draft.put_linky(spoken(mode=Mode.HISTORIC))
    assert draft.of_kind("linky")["mode"] == "historic"
    draft.put_linky(spoken(mode=Mode.STANDARD))
    assert draft.of_kind("linky")["mode"] == "auto"


def test_a_meter_keeps_its_name_and_its_own_keys(draft):
    draft.put(WATER, meter_of(WATER, "gpio=22,pulse=1"))
    assert draft.of_kind("water") == {
        "id": "cold",
        "kind": "water",
        "gpio": 22,
        "bias": "none",
        "silence_seconds": 7200,
        "index_m3": 12.5,
        "pulse_volume_l": 1,
    }


def test_read_another_way_it_begins_anew(draft):
    draft.put(WATER, meter_of(WATER, "mqtt=everblu,ids=00aabb11"))
    found = draft.of_kind("water")
    assert "gpio" not in found
    assert "index_m3" not in found
    assert found["mqtt"] == {"preset": "everblu", "ids": ["00aabb11"]}
    draft.put(WATER, meter_of(WATER, "files"))
    assert "mqtt" not in draft.of_kind("water")


def test_a_name_that_is_taken_is_not_given_twice(path):
    path.write_text('[[meters]]\nid = "gas"\nport = "/dev/a"\n')
    draft = Draft.of(path)
    draft.put(GAS, meter_of(GAS, "files"))
    assert draft.of_kind("gazpar")["id"] == "gas-2"


def test_two_meters_are_not_on_one_pin(draft):
    with pytest.raises(NoAnswer, match="GPIO 27 is cold's already"):
        draft.put(GAS, meter_of(GAS, "gpio=27"))
    draft.put(WATER, meter_of(WATER, "gpio=27,pulse=1"))
    draft.put(GAS, meter_of(GAS, "gpio=22"))
    assert [meter.get("gpio") for meter in draft.meters] == [None, 27, 22]


def test_a_meter_that_a_program_publishes_needs_a_broker_of_the_homes(draft):
    draft.put(WATER, meter_of(WATER, "mqtt=everblu,ids=00aabb11"))
    for url in (None, "managed"):
        draft.put_broker(url)
        with pytest.raises(NoBroker, match="a broker of yours"):
            draft.look_for_the_broker()
    draft.put_broker("mqtt://nas:1883")
    draft.look_for_the_broker()


def test_a_password_is_not_left_for_everybody_to_read(draft, path):
    path.chmod(0o644)
    draft.put_broker("mqtt://me:hush@nas:1883")
    draft.write(Language.EN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("text", ["port = /dev/x", "meters = 3", "mqtt = 3", "lan = 3"])
def test_one_that_is_of_no_use_is_begun_anew_and_kept(path, text):
    path.write_text(text)
    draft = Draft.of(path)
    assert draft.damaged
    draft.put_linky(spoken())
    assert draft.write(Language.EN).read_text() == text
    assert load_config(path).meters[0].id == "linky"


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("prot = 1\n", ConfigError, r"releve\.toml: not usable\n  prot"),
        (
            '[[meters]]\nid = "m"\nkind = "water"\ngpoi = 3\n',
            SourceError,
            "no key 'gpoi'",
        ),
    ],
)
def test_one_that_would_be_refused_is_not_written(path, text, error, why):
    path.write_text(text)
    draft = Draft.of(path)
    draft.put_linky(spoken())
    with pytest.raises(error, match=why):
        draft.write(Language.EN)
    assert path.read_text() == text
    assert [found.name for found in path.parent.iterdir()] == ["releve.toml"]


def test_one_that_is_not_ours_to_read_takes_an_administrator(tmp_path):
    with pytest.raises(ConfigError, match="sudo releve setup"):
        Draft.of(tmp_path)


def test_it_is_written_where_the_service_looks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    system = tmp_path / "etc"
    monkeypatch.setattr(setup_file, "SYSTEM", system)
    places = (Path("releve.toml"), system / "releve.toml")
    monkeypatch.setattr(setup_file, "DEFAULT_PATHS", places)
    assert setup_file.place(Path("given")) == Path("given")
    assert setup_file.place(None) == Path("releve.toml")
    system.mkdir()
    assert setup_file.place(None) == system / "releve.toml"
    (tmp_path / "releve.toml").touch()
    assert setup_file.place(None) == Path("releve.toml")


ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="it is root's to give")


@ROOT
def test_what_an_administrator_writes_the_service_reads_and_nobody_else(
    path, monkeypatch
):
    monkeypatch.setattr(setup_file, "SYSTEM", path.parent)
    monkeypatch.setattr(setup_file, "SERVICE", "daemon")
    draft = Draft.of(path)
    draft.put_linky(spoken())
    draft.write(Language.EN)
    assert path.group() == "daemon"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_where_nothing_is_installed_it_stays_who_wrote_its(path, monkeypatch):
    monkeypatch.setattr(setup_file, "SYSTEM", path.parent)
    monkeypatch.setattr(setup_file, "SERVICE", "no-such-group")
    draft = Draft.of(path)
    draft.put_linky(spoken())
    draft.write(Language.EN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_installed_services_data_has_its_own_place(tmp_path, monkeypatch):
    monkeypatch.setattr(setup_file, "SYSTEM", tmp_path)
    assert setup_file.data_dir(tmp_path / "releve.toml") == "/var/lib/releve"
