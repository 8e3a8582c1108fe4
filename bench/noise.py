"""Ways to damage a frame: what a bad line, a bad dongle or a stuck bit can do.

Each takes the bytes of one frame and gives them damaged; all are as likely in the
campaign. `Stuck` repeats one damage at the same places over many frames.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TypeAlias

Damage: TypeAlias = Callable[[bytearray, random.Random], None]

LINE = re.compile(rb"\n([^\r\n]+)\r")
INDEX = re.compile(rb"\n((?:EAST|EASF|EASD|EAIT|ERQ|BASE|HCH|BBRH)[^\r\n]*)\r")


def flip(frame: bytearray, rng: random.Random) -> None:
    """Flip 1 to 8 of the seven bits that go over the line, anywhere."""
    for _ in range(rng.randint(1, 8)):
        frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(7)


def flip_one(frame: bytearray, rng: random.Random) -> None:
    """Flip a single bit: the checksum lets one in eight through."""
    frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(7)


def flip_near(frame: bytearray, rng: random.Random) -> None:
    """Flip a few bits within ten bytes: a spark."""
    start = rng.randrange(len(frame) - 10)
    for _ in range(rng.randint(2, 6)):
        frame[start + rng.randrange(10)] ^= 1 << rng.randrange(7)


def flip_eighth(frame: bytearray, rng: random.Random) -> None:
    """Flip bits of a line read without parity, the eighth included."""
    for _ in range(rng.randint(1, 6)):
        frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)


def swap(frame: bytearray, rng: random.Random) -> None:
    """Swap two bytes of one group: the checksum is blind to it."""
    start, end = _line(frame, rng)
    one, other = rng.randrange(start, end), rng.randrange(start, end)
    frame[one], frame[other] = frame[other], frame[one]


def compensate(frame: bytearray, rng: random.Random) -> None:
    """Add to one byte of a group what is taken from another."""
    _compensate(frame, rng, *_line(frame, rng))


def compensate_index(frame: bytearray, rng: random.Random) -> None:
    """Do it within an index's digits and checksum."""
    places = [match.span(1) for match in INDEX.finditer(frame)]
    _, end = rng.choice(places)
    _compensate(frame, rng, end - 11, end)


def forge_alike(frame: bytearray, rng: random.Random) -> None:
    """Hit two indexes of the frame alike, checksums kept: an attacker, not a line."""
    places = [match.span(1) for match in INDEX.finditer(frame)]
    place, amount = rng.randint(3, 8), rng.choice((1, 2, 4))
    for _, end in rng.sample(places, min(2, len(places))):
        digit = end - 11 + place
        if ord("0") <= frame[digit] <= ord("9") - amount:
            frame[digit] += amount
            frame[end - 1] = ((frame[end - 1] - 0x20 + amount) & 0x3F) + 0x20


def lose(frame: bytearray, rng: random.Random) -> None:
    """Lose 1 to 4 bytes in a row."""
    at = rng.randrange(len(frame))
    del frame[at : at + rng.randint(1, 4)]


def lose_many(frame: bytearray, rng: random.Random) -> None:
    """Lose a stretch, ends of groups and of the frame included: a full buffer."""
    at = rng.randrange(len(frame))
    del frame[at : at + rng.randint(5, 400)]


def double(frame: bytearray, rng: random.Random) -> None:
    """Get 1 to 3 bytes twice."""
    at = rng.randrange(len(frame))
    frame[at:at] = frame[at : at + rng.randint(1, 3)]


def insert(frame: bytearray, rng: random.Random) -> None:
    """Get NULs or spaces that nobody sent: the sum of two spaces is none."""
    at = rng.randrange(len(frame))
    frame[at:at] = rng.choice((b"\0", b"  ", b"\0\0", b"    "))


def merge(frame: bytearray, rng: random.Random) -> None:
    """Lose or damage what stands between two groups."""
    start, end = _line(frame, rng)
    if rng.random() < 0.5:
        del frame[end : min(end + 2, len(frame) - 1)]
    else:
        frame[end] ^= 1 << rng.randrange(7)
        frame[start - 1] ^= 1 << rng.randrange(7)


def digits(frame: bytearray, rng: random.Random) -> None:
    """Put other digits for a few of one index."""
    _, end = rng.choice([match.span(1) for match in INDEX.finditer(frame)])
    for _ in range(rng.randint(1, 4)):
        frame[rng.randrange(end - 11, end - 2)] = rng.randrange(0x30, 0x3A)


KINDS: dict[str, Damage] = {
    "flip 1 bit": flip_one,
    "flip 1-8 bits": flip,
    "flip within 10 bytes": flip_near,
    "flip, no parity": flip_eighth,
    "swap": swap,
    "compensating flips": compensate,
    "compensating, in an index": compensate_index,
    "two indexes alike": forge_alike,
    "lost bytes": lose,
    "lost stretch": lose_many,
    "doubled bytes": double,
    "inserted NUL or spaces": insert,
    "merged lines": merge,
    "other digits": digits,
}

AIMED = frozenset({"compensating, in an index", "two indexes alike", "other digits"})
"""Damage that seeks an index out. Of a count that the meter sends once a frame, the
same false value twice within reach and with good checksums is beyond any gate
(docs/decisions/0004): these never hit a meter twice within four frames."""

APART = 4


class Stuck:
    """Bits that read 0, or 1, at the same places of frame after frame."""

    def __init__(self, length: int, rng: random.Random) -> None:
        count = rng.randint(1, 3)
        self._ones = [
            (rng.randrange(length), 1 << rng.randrange(7)) for _ in range(count)
        ]
        self._high = rng.random() < 0.5
        self.frames = rng.randint(2, 20)

    def __call__(self, frame: bytearray, rng: random.Random) -> None:
        """Damage one frame more."""
        _ = rng
        self.frames -= 1
        for place, bit in self._ones:
            if place < len(frame):
                frame[place] = frame[place] | bit if self._high else frame[place] & ~bit


def _line(frame: bytearray, rng: random.Random) -> tuple[int, int]:
    """Pick a group at random: where it starts and ends."""
    at = frame.find(b"\n", rng.randrange(len(frame)))
    if at < 0:
        at = frame.find(b"\n")
    end = frame.find(b"\r", at)
    return at + 1, end


def _compensate(frame: bytearray, rng: random.Random, start: int, end: int) -> None:
    """Flip the same bit of two bytes, one up and one down, or of one and the checksum.

    The checksum is the last byte; it follows its digit, so the group still holds.
    """
    bit, last = 1 << rng.randrange(4), end - 1
    places = list(range(start, last))
    rng.shuffle(places)
    down = next((at for at in places if frame[at] & bit), None)
    up = next((at for at in places if not frame[at] & bit), None)
    if down is None or up is None:
        return
    if rng.random() < 0.5:
        frame[up] |= bit
        frame[down] &= ~bit
        return
    change = bit if rng.random() < 0.5 else -bit
    frame[up if change > 0 else down] ^= bit
    frame[last] = ((frame[last] - 0x20 + change) & 0x3F) + 0x20
