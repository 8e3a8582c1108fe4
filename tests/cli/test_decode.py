"""`releve decode`: one JSON object a frame; bad input gets a sentence, not a trace."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import teleinfo
from cli.decode import decode
from teleinfo import Mode, encode
from teleinfo.errors import SourceError

METERS = Path(__file__).parents[1] / "teleinfo" / "meters"


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(decode)

    def invoke(*words: str, data: bytes | None = None):
        result = CliRunner().invoke(app, list(words), input=data)
        return result, [json.loads(line) for line in result.stdout.splitlines()]

    return invoke


def meter(name: str) -> str:
    return str(METERS / f"{name}.tic")


def test_a_frame_is_an_object_with_raw_value_unit_and_at(run):
    result, (frame,) = run(meter("std_1p_hc"))
    assert result.exit_code == 0
    assert list(frame) == ["mode", "complete", "groups", "errors"]
    assert (frame["mode"], frame["complete"], frame["errors"]) == ("standard", True, [])
    groups = frame["groups"]
    assert groups["EAST"] == {"raw": "012345678", "value": 12345678, "unit": "Wh"}
    assert groups["DATE"] == {
        "raw": "",
        "value": None,
        "at": "2026-11-24T06:15:30+00:00",
    }
    assert groups["STGE"]["value"]["overload"] is False
    assert groups["RELAIS"]["value"]["relay_1"] == "closed"
    assert groups["PJOURF+1"]["value"]["blocks"][0]["at"] == "00:00"


def test_a_degraded_clock_is_said_beside_its_instants(run):
    _, (frame,) = run(meter("std_1p_degraded_clock"))
    assert frame["groups"]["DATE"]["degraded"] is True


def test_historic_states_are_named(run):
    _, (frame,) = run(meter("hist_1p_tempo"))
    assert frame["groups"]["DEMAIN"] == {"raw": "BLAN", "value": "white"}
    assert frame["groups"]["PTEC"]["value"]["index"] == "BBRHPJB"
    assert frame["groups"]["OPTARIF"]["value"]["contract"] == "tempo"
    _, (frame,) = run(meter("hist_3p_base_old"))
    assert frame["groups"]["PPOT"]["value"] == {"missing_phases": []}


def test_what_is_piped_in_is_decoded_partial_frames_marked(run):
    data = (METERS / "hist_1p_base.tic").read_bytes()
    _, frames = run("-", data=data[20:] + data + data[:60])
    assert [frame["complete"] for frame in frames] == [False, True, False]


def test_a_refused_group_is_an_error_of_its_frame(run):
    data = (METERS / "hist_1p_base.tic").read_bytes().replace(b"00920", b"00921")
    _, (frame,) = run(data=data)
    assert "PAPP" not in frame["groups"]
    assert frame["errors"] == [{"group": "PAPP 00921 ,", "reason": "checksum"}]


def test_a_meter_s_hours_are_remembered_and_else_not_guessed(run):
    def frame(used: str) -> bytes:
        day = used + " NONUTILE" * (11 - len(used.split()))
        groups = [("ADSC", "041961000042"), ("VTIC", "02"), ("PJOURF+1", day)]
        return encode.frame(Mode.STANDARD, groups)

    doubtful, sure = frame("00008001 16008002"), frame("0A1E8001")
    _, frames = run(data=doubtful + sure + doubtful)
    schedules = [f["groups"]["PJOURF+1"]["value"] for f in frames]
    assert schedules[0] == {"ambiguous": True, "blocks": ["00008001", "16008002"]}
    assert [block["at"] for block in schedules[2]["blocks"]] == ["00:00", "22:00"]


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 4000, b"ISOUSC 45 \x7f\r\n"])
def test_what_holds_no_group_is_said_and_fails(run, data):
    result, frames = run("-", data=data)
    assert result.exit_code == 1
    assert "no whole group in what was piped in" in result.stderr
    assert all(frame["groups"] == {} and frame["errors"] for frame in frames)


@pytest.mark.parametrize("name", ["none", "."])
def test_what_can_not_be_read_is_an_error_that_main_shows(run, tmp_path, name):
    result, _ = run(str(tmp_path / name))
    assert isinstance(result.exception, SourceError)


def test_a_mode_can_be_held_to(run):
    result, _ = run(meter("std_1p_hc"), "--mode", "historic")
    assert result.exit_code == 1
    result, _ = run(meter("std_1p_hc"), "--mode", "standard")
    assert result.exit_code == 0
    result, _ = run(meter("std_1p_hc"), "--mode", "modern")
    assert result.exit_code == 2


def test_a_terminal_that_pipes_nothing_in_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with pytest.raises(SourceError, match="pipe one in"):
        decode()


def test_a_port_is_read_until_it_is_stopped(run, monkeypatch):
    def frames(_path, _mode):
        yield from teleinfo.read_file(meter("std_1p_hc"))
        raise KeyboardInterrupt

    monkeypatch.setattr("teleinfo.port.frames", frames)
    result, (frame,) = run("/dev/null")
    assert result.exit_code == 0
    assert frame["complete"]
