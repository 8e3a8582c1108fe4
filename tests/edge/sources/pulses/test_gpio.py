"""A GPIO chip is found by its label, and its events become flanks."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import gpiod
import pytest
from gpiod.line import Bias, Value

from edge.catalogue import Fluid
from edge.sources.gpio import GpioLine, find_chip
from edge.sources.pulses import Flank, LineError, PulseSettings

Type = gpiod.EdgeEvent.Type
PATHS = [Path(f"/dev/gpiochip{n}") for n in (0, 4, 10)]
PI_5 = {
    "/dev/gpiochip0": "pinctrl-rp1",
    "/dev/gpiochip4": "pinctrl-rp1",
    "/dev/gpiochip10": "gpio-brcmstb@107d508500",
}


def event(at_ns, kind, seqno):
    return SimpleNamespace(
        timestamp_ns=at_ns, event_type=kind, Type=Type, line_seqno=seqno
    )


class Request:
    def __init__(self):
        self.fd, self.events, self.value = 7, [], Value.INACTIVE
        self.released = False

    def get_value(self, offset):
        assert offset == 17
        return self.value

    def wait_edge_events(self, timeout):
        assert timeout.total_seconds() == 0
        return bool(self.events)

    def read_edge_events(self):
        if isinstance(self.events[0], OSError):
            raise self.events[0]
        given, self.events = self.events[:2], self.events[2:]
        return given

    def release(self):
        self.released = True


class Library:
    """Stands in for gpiod: chips by path, one request."""

    def __init__(self, labels, refusal=None):
        self.labels, self.refusal = labels, refusal
        self.request, self.asked = Request(), {}

    @contextmanager
    def Chip(self, path):  # noqa: N802 - as gpiod names it
        label = self.labels[path]
        if isinstance(label, OSError):
            raise label
        yield SimpleNamespace(get_info=lambda: SimpleNamespace(label=label))

    def request_lines(self, path, **asked):
        if self.refusal:
            raise self.refusal
        self.asked = {"path": path, **asked}
        return self.request


@pytest.fixture
def chips(monkeypatch):
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(PATHS))


def opened(library, **more):
    table = {"gpio": 17, **more}
    return GpioLine.open(PulseSettings.from_table(table, Fluid.GAS), library)


def test_a_pi_5_is_known_by_its_label_whatever_its_number():
    assert find_chip("auto", Library(PI_5), PATHS) == "/dev/gpiochip0"
    moved = {"/dev/gpiochip0": "other", "/dev/gpiochip4": "pinctrl-rp1"}
    assert find_chip("auto", Library(moved), PATHS[:2]) == "/dev/gpiochip4"


def test_another_chip_is_found_by_the_label_that_is_configured():
    assert find_chip("gpio-brcmstb@107d508500", Library(PI_5), PATHS).endswith("10")


def test_a_chip_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(LineError, match=r"there are: gpio-brcmstb.*pinctrl-rp1"):
        find_chip("pinctrl-bcm2711", Library(PI_5), PATHS)


def test_chips_that_are_not_ours_to_open_are_told():
    denied = dict.fromkeys(PI_5, PermissionError(13, "Permission denied"))
    with pytest.raises(LineError, match=r"Permission denied.*group gpio"):
        find_chip("auto", Library(denied), PATHS)


@pytest.mark.usefixtures("chips")
def test_the_kernel_is_asked_for_both_flanks_debounced_and_by_its_clock():
    library = Library(PI_5)
    line = opened(library, debounce_ms=25)
    asked = library.asked["config"][17]
    assert library.asked["path"] == "/dev/gpiochip0"
    assert asked.debounce_period.total_seconds() == 0.025
    assert (asked.bias, asked.active_low) == (Bias.PULL_UP, True)
    assert asked.event_clock is gpiod.line.Clock.MONOTONIC
    assert asked.edge_detection is gpiod.line.Edge.BOTH
    assert line.fileno() == 7
    library.request.value = Value.ACTIVE
    assert line.active()
    line.close()
    assert library.request.released


@pytest.mark.usefixtures("chips")
def test_all_events_that_wait_are_read_and_those_lost_are_counted():
    library = Library(PI_5)
    line = opened(library)
    library.request.events = [
        event(10, Type.RISING_EDGE, 1),
        event(20, Type.FALLING_EDGE, 2),
        event(30, Type.RISING_EDGE, 5),
    ]
    assert line.read() == [Flank(10, True), Flank(20, False), Flank(30, True)]
    assert line.lost == 2
    assert line.read() == []


@pytest.mark.usefixtures("chips")
def test_a_line_that_another_program_has_is_told():
    with pytest.raises(LineError, match=r"GPIO 17 can't be had: .*busy"):
        opened(Library(PI_5, OSError(16, "Device or resource busy")))


@pytest.mark.usefixtures("chips")
def test_a_line_that_goes_away_is_told():
    library = Library(PI_5)
    line = opened(library)
    library.request.events = [OSError(19, "No such device")]
    with pytest.raises(LineError, match="is gone"):
        line.read()


def test_a_meter_without_a_line_is_told_which_key_it_lacks():
    with pytest.raises(LineError, match="no line is named") as refused:
        GpioLine.open(PulseSettings())
    assert "gpio = 17" in refused.value.hint
