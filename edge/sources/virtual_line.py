"""A line of the demonstration: a virtual contact, behind the real one's protocol.

`gpio_chip = "virtual:/…/gas.line"` names the socket on which it plays, and is refused
outside of a demonstration (`demo = true`). Everything behind the line is as at home.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from edge.sources.pulses.line import Flank, LineError
from edge.sources.pulses.settings import PulseSettings

VIRTUAL = "virtual:"
FLANK = struct.Struct("<q?")
"""As house/line.py plays it: ns of the machine's monotonic clock, the level."""
MOST_BYTES = 64 * 1024


class VirtualLine:
    """One virtual contact, connected; its flanks are dated by who plays them."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        self._active = False
        self.lost = 0

    @classmethod
    def open(cls, settings: PulseSettings) -> Self:
        """Connect to a meter's socket; raise LineError while nobody plays there."""
        path = Path(settings.chip.removeprefix(VIRTUAL))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(0)
        try:
            connection.connect(str(path))
        except OSError as error:
            connection.close()
            raise LineError(
                f"no virtual meter pulses at {path}: {error}",
                hint="it does while `releve demo` runs",
            ) from error
        return cls(connection)

    def fileno(self) -> int:
        """Give what to wait for in the event loop."""
        return self._connection.fileno()

    def active(self) -> bool:
        """Give the level as it is now: nobody who connects hears half a pulse."""
        return self._active

    def read(self) -> Sequence[Flank]:
        """Give the flanks that wait, oldest first; raise LineError."""
        try:
            heard = self._connection.recv(MOST_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            raise LineError(f"the virtual meter is gone: {error}") from error
        if not heard:
            raise LineError("the virtual meter is gone")
        data = self._rest + heard
        whole = len(data) - len(data) % FLANK.size
        self._rest = data[whole:]
        flanks = [Flank(*one) for one in FLANK.iter_unpack(data[:whole])]
        self._active = flanks[-1].active if flanks else self._active
        return flanks

    def close(self) -> None:
        """Let go of the line."""
        self._connection.close()
