"""A port that can't be read says which of the classic traps it is."""

from __future__ import annotations

import os
import termios

import pytest

from teleinfo.errors import NotAPort, PortBusy, PortError, PortLost, PortMissing
from teleinfo.port import Port, frames, ports
from teleinfo.uart import LineSetting, Parity

pytestmark = pytest.mark.real


@pytest.fixture
def terminal():
    """Give (the meter's end, the path that a reader opens)."""
    master, reader = os.openpty()
    path = os.ttyname(reader)
    os.close(reader)
    yield master, path
    os.close(master)


def test_it_checks_parity_and_takes_bytes_as_they_are(terminal):
    master, path = terminal
    with Port.open(path, LineSetting(1200)):
        flags, _, _, local, input_speed, output_speed, _ = termios.tcgetattr(master)
    assert flags == termios.INPCK  # no IGNPAR, PARMRK nor ISTRIP; CR stays CR
    assert local == 0
    assert input_speed == output_speed == termios.B1200


def test_it_can_be_opened_again_and_again_and_tuned(terminal):
    master, path = terminal
    for _ in range(3):
        with Port.open(path) as port:
            port.tune(1200)
            assert termios.tcgetattr(master)[4] == termios.B1200
            port.tune(9600)
            assert termios.tcgetattr(master)[4] == termios.B9600


def test_one_read_takes_everything_that_waits(terminal):
    master, path = terminal
    with Port.open(path) as port:
        assert port.read() == b""
        for _ in range(300):
            os.write(master, b"EAST")
        heard = b""
        while len(heard) < 1200:
            heard += port.read()
        assert heard == b"EAST" * 300
        assert port.bytes == 1200
        assert port.reads <= 3  # the kernel may hand them over in lumps of its own


def test_what_came_before_it_was_opened_or_tuned_is_not_read(terminal):
    master, path = terminal
    with Port.open(path) as port:
        os.write(master, b"at the other speed")
        port.tune(1200)
        assert port.read() == b""


def test_where_the_uart_has_no_parity_it_is_checked_here(terminal):
    master, path = terminal
    with Port.open(path, LineSetting(parity=Parity.SOFTWARE)) as port:
        assert termios.tcgetattr(master)[0] == 0
        os.write(master, bytes((0x41, 0xC3, 0xC1)))  # A, C with its parity, A without
        heard = b""
        while len(heard) < 3:
            heard += port.read()
        assert heard == b"AC\0"


def test_two_readers_of_one_port_are_one_too_many(terminal):
    _, path = terminal
    with Port.open(path), pytest.raises(PortBusy, match="fuser"):
        Port.open(path)
    Port.open(path).close()  # and it is free again


def test_closing_twice_is_once(terminal):
    port = Port.open(terminal[1])
    port.close()
    port.close()
    assert port.fileno() == -1


def test_a_port_that_is_not_there_names_those_that_are(monkeypatch):
    monkeypatch.setattr("teleinfo.port.ports", lambda: ["/dev/ttyUSB7"])
    with pytest.raises(PortMissing, match="/dev/ttyUSB7"):
        Port.open("/dev/serial/by-id/none")


@pytest.mark.parametrize("make", ["file", "directory", "null"])
def test_what_is_no_port_is_refused(tmp_path, make):
    path = {"file": tmp_path / "f", "directory": tmp_path, "null": "/dev/null"}[make]
    if make == "file":
        path.write_bytes(b"")
    with pytest.raises(NotAPort):
        Port.open(str(path))


@pytest.mark.parametrize(
    ("number", "said"), [(13, "dialout"), (16, "fuser"), (24, "can't be opened")]
)
def test_each_way_of_being_refused_says_what_to_do(monkeypatch, number, said):
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PortError, match=said):
        Port.open("/dev/ttyUSB0")


def test_a_port_that_can_not_be_set_says_so(terminal, monkeypatch):
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")

    monkeypatch.setattr(termios, "tcsetattr", refuse)
    with pytest.raises(PortError, match="software"):
        Port.open(terminal[1])


def test_a_cable_that_is_pulled_is_told():
    master, reader = os.openpty()
    path = os.ttyname(reader)
    os.close(reader)
    with Port.open(path) as port:
        os.close(master)
        with pytest.raises(PortLost, match="by-id"):
            port.read()


def test_an_adapter_that_dies_is_told(terminal, monkeypatch):
    with Port.open(terminal[1]) as port:

        def die(*_: object) -> bytes:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "read", die)
        with pytest.raises(PortLost):
            port.read()


def test_the_ports_of_this_machine_can_be_listed():
    assert all(path.startswith("/dev/") for path in ports())


def test_frames_of_a_port_in_three_lines(terminal):
    master, path = terminal
    sent = b"\x02\nPTEC HP..  \r\nIINST 002 Y\r\nPAPP 00450 *\r\x03"
    reading = frames(path, setting=LineSetting(9600))
    # It reads from the first frame asked on: what waited before is not its.
    with Port.open(path):
        pass
    import threading  # noqa: PLC0415 - the meter must speak while we wait

    stop = threading.Event()

    def speak() -> None:
        while not stop.wait(0.02):
            os.write(master, sent)

    meter = threading.Thread(target=speak)
    meter.start()
    try:
        frame = next(frame for frame in reading if frame.complete)
    finally:
        stop.set()
        meter.join()
        reading.close()
    assert frame["PAPP"].value == 450
