"""A virtual line is heard as a real one is: on the socket that its meter plays on."""

from __future__ import annotations

import socket

import pytest

from edge.config import ConfigError, load_config
from edge.host import HostClock
from edge.sources.plugins import build
from edge.sources.pulses import Flank, LineError, PulseSettings, WaterPulses
from edge.sources.virtual_line import FLANK, VirtualLine
from house.line import FLANK as PLAYED

FLANKS = [Flank(1_000, active=True), Flank(9_000_000_000, active=False)]


@pytest.fixture
def player(tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "water.line"))
        listening.listen()
        yield listening


@pytest.fixture
def line(player):
    table = {"gpio": 27, "gpio_chip": f"virtual:{player.getsockname()}"}
    opened = VirtualLine.open(PulseSettings.from_table(table, WaterPulses.fluid))
    yield opened
    opened.close()


def test_house_and_edge_mean_the_same_bytes():
    assert FLANK.format == PLAYED.format


def test_nothing_waits_before_anything_was_played(line):
    assert list(line.read()) == []
    assert not line.active()
    assert line.fileno() > 0


def test_flanks_come_as_they_were_played_however_they_are_cut(line, player):
    meter, _ = player.accept()
    data = b"".join(FLANK.pack(*flank) for flank in FLANKS)
    with meter:
        meter.send(data[:12])
        assert line.read() == FLANKS[:1]
        assert line.active()
        meter.send(data[12:])
        assert line.read() == FLANKS[1:]
    assert not line.active()


def test_a_meter_that_goes_is_a_line_that_is_lost(line, player):
    player.accept()[0].close()
    with pytest.raises(LineError, match="gone"):
        line.read()


def test_nobody_who_plays_is_said_with_what_plays(tmp_path):
    table = {"gpio": 27, "gpio_chip": f"virtual:{tmp_path}/none"}
    with pytest.raises(LineError, match="releve demo"):
        VirtualLine.open(PulseSettings.from_table(table, WaterPulses.fluid))


CONFIG = """{}
[[meters]]
id = "water"
kind = "water"
gpio = 27
gpio_chip = "virtual:/tmp/water.line"
"""


def test_a_real_home_may_not_keep_what_is_invented(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(CONFIG.format(""))
    with pytest.raises(ConfigError, match="invented"):
        load_config(path)
    path.write_text(CONFIG.format("demo = true"))
    assert load_config(path).demo


def test_the_source_of_pulses_opens_it_by_the_name_of_its_chip(player, tmp_path):
    table = {
        "id": "water",
        "kind": "water",
        "gpio": 27,
        "gpio_chip": f"virtual:{tmp_path}/water.line",
        "data_dir": str(tmp_path),
    }
    made = build(table, HostClock())
    assert isinstance(made, WaterPulses)
    opened = made._open_line()
    assert isinstance(opened, VirtualLine)
    opened.close()
    player.accept()[0].close()
