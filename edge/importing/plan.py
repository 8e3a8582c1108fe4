"""Any CSV or workbook whose columns the owner names, in a little TOML:

fluid = "water"           # electricity, gas or water
quantity = "volume_l"     # as the libraries name it, or a register of ours
unit = "m3"               # what the column is in; left out: the quantity's own
time = "Date"             # a column by its title, or its number from 1
end = "Fin"               # a column, where each row has both instants
value = "Consommation"    # a column
marks = "start"           # or "end": what `time` is of its period
step = "day"              # day, month, or minutes; left out: to the next row
kind = "amount"           # or "index": a counter, whose differences count
decimal = ","             # or "."; the other one groups thousands
name = "my-portal"        # becomes part of the origin
"""  # noqa: D400, D415 - it ends with an example

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from edge.catalogue import Fluid
from exports.errors import FileRefused

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
UNITS: Mapping[str, tuple[str, int]] = {
    "l": ("l", 1),
    "m3": ("l", 1000),
    "m³": ("l", 1000),
    "wh": ("wh", 1),
    "kwh": ("wh", 1000),
    "mwh": ("wh", 1_000_000),
    "w": ("w", 1),
    "kw": ("w", 1000),
    "va": ("va", 1),
    "kva": ("va", 1000),
}
"""What a unit is in ours, and how many of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which column is what; a column is a title, or a number from 1."""

    fluid: Fluid
    quantity: str
    time: str | int
    value: str | int
    unit: str | None = None
    end: str | int | None = None
    marks: str = "start"
    step: str | int | None = None
    kind: str = "amount"
    decimal: str = ","
    name: str = "columns"

    @property
    def scale(self) -> int:
        """Give how many of the quantity's own units one of the column's is."""
        return 1 if self.unit is None else UNITS[self.unit.lower()][1]


def _wrong(message: str) -> FileRefused:
    return FileRefused(
        "wrong-mapping",
        f"the mapping can't be used: {message}",
        hint="docs/importing.md",
    )


def read(text: str) -> Plan:
    """Read a mapping; raise FileRefused ("wrong-mapping"), naming the key."""
    try:
        given: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"it is no TOML: {error}") from error
    known = {field.name for field in fields(Plan)}
    if odd := sorted(given.keys() - known):
        raise _wrong(
            f"there is no key {odd[0]!r}; there are {', '.join(sorted(known))}"
        )
    if missing := sorted({"fluid", "quantity", "time", "value"} - given.keys()):
        raise _wrong(f"{missing[0]} is needed")
    for key, right in CHOICES.items():
        if given.get(key, right[0]) not in right:
            raise _wrong(f"{key} is one of {', '.join(right)}")
    made = Plan(**{**given, "fluid": Fluid(given["fluid"])})
    for key in ("time", "value", "end"):
        column = getattr(made, key)
        numbered = isinstance(column, int) and column >= 1
        named = column is None or isinstance(column, str)
        if isinstance(column, bool) or not (numbered or named):
            raise _wrong(f"{key} is a column's title, or its number from 1")
    if not isinstance(made.name, str) or not NAME.fullmatch(made.name):
        raise _wrong("name is of a to z, 0 to 9 and '-'")
    step = made.step
    if step not in (None, "day", "month") and (
        not isinstance(step, int) or isinstance(step, bool) or not 0 < step <= 1440
    ):
        raise _wrong('step is "day", "month", or a number of minutes')
    _fitting_unit(made)
    return made


CHOICES: Mapping[str, tuple[str, ...]] = {
    "fluid": tuple(fluid.value for fluid in Fluid),
    "marks": ("start", "end"),
    "kind": ("amount", "index"),
    "decimal": (",", "."),
}


def _fitting_unit(made: Plan) -> None:
    if not isinstance(made.quantity, str):
        raise _wrong("quantity is a word, as volume_l")
    if made.unit is None:
        return
    if not isinstance(made.unit, str) or made.unit.lower() not in UNITS:
        raise _wrong(f"unit is one of {', '.join(UNITS)}")
    ours = UNITS[made.unit.lower()][0]
    if not made.quantity.endswith(f"_{ours}"):
        raise _wrong(f"{made.unit} is no unit of {made.quantity}")
