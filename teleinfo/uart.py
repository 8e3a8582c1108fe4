"""How a port is set: the speed apart from the format, and who checks the parity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SPEEDS = (9600, 1200)
SYS_TTY = Path("/sys/class/tty")
NO_PARITY_DRIVERS = ("bcm2835-aux-uart",)
"""UARTs without parity: the Raspberry Pi's mini-UART (ttyS0 while Bluetooth is on)."""


class Parity(StrEnum):
    """Who checks the even parity of the line.

    HARDWARE: the UART does (7E1, INPCK). SOFTWARE: it can't, so 8N1 is read, which is
    bit for bit 7E1 with the parity in bit 7, and it is checked and stripped here. In
    both a byte of wrong parity becomes NUL, which no group may hold.
    """

    HARDWARE = "hardware"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class LineSetting:
    """The speed in bit/s and the parity check; the wire is always 7E1."""

    baud: int = 9600
    parity: Parity = Parity.HARDWARE

    def __post_init__(self) -> None:
        if self.baud not in SPEEDS:
            raise ValueError(f"the meter speaks at 9600 or 1200 bit/s, not {self.baud}")


CHECKED = bytes(byte & 0x7F if byte.bit_count() % 2 == 0 else 0 for byte in range(256))
"""What each 8N1 byte of a 7E1 line is: seven bits, or NUL where the parity is wrong."""

WITH_PARITY = bytes(byte | (byte.bit_count() & 1) << 7 for byte in range(128))
"""What each seven-bit byte is on the wire, its parity in bit 7."""


def check_parity(raw: bytes) -> bytes:
    """Check and strip the parity of bytes read as 8N1; a wrong one becomes NUL."""
    return raw.translate(CHECKED)


def has_parity(path: str, sys_tty: Path = SYS_TTY) -> bool:
    """Tell whether a port's UART can check parity, by its driver's name."""
    try:
        name = Path(path).resolve().name
        driver = (sys_tty / name / "device" / "driver").resolve(strict=True).name
    except OSError:
        return True  # no driver to name (a pseudo-terminal): believe the setting
    return driver not in NO_PARITY_DRIVERS
