"""The checksum of a group: six bits of a sum (Enedis-NOI-CPT_54E v3, 5.3.6).

It passes 12.7 % of single-bit flips, any swap of two bytes and any added NUL: it is
one net of four, never the only one.
"""

from __future__ import annotations

from zlib import adler32

from teleinfo.mode import Mode

SUM_BITS = 0x3F
FIRST = 0x20

# Adler-32 started from 0 holds, in its low half, the plain sum of the bytes: exact
# below 65,521, which no line within 128 bytes can reach twice over, and at C's speed.
LONGEST = 255


def of(covered: bytes) -> int:
    """Give the checksum byte, 0x20 to 0x5F, of what a group's checksum covers."""
    if len(covered) <= LONGEST:
        return (adler32(covered, 0) & SUM_BITS) + FIRST
    return (sum(covered) & SUM_BITS) + FIRST


def covers(line: bytes, mode: Mode) -> bytes:
    """Give the part of a whole line (label to checksum) that its checksum covers.

    The separator before the checksum counts in standard mode, not in historic mode.
    """
    return line[:-1] if mode is Mode.STANDARD else line[:-2]
