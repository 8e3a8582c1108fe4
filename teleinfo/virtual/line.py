"""A virtual meter on a pseudo-terminal, at its true speed, with its faults."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import termios
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from teleinfo.mode import Mode
from teleinfo.virtual.meter import BITS_A_BYTE, LONGEST_GAP_MS, VirtualLinky
from teleinfo.virtual.wire import Check, Wire

LUMP_S = 0.02
"""A USB adapter hands over what it has each 16 ms or so."""
EOT = b"\x04"
RATES = {termios.B1200: 1200, termios.B9600: 9600}


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong: bits flipped, and one frame in `eot_one_in` interrupted.

    `eight_bits`: the port has no parity, as a Raspberry Pi's mini-UART.
    """

    ber: float = 0.0
    eot_one_in: int = 0
    eight_bits: bool = False
    seed: int = 1


class PtyLine:
    """A meter plugged into a pseudo-terminal; `path` is what a reader opens.

    As on a real line nothing waits: what nobody reads is lost, and a reader set to
    another speed gets what a UART would make of it.
    """

    def __init__(
        self,
        meter: VirtualLinky,
        *,
        link: Path | None = None,
        faults: Faults | None = None,
        speed: float = 1.0,
    ) -> None:
        self.meter = meter
        self._link = link
        self._faults = faults or Faults()
        self._speed = speed
        self._wire = Wire(self._faults.ber, self._faults.seed)
        self._rng = Random(f"line {self._faults.seed}")  # noqa: S311 - a simulation
        self._master = -1
        self._path = ""
        self._poll = select.poll()
        self.overruns = 0
        self.plug()

    @property
    def path(self) -> str:
        """Give what to open: the link if one was asked for, else the terminal."""
        return str(self._link) if self._link else self._path

    @property
    def plugged(self) -> bool:
        """Tell whether the cable is in."""
        return self._master >= 0

    def plug(self) -> None:
        """Put the cable in: a terminal, most likely under another number."""
        if self.plugged:
            return
        self._master, reader = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(reader)
        self._path = os.ttyname(reader)
        os.close(reader)
        self._poll.register(self._master, 0)
        if self._link:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._path)

    def unplug(self) -> None:
        """Pull the cable: the reader's port is gone."""
        if not self.plugged:
            return
        if self._link:
            self._link.unlink(missing_ok=True)
        self._poll.unregister(self._master)
        os.close(self._master)
        self._master = -1

    def switch(self, mode: Mode) -> None:
        """Have the meter speak another mode from its next frame on."""
        self.meter = self.meter.speaking(mode)

    async def run(self) -> None:
        """Send for ever; cancel to stop."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        sending = self._bytes()
        due_ms, chunk, baud = next(sending)
        try:
            while True:
                now_ms = (loop.time() - start_s) * 1000 * self._speed
                lump = b""
                while due_ms <= now_ms:
                    lump += chunk
                    due_ms, chunk, following = next(sending)
                    if following != baud:
                        self._send(lump, baud)
                        lump, baud = b"", following
                if lump:
                    self._send(lump, baud)
                await asyncio.sleep(LUMP_S)
        finally:
            self.unplug()

    def _bytes(self) -> Iterator[tuple[float, bytes, int]]:
        """Give (when it has arrived, in ms since the start; bytes; speed)."""
        at_ms = 0.0
        while True:
            baud = self.meter.mode.baud
            frame = self._frame(self.meter.start_ms + int(at_ms))
            byte_ms = 1000 * BITS_A_BYTE / baud
            size = max(1, int(LUMP_S * self._speed * 1000 / byte_ms))
            for first in range(0, len(frame), size):
                chunk = frame[first : first + size]
                at_ms += len(chunk) * byte_ms
                yield at_ms, chunk, baud
            at_ms += self._rng.uniform(LONGEST_GAP_MS / 2, LONGEST_GAP_MS)

    def _frame(self, at_ms: int) -> bytes:
        frame = self.meter.frame_at(at_ms)
        one_in = self._faults.eot_one_in
        if one_in and self._rng.randrange(one_in) == 0:
            return frame[: self._rng.randrange(1, len(frame))] + EOT
        return frame

    def _send(self, data: bytes, baud: int) -> None:
        if not self.plugged or self._poll.poll(0):
            return  # a hang-up: nobody listens
        attributes = termios.tcgetattr(self._master)
        read_at = RATES.get(attributes[5], 0)
        if self._faults.eight_bits:
            check = Check.RAW
        else:
            check = Check.INPCK if attributes[0] & termios.INPCK else Check.IGNORED
        if not read_at:
            return
        heard = self._wire.receive(data, baud, read_at, check)
        try:
            written = os.write(self._master, heard) if heard else 0
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):
                raise
            written = 0
        self.overruns += len(heard) - written
