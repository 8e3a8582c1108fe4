"""Each port of the machine is heard once, and none that another program reads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cli import setup_ports
from cli.setup_ports import candidates, is_open, listen_to

AS_NOBODY = """
import os, sys
from cli.language import Language
from cli.setup_linky import told
from cli.setup_ports import listen_to
from cli.setup_talk import Talk
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
(heard,) = listen_to(sys.argv[1:], 1.0)
for language in Language:
    print(told(Talk(language), heard, ""))
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give a machine of two USB serial ports, one of them a dongle for the TIC."""
    for name in ("ttyUSB0", "ttyUSB1", "ttyAMA0"):
        (tmp_path / name).touch()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-FTDI_TIC").symlink_to(tmp_path / "ttyUSB1")
    (tmp_path / "by-id" / "usb-Zigbee").symlink_to(tmp_path / "ttyUSB0")
    monkeypatch.setattr(setup_ports, "TIC", tmp_path / "tic")
    monkeypatch.setattr(setup_ports, "BY_ID", tmp_path / "by-id")
    monkeypatch.setattr(setup_ports, "PINS", tmp_path / "ttyAMA0")
    listed = [str(tmp_path / name) for name in ("ttyS0", "ttyUSB0", "ttyUSB1")]
    monkeypatch.setattr(setup_ports, "ports", lambda: listed)
    return tmp_path


def names(found):
    return [path.rpartition("/")[2] for path in found]


@pytest.mark.usefixtures("machine")
def test_each_has_the_name_that_lasts_longest():
    assert names(candidates()) == ["usb-FTDI_TIC", "usb-Zigbee", "ttyAMA0", "ttyS0"]


def test_a_dongle_that_says_what_it_reads_comes_first(machine):
    (machine / "tic").symlink_to(machine / "ttyUSB1")
    assert names(candidates()) == ["tic", "usb-Zigbee", "ttyAMA0", "ttyS0"]


def test_the_one_that_is_configured_keeps_the_name_that_it_has(machine):
    known = str(machine / "ttyUSB0")
    found = candidates([known])
    assert found[0] == known
    assert names(found) == ["ttyUSB0", "usb-FTDI_TIC", "ttyAMA0", "ttyS0"]


def test_another_meters_port_is_left_out_whatever_it_is_called(machine):
    found = candidates(others=[str(machine / "ttyUSB1")])
    assert names(found) == ["usb-Zigbee", "ttyAMA0", "ttyS0"]


def test_what_another_program_reads_is_not_taken_from_it():
    ours, theirs = os.openpty()
    path = os.ttyname(theirs)
    try:
        assert not is_open(path)
        # a program that has it open, and no lock on it
        with subprocess.Popen(
            [sys.executable, "-c", "print(1, flush=True); input()"],
            stdin=theirs,
            stdout=subprocess.PIPE,
        ) as program:
            assert program.stdout.readline() == b"1\n"
            assert is_open(path)
            (heard,) = listen_to([path], 1.0)
            assert heard.busy
            assert heard.diagnosis is None
            os.write(ours, b"\n")
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_port_without_rights_says_which_command_gives_them():
    ours, theirs = os.openpty()
    os.fchmod(theirs, 0)
    path = os.ttyname(theirs)
    os.close(theirs)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, path],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    assert done.returncode == 0, done.stderr
    french, english = done.stdout.splitlines()
    for said in (french, english):
        assert "sudo usermod -aG dialout $USER" in said
    assert "vous n'avez pas le droit" in french
