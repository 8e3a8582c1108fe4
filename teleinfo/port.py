"""A serial port (or pseudo-terminal) of a meter: open it alone, take all that waits.

Linux's termios is set here and not left to pyserial, which clears INPCK: a byte of
wrong parity would then be delivered as if it were good.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import termios
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from serial.tools.list_ports import comports

from teleinfo.errors import (
    NotAPort,
    PortBusy,
    PortError,
    PortForbidden,
    PortLost,
    PortMissing,
)
from teleinfo.frame import Frame
from teleinfo.listener import Listener
from teleinfo.mode import Mode
from teleinfo.uart import LineSetting, Parity, check_parity, has_parity

READ_SIZE = 4096
"""All that a terminal of Linux can hold for one read."""
PTY_MAJORS = range(136, 144)
RATES = {1200: termios.B1200, 9600: termios.B9600}
MISSING = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ENOTDIR)
PAUSE_S = 0.08
"""Rest after a read, so that a byte-wise line wakes us 12 times a second, not 1,000."""
TICK_S = 1.0


class Port:
    """An open port, held exclusively; `reads` and `bytes` count what it cost."""

    def __init__(self, fd: int, path: str, setting: LineSetting) -> None:
        self._fd = fd
        self.path = path
        self.setting = setting
        self.reads = 0
        self.bytes = 0
        self._tune()

    @classmethod
    def open(cls, path: str, setting: LineSetting | None = None) -> Port:
        """Open a port; raise PortMissing, PortForbidden, PortBusy or NotAPort.

        Where the UART is known to have no parity, it is checked in software.
        """
        setting = setting or LineSetting()
        if not has_parity(path):
            setting = LineSetting(setting.baud, Parity.SOFTWARE)
        try:
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise _opening(path, error) from error
        try:
            _hold(fd, path)
            return cls(fd, path, setting)
        except BaseException:
            os.close(fd)
            raise

    def fileno(self) -> int:
        """Give the descriptor, to wait on; -1 once closed."""
        return self._fd

    def read(self) -> bytes:
        """Take everything that waits, b"" when nothing does; raise PortLost."""
        try:
            raw = os.read(self._fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost() from error
        self.reads += 1
        if not raw:  # a hang-up: the other end is gone
            raise self._lost()
        self.bytes += len(raw)
        return raw if self.setting.parity is Parity.HARDWARE else check_parity(raw)

    def tune(self, baud: int) -> None:
        """Listen at another speed; what came at the one before is dropped."""
        if baud != self.setting.baud:
            self.setting = LineSetting(baud, self.setting.parity)
            self._tune()

    def close(self) -> None:
        """Let go of the port; closing twice is once."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _lost(self) -> PortLost:
        return PortLost(
            f"{self.path} went away while it was read",
            hint="plug the adapter in again; a /dev/serial/by-id/… path survives that",
        )

    def _tune(self) -> None:
        hardware = self.setting.parity is Parity.HARDWARE
        rate = RATES[self.setting.baud]
        try:
            characters = termios.tcgetattr(self._fd)[6]
            characters[termios.VMIN], characters[termios.VTIME] = 1, 0
            # INPCK with neither IGNPAR nor PARMRK: a bad byte arrives as NUL
            # (termios(3)). ISTRIP stays clear: it would hide a line that is not 7E1.
            input_flags = termios.INPCK if hardware else 0
            control = termios.CREAD | termios.CLOCAL
            # A pseudo-terminal has no UART: it refuses 7E1, and gives what is written.
            uart = hardware and not _is_pty(self._fd)
            control |= termios.CS7 | termios.PARENB if uart else termios.CS8
            attributes = [input_flags, 0, control, 0, rate, rate, characters]
            termios.tcsetattr(self._fd, termios.TCSANOW, attributes)
            termios.tcflush(self._fd, termios.TCIFLUSH)
        except termios.error as error:
            raise PortError(
                f"{self.path} can't be set to {self.setting.baud} 7E1: {error}",
                hint='try parity = "software" for this meter',
            ) from error


def frames(
    path: str, mode: Mode | None = None, setting: LineSetting | None = None
) -> Iterator[Frame]:
    """Give a meter's frames as they come, at the speed and in the mode found.

    Raises PortError when the port can't be opened or goes away.
    """
    with Port.open(path, setting) as port:
        first = setting.baud if setting else None
        listener = Listener(time.monotonic(), mode, first)
        port.tune(listener.baud)
        while True:
            select.select([port], [], [], TICK_S)
            heard = port.read()
            yield from listener.take(heard, time.monotonic())
            port.tune(listener.baud)
            if 0 < len(heard) < READ_SIZE // 2:
                time.sleep(PAUSE_S)


def ports() -> list[str]:
    """List the serial ports of this machine, by-id paths first where they exist."""
    return sorted(port.device for port in comports(include_links=True))


def _hold(fd: int, path: str) -> None:
    """Hold the port against any other reader; raise NotAPort or PortBusy."""
    if not os.isatty(fd):
        raise NotAPort(f"{path} is no serial port", hint="see ls /dev/serial/by-id/")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A pseudo-terminal would stay closed to the next reader after a crash.
        if not _is_pty(fd):
            fcntl.ioctl(fd, termios.TIOCEXCL)
    except OSError as error:
        raise _busy(path) from error


def _is_pty(fd: int) -> bool:
    return os.major(os.fstat(fd).st_rdev) in PTY_MAJORS


def _busy(path: str) -> PortBusy:
    return PortBusy(
        f"{path} is held by another program, and two readers share its bytes",
        hint=f"`sudo fuser -v {path}` names it; a serial console is one too",
    )


def _opening(path: str, error: OSError) -> PortError:
    if error.errno in MISSING:
        found = ", ".join(ports()) or "none"
        return PortMissing(
            f"there is no port {path}", hint=f"plug it in, or name one of: {found}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortForbidden(
            f"{path} is not yours to open",
            hint="`sudo usermod -aG dialout $USER`, then log in again",
        )
    if error.errno == errno.EBUSY:
        return _busy(path)
    if error.errno == errno.EISDIR:
        return NotAPort(f"{path} is a directory", hint="see ls /dev/serial/by-id/")
    return PortError(f"{path} can't be opened: {error.strerror}")
