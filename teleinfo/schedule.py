"""A day's schedule: PJOURF+1 and PPOINTE (Enedis-NOI-CPT_54E v3, 6.2.3.18).

Eleven blocks of `HHMMSSSS`: from HHMM on, do SSSS; a block that is not used says
NONUTILE. The standard does not say whether HHMM is decimal or hexadecimal, and meters
differ: each schedule is read by what only one of the two can mean. One that both can
is shown raw, unless the caller knows this meter's way from an earlier one, or the
contract is Tempo, which turns at 06:00 and 22:00.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from teleinfo.errors import ValueRefused
from teleinfo.reason import Reason
from teleinfo.stge import Contact

BLOCKS = 11
WIDTH = 98
UNUSED = "NONUTILE"
BLOCK = re.compile(r"[0-9A-F]{8}")
TEMPO_TURNS_MIN = frozenset({6 * 60, 22 * 60})
DAY_MIN = 24 * 60
INDEXES = range(1, 11)


class Hours(StrEnum):
    """How a meter writes its hours."""

    DECIMAL = "decimal"
    HEXADECIMAL = "hexadecimal"

    @property
    def base(self) -> int:
        """Give the base of its numbers."""
        return 10 if self is Hours.DECIMAL else 16


class DryContact(StrEnum):
    """What the real contact is told to do."""

    NOTHING = "no_action"
    TEMPO = "tempo"
    OPEN = "open"
    CLOSE = "close"


DRY_CONTACTS = tuple(DryContact)


@dataclass(frozen=True, slots=True)
class Block:
    """From a minute of the day on: an index (None: unchanged), contacts, the relay."""

    at_min: int
    index: int | None
    virtual_contacts: tuple[Contact, ...]
    dry_contact: DryContact

    @property
    def at(self) -> str:
        """Give the time of day, `HH:MM`."""
        return f"{self.at_min // 60:02}:{self.at_min % 60:02}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as sent: the used blocks' eight characters, in order."""

    used: tuple[str, ...]

    @classmethod
    def from_field(cls, text: str, *, label: str = "PJOURF+1") -> Schedule:
        """Read the 98 characters; raise ValueRefused if no way of reading fits."""
        if len(text) != WIDTH:
            raise ValueRefused(label, text, reason=Reason.WIDTH, hint="98 characters")
        blocks = text.split(" ")
        used = tuple(block for block in blocks if block != UNUSED)
        if len(blocks) != BLOCKS or not all(map(BLOCK.fullmatch, used)):
            raise ValueRefused(label, text, hint="eleven blocks HHMMSSSS or NONUTILE")
        schedule = cls(used)
        if not schedule.ways:
            raise ValueRefused(label, text, hint="times of day")
        return schedule

    @classmethod
    def from_checked(cls, text: str) -> Schedule:
        """Read 98 characters that are known to be a schedule."""
        return cls(tuple(block for block in text.split(" ") if block != UNUSED))

    @property
    def ways(self) -> frozenset[Hours]:
        """Give the ways in which every hour of it is a time of day."""
        return frozenset(way for way in Hours if _possible(self.used, way))

    @property
    def hours(self) -> Hours | None:
        """Give the way in which this meter writes its hours; None if both could be."""
        if len(self.ways) == 1:
            return next(iter(self.ways))
        return None

    def blocks(
        self, known: Hours | None = None, *, tempo: bool = False
    ) -> tuple[Block, ...] | None:
        """Give the blocks; None while it is ambiguous (show `used` then).

        `known` is this meter's way, remembered from a schedule with `hours`; `tempo`
        prefers the only way, if one, that turns at 06:00 and 22:00.
        """
        ways = self.ways
        way = self.hours
        if way is None and known in ways:
            way = known
        if way is None and tempo:
            way = self._tempo_way()
        if way is None:
            return self._same_either_way()
        return tuple(_block(text, way) for text in self.used)

    def _tempo_way(self) -> Hours | None:
        fitting = [
            way
            for way in Hours
            if TEMPO_TURNS_MIN.issubset(_at_min(text, way) for text in self.used)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _same_either_way(self) -> tuple[Block, ...] | None:
        # 00:00, 06:00 and the like read alike in both: nothing is ambiguous then.
        if any(
            _at_min(text, Hours.DECIMAL) != _at_min(text, Hours.HEXADECIMAL)
            for text in self.used
        ):
            return None
        return tuple(_block(text, Hours.DECIMAL) for text in self.used)


def _at_min(text: str, way: Hours) -> int:
    return int(text[:2], way.base) * 60 + int(text[2:4], way.base)


def _possible(used: tuple[str, ...], way: Hours) -> bool:
    if way is Hours.DECIMAL and not all(text[:4].isdigit() for text in used):
        return False
    if any(int(text[2:4], way.base) >= 60 for text in used):
        return False
    return all(_at_min(text, way) < DAY_MIN for text in used)


def _block(text: str, way: Hours) -> Block:
    action = int(text[4:], 16)
    index = action & 15
    return Block(
        at_min=_at_min(text, way),
        index=index if index in INDEXES else None,
        virtual_contacts=tuple(
            Contact.CLOSED if action >> bit & 1 else Contact.OPEN
            for bit in range(4, 11)
        ),
        dry_contact=DRY_CONTACTS[action >> 14],
    )
