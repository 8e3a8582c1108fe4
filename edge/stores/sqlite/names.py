"""Numbers in place of names: of meters, registers, origins; and keys made of them."""

from __future__ import annotations

from edge.interval import Step
from edge.journal.database import Database
from edge.sample import Quality

STEPS = {step: number for number, step in enumerate(Step)}
QUALITIES = tuple(Quality)
QUALITY_NUMBERS = {quality: number for number, quality in enumerate(QUALITIES)}

REGISTER_BITS, METER_BITS = 12, 8
PLACE_BITS = REGISTER_BITS + METER_BITS
HEAD = 0
"""In place of a register's number: the head of a chunk."""

MEMBERS = 63
"""Registers numbered below this can be a bit of `still.members`."""


class Names:
    """The numbers of one file; a new name is written down where it is needed."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def load(self, database: Database) -> None:
        """Read what is written down; what is not is forgotten."""
        rows = database.execute("SELECT number, name FROM name")
        self._numbers = {name: number for number, name in rows}
        self._names = dict(rows)

    def give(self, database: Database, name: str) -> int:
        """Give a name's number, a new one when it is new."""
        number = self._numbers.get(name)
        if number is None:
            number = len(self._numbers) + 1
            database.execute("INSERT INTO name VALUES (?, ?)", (number, name))
            self._numbers[name], self._names[number] = number, name
        return number

    def find(self, database: Database, name: str) -> int | None:
        """Give the number of a name that is known."""
        if name not in self._numbers:
            rows = database.execute("SELECT number FROM name WHERE name = ?", (name,))
            return int(rows[0][0]) if rows else None
        return self._numbers[name]

    def name(self, database: Database, number: int) -> str:
        """Give the name of a number."""
        if number not in self._names:
            self.load(database)
        return self._names[number]


def key(place: int, meter: int, register: int) -> int:
    """Give the id of a register's chunk of one hour, or minutes of one day."""
    return place << PLACE_BITS | meter << REGISTER_BITS | register


def place_of(number: int) -> int:
    """Give the hour or day of an id."""
    return number >> PLACE_BITS


def meter_of(number: int) -> int:
    """Give the meter's number of an id."""
    return number >> REGISTER_BITS & (1 << METER_BITS) - 1


def register_of(number: int) -> int:
    """Give the register's number of an id."""
    return number & (1 << REGISTER_BITS) - 1
