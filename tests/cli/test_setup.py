"""A household's first contact: few questions, each with an answer, nothing lost."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import setup_linky, setup_next
from cli.language import Language
from cli.main import app
from cli.setup_answers import NoAnswer, NoBroker
from cli.setup_next import show_next
from cli.setup_talk import Talk
from edge.broker import mosquitto
from edge.config import ConfigError, load_config
from edge.errors import BrokerError
from edge.lan.certificates import present

NO_LINKY, NO_GAS, NO_WATER, NO_MQTT = "none", "1", "1", "1"
CLOSED, THREE_YEARS, WRITE = "n", "n", "y"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "releve.toml"


@pytest.fixture
def setup(path, monkeypatch):
    """Give set-up on a machine that has no serial port, and what is typed at it."""
    monkeypatch.setattr(setup_linky, "candidates", lambda *_: [])

    def setup(*words, typed=(), language="C"):
        line = ["setup", "--config", str(path), "--seconds", "1", *words]
        text = "".join(f"{answer}\n" for answer in typed)
        return CliRunner().invoke(app, line, input=text, env={"LC_ALL": language})

    return setup


def test_everything_can_be_answered_at_once_and_nothing_is_asked(setup, path):
    words = ("--port", "none", "--gas", "gpio=17,pulse=10", "--water", "files")
    result = setup("--yes", *words, "--mqtt", "mqtt://me:hush@nas:1883", "--lan")
    assert result.exit_code == 0, result.output
    found = load_config(path)
    assert [meter.id for meter in found.meters] == ["gas", "water"]
    assert found.mqtt.url == "mqtt://me:hush@nas:1883"
    assert found.lan.open
    assert "hush" not in result.output
    assert "Welcome" not in result.output
    assert "?" not in result.output.partition("And now:")[0]


def test_opened_to_the_network_it_shows_the_address_and_what_proves_it(setup, path):
    said = setup("--yes", "--water", "files", "--lan", language="fr_FR.UTF-8").output
    held = present(load_config(path).data_dir)
    assert "Le réseau local est ouvert, chiffré" in said
    assert held.fingerprint in said
    assert f"/ca#sha256={held.fingerprint.replace(':', '')}" in said
    assert f"votre page https://{held.names.host}:8443" in said


def test_the_language_asked_for_is_spoken_to_the_end(setup):
    words = ("--yes", "--water", "files", "--lan", "--language", "fr")
    said = setup(*words).output
    assert "Le réseau local est ouvert" in said
    assert "The local network" not in said


def test_asked_step_by_step_enter_takes_what_is_proposed(setup, path):
    result = setup(typed=["", "3", "", "", "", "", "", "", "", ""])
    assert result.exit_code == 0, result.output
    assert tomllib.loads(path.read_text())["meters"] == [
        {
            "id": "gas",
            "kind": "gazpar",
            "silence_seconds": 86400,
            "gpio": 17,
            "pulse_volume_l": 10,
        }
    ]
    assert "has no serial port" in result.output


def test_a_french_household_answers_in_french(setup, path):
    typed = ["aucun", "aucun", "2", "2", "non", "oui", "oui", "oui"]
    result = setup(typed=typed, language="fr_FR.UTF-8")
    assert "! Un nombre de 1 à 4, ou Entrée." in result.output
    assert "! Un nombre de 1 à 3, ou Entrée." in result.output
    assert result.exit_code == 1  # the answers ran out before the last question
    assert "Rien n'est écrit." in result.output
    typed = ["aucun", "2", "2", "2", "oui", "non", "oui"]
    result = setup(typed=typed, language="fr_FR.UTF-8")
    assert result.exit_code == 0, result.output
    assert "est écrit et vérifié" in result.output
    assert load_config(path).mqtt.url == "managed"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["yes", NO_LINKY], "'yes' is no port"),
        (["/etc/hostname", NO_LINKY], "'/etc/hostname' is no port"),
        ([NO_LINKY, "5", NO_GAS], "A number from 1 to 4"),
        ([NO_LINKY, "3", "pin", "17", "", ""], "A whole number, from 0 to 1023"),
        ([NO_LINKY, "3", "17.5", "17", "", ""], "A whole number, from 0 to 1023"),
        ([NO_LINKY, "3", "17", "some", "10", ""], "A number, from 0 to 10000"),
        ([NO_LINKY, "3", "17", "0", "", NO_GAS], "pulse_volume_l lies from"),
        ([NO_LINKY, "4", "toaster", "gazpar2mqtt"], "One of these: wmbusmeters"),
        ([NO_LINKY, "4", "everblu", "", "00aabb11"], "One is needed"),
        ([NO_LINKY, NO_GAS, NO_WATER, "3", "nas:x", "", "1"], "no broker's address"),
        ([NO_LINKY, NO_GAS, NO_WATER, NO_MQTT, "perhaps", "n"], "Answer yes or no"),
    ],
)
def test_a_wrong_answer_is_told_and_asked_again(setup, path, typed, said):
    result = setup(typed=typed)
    assert said in result.output
    assert "Traceback" not in result.output
    assert not path.exists()


def test_the_dial_may_be_typed_with_a_comma(setup, path):
    dial = ["3", "17", "10", "1234,567"]
    result = setup(
        typed=[NO_LINKY, *dial, NO_WATER, NO_MQTT, CLOSED, THREE_YEARS, WRITE]
    )
    assert result.exit_code == 0, result.output
    assert tomllib.loads(path.read_text())["meters"][0]["index_m3"] == 1234.567


def test_a_programs_meter_asks_for_what_the_program_does_not_say(setup, path):
    heard = ["4", "zigbee2mqtt", "zigbee/gas", "count", "", "3", "nas", ""]
    typed = [
        NO_LINKY,
        heard[0],
        *heard[1:5],
        NO_WATER,
        *heard[5:],
        CLOSED,
        THREE_YEARS,
        WRITE,
    ]
    result = setup(typed=typed)
    assert result.exit_code == 0, result.output
    found = tomllib.loads(path.read_text())
    assert found["mqtt"] == {"url": "mqtt://nas:1883"}
    assert found["meters"][0]["mqtt"] == {
        "preset": "zigbee2mqtt",
        "topic": "zigbee/gas",
        "path": "count",
        "unit": "pulse",
    }


def test_it_is_heard_on_a_broker_of_the_homes_which_is_asked_for(setup, path):
    heard = ["4", "everblu", "00aabb11, 00aabb12"]
    broker = ["2", "3", "nas:8883", "me", "p@ss/w"]
    typed = [NO_LINKY, *heard, NO_WATER, *broker, CLOSED, THREE_YEARS, WRITE]
    result = setup(typed=typed)
    assert "heard on a broker of yours: answer 3" in result.output
    assert result.exit_code == 0, result.output
    found = load_config(path)
    assert found.mqtt.url == "mqtts://me:p%40ss%2Fw@nas:8883"
    assert "p@ss" not in result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--gas", "gpio=x"), NoAnswer),
        (("--port", "COM3"), NoAnswer),
        (("--port", "/etc/hostname"), NoAnswer),
        (("--water", "files", "--mqtt", "nas"), NoAnswer),
        (("--water", "mqtt=everblu,ids=1", "--mqtt", "managed"), NoBroker),
    ],
)
def test_a_wrong_option_ends_it_in_one_sentence(setup, path, words, error):
    assert isinstance(setup("--yes", *words).exception, error)
    assert not path.exists()


def test_without_any_meter_nothing_is_written(setup, path):
    result = setup("--yes")
    assert result.exit_code == 2
    assert "There is no meter: plug the Linky in" in result.output
    assert not path.exists()


@pytest.mark.parametrize("answers", range(7))
def test_input_that_ends_leaves_nothing_behind(setup, path, answers):
    typed = [NO_LINKY, "2", NO_WATER, NO_MQTT, CLOSED, THREE_YEARS, WRITE]
    result = setup(typed=typed[:answers])
    assert result.exit_code == 1
    assert "Nothing is written." in result.output
    assert not [*path.parent.iterdir()]


def test_who_says_no_at_the_end_has_what_was_there(setup, path):
    path.write_text('[[meters]]\nid = "w"\nkind = "water"\n')
    result = setup(typed=["", "2", "", "", "", "", "n"])
    assert result.exit_code == 1
    assert [found.name for found in path.parent.iterdir()] == ["releve.toml"]


def test_done_twice_it_changes_nothing(setup, path):
    words = ("--yes", "--gas", "gpio=17", "--water", "files", "--mqtt", "managed")
    setup(*words)
    before = path.read_bytes()
    result = setup(*words, language="fr_FR.UTF-8")
    assert "reste tel quel" in result.output
    result = setup("--yes")
    assert "stays as it is" in result.output
    result = setup(typed=[""] * 6)
    assert "stays as it is" in result.output
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["releve.toml"]


def test_what_stands_is_what_enter_keeps(setup, path):
    path.write_text(
        '[mqtt]\nurl = "mqtt://me:hush@nas"\nprefix = "home"\n'
        '[[meters]]\nid = "cold"\nkind = "water"\ngpio = 27\n'
    )
    result = setup(typed=["", "2", "", "", "", "", ""])
    assert "(Enter: as it is, GPIO 27)" in result.output
    assert "(Enter: as it is, mqtt://…)" in result.output
    assert "hush" not in result.output
    found = load_config(path)
    assert (found.mqtt.url, found.mqtt.prefix) == ("mqtt://me:hush@nas", "home")
    assert [meter.id for meter in found.meters] == ["cold", "gas"]


def test_remarks_of_the_household_are_kept_aside_and_that_is_said(setup, path):
    text = '# the one in the cellar\n[[meters]]\nid = "cold"\nkind = "water"\n'
    path.write_text(text)
    result = setup("--yes", "--gas", "files")
    assert "its comments (#) will not be in it" in result.output
    assert f"The one before is kept: {path}.before" in result.output
    assert path.with_name("releve.toml.before").read_text() == text


def test_a_configuration_that_does_not_read_is_kept_aside(setup, path):
    path.write_text("port = /dev/x\n")
    result = setup("--yes", "--water", "files")
    assert "does not read as a configuration" in result.output
    assert path.with_name("releve.toml.before").read_text() == "port = /dev/x\n"
    assert load_config(path).meters


def test_what_would_be_refused_is_told_before_it_is_asked_to_be_written(setup, path):
    text = '[api]\nlisten = "0.0.0.0:80"\n[[meters]]\nid = "w"\nkind = "water"\n'
    path.write_text(text)
    result = setup(typed=["", "2", "", "", "", ""])
    assert isinstance(result.exception, ConfigError)
    assert "api.listen" in str(result.exception)
    assert "Write" not in result.output
    assert path.read_text() == text


def test_a_meter_is_taken_away_by_none(setup, path):
    path.write_text(
        '[lan]\nopen = true\n[mqtt]\nurl = "managed"\n'
        '[[meters]]\nid = "linky"\nport = "/dev/a"\n'
        '[[meters]]\nid = "w"\nkind = "water"\n[[meters]]\nid = "g"\nkind = "gazpar"\n'
    )
    setup("--yes", "--port", "none", "--gas", "none", "--mqtt", "none", "--no-lan")
    assert tomllib.loads(path.read_text()) == {
        "lan": {"open": False},
        "meters": [{"id": "w", "kind": "water"}],
    }


def test_the_data_may_be_kept_elsewhere(setup, path, tmp_path):
    setup("--yes", "--water", "files", "--data-dir", str(tmp_path / "stick"))
    assert load_config(path).data_dir == tmp_path / "stick"


def test_it_says_where_files_are_put(setup, path):
    said = setup("--yes", "--water", "files").output
    assert f"{path.parent / 'releve-data' / 'import'}" in said
    path.write_text(path.read_text() + '[imports]\nfolder = ""\n')
    assert "given to releve import" in setup("--yes").output


def test_a_broker_that_is_not_installed_is_told_at_once(setup, path, monkeypatch):
    def none():
        raise BrokerError("there is no Mosquitto", hint="apt-get install mosquitto")

    monkeypatch.setattr(mosquitto, "find", none)
    result = setup("--yes", "--water", "files", "--mqtt", "managed")
    assert "! there is no Mosquitto (apt-get install mosquitto)" in result.output
    assert load_config(path).mqtt.url == "managed"


@pytest.mark.skipif(os.geteuid() != 0, reason="of an administrator")
def test_an_administrator_leaves_the_certificate_to_the_service(
    setup, path, monkeypatch
):
    monkeypatch.setattr(setup_next, "SYSTEM", path.parent)
    said = setup("--yes", "--water", "files", "--lan").output
    assert "There is no certificate yet: the service makes it" in said
    assert not load_config(path).data_dir.exists()


@pytest.mark.parametrize(
    ("place", "found", "commands"),
    [
        ("releve.toml", True, ["releve run", "releve doctor"]),
        ("my home.toml", False, ["releve run --config 'my home.toml'"]),
        (
            "/etc/releve/releve.toml",
            True,
            ["sudo systemctl restart releve", "sudo releve pair"],
        ),
    ],
)
def test_it_ends_with_the_commands_to_type(tmp_path, capsys, place, found, commands):
    (tmp_path / "releve.toml").write_text('[[meters]]\nid = "w"\nkind = "water"\n')
    config = load_config(tmp_path / "releve.toml")
    show_next(config, Path(place), Talk(Language.EN), systemd=True)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert set(commands) <= set(lines)
    assert found == ("--config" not in " ".join(lines))


def test_half_hours_stay_for_three_years_or_by_one_choice_for_ever(setup, path):
    assert setup("--yes", "--water", "files").exit_code == 0
    assert load_config(path).keep.half_hours == 1096
    assert setup(typed=["", "", "", "", "", "y", "y"]).exit_code == 0
    assert load_config(path).keep.half_hours == 0
    assert setup("--yes").exit_code == 0
    assert load_config(path).keep.half_hours == 0
    assert setup("--yes", "--half-hours-three-years").exit_code == 0
    assert load_config(path).keep.half_hours == 1096


def test_a_number_of_days_of_the_owners_own_is_left_as_it_is(setup, path):
    path.write_text('[[meters]]\nid = "w"\nkind = "water"\n[keep]\nhalf_hours = 60\n')
    result = setup(typed=[""] * 5)
    assert result.exit_code == 0
    assert "half-hours" not in result.output
    assert load_config(path).keep.half_hours == 60
