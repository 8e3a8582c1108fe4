"""A GPIO line by libgpiod 2: flanks dated by the kernel, the chip found by its label.

Never by its number: on a Raspberry Pi 5 the header was gpiochip4, and became gpiochip0
with raspberrypi/linux#6144.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import gpiod
from gpiod.line import Bias, Clock, Direction, Edge, Value

from edge.sources.pulses.line import Flank, LineError
from edge.sources.pulses.settings import PulseSettings

LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""The header of a Pi 5, of a Pi 4, of those before."""

BIASES = {
    "pull-up": Bias.PULL_UP,
    "pull-down": Bias.PULL_DOWN,
    "none": Bias.DISABLED,
}
CONSUMER = "releve"
BUFFER = 1024
"""Flanks that the kernel keeps for us while a disk holds the loop up."""

NOT_OURS = "add the service's user to the group gpio, and look at `gpioinfo`"


class GpioLine:
    """One line, requested for its flanks; other programs can't have it meanwhile."""

    def __init__(self, request: Any, offset: int) -> None:
        self._request, self._offset = request, offset
        self._seqno = 0
        self.lost = 0

    @classmethod
    def open(cls, settings: PulseSettings, lib: Any = gpiod) -> Self:
        """Open the line of a meter; raise LineError, saying what to mend."""
        if settings.gpio is None:
            raise LineError("no line is named", hint="add gpio = 17 to the meter")
        path = find_chip(settings.chip, lib)
        wanted = gpiod.LineSettings(
            direction=Direction.INPUT,
            edge_detection=Edge.BOTH,
            bias=BIASES[settings.bias],
            active_low=settings.active_low,
            debounce_period=timedelta(milliseconds=settings.debounce_ms),
            event_clock=Clock.MONOTONIC,
        )
        try:
            request = lib.request_lines(
                path,
                consumer=CONSUMER,
                config={settings.gpio: wanted},
                event_buffer_size=BUFFER,
            )
        except (OSError, ValueError) as error:
            raise LineError(
                f"GPIO {settings.gpio} can't be had: {error}", hint=NOT_OURS
            ) from error
        return cls(request, settings.gpio)

    def fileno(self) -> int:
        """Give what to wait for in the event loop."""
        return int(self._request.fd)

    def active(self) -> bool:
        """Give the level as it is now; raise LineError."""
        try:
            return bool(self._request.get_value(self._offset) is Value.ACTIVE)
        except OSError as error:
            raise LineError(f"GPIO {self._offset} can't be read: {error}") from error

    def read(self) -> Sequence[Flank]:
        """Give the flanks that wait, oldest first; raise LineError."""
        flanks: list[Flank] = []
        try:
            while self._request.wait_edge_events(timedelta(0)):
                flanks += map(self._flank, self._request.read_edge_events())
        except OSError as error:
            raise LineError(f"GPIO {self._offset} is gone: {error}") from error
        return flanks

    def close(self) -> None:
        """Let go of the line."""
        self._request.release()

    def _flank(self, event: Any) -> Flank:
        self.lost += max(0, event.line_seqno - self._seqno - 1)
        self._seqno = event.line_seqno
        return Flank(event.timestamp_ns, event.event_type is event.Type.RISING_EDGE)


def find_chip(label: str, lib: Any = gpiod, paths: Iterable[Path] | None = None) -> str:
    """Give the path of the chip with this label, "auto": a Pi's; raise LineError."""
    found = sorted(Path("/dev").glob("gpiochip*")) if paths is None else paths
    wanted = LABELS if label == "auto" else (label,)
    seen: dict[str, str] = {}
    refused = ""
    for path in found:
        try:
            with lib.Chip(str(path)) as chip:
                # a symbolic link (gpiochip4 of later images) names the same chip twice
                seen.setdefault(chip.get_info().label, str(path))
        except OSError as error:
            refused = f"{path}: {error.strerror or error}"
    for name in wanted:
        if name in seen:
            return seen[name]
    labels = ", ".join(sorted(seen)) or refused or "none"
    raise LineError(
        f"no GPIO chip is labelled {' or '.join(wanted)}; there are: {labels}",
        hint=NOT_OURS
        if refused
        else 'name yours: gpio_chip = "…", as `gpiodetect` does',
    )
