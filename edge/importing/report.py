"""What came of a file: what it says, what is new of it, what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from edge.catalogue import Kind
from edge.registers import CATALOGUE
from edge.registers.electricity import CURVES
from edge.sample import Slice, utc
from exports.said import Refused

HOUR_MS = 3_600_000
LONGEST_DAY_MS = 25 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of one register: rows of [start, end), and their total.

    Of mean powers the total is their energy, in Wh; of what doesn't add up, None.
    """

    meter: str
    register: str
    start_ms: int
    end_ms: int
    rows: int
    total: int | float | None
    unit: str | None


def told(slices: Sequence[Slice]) -> list[Told]:
    """Sum slices up, a register at a time; days apart from months of the same days."""
    series: dict[tuple[str, str], list[Slice]] = {}
    for one in slices:
        series.setdefault((one.meter, one.register), []).append(one)
    return [
        _told(*name, part) for name, some in series.items() for part in _parts(some)
    ]


def _parts(some: Sequence[Slice]) -> list[Sequence[Slice]]:
    """Part days from what is longer where they overlap: no sum has a day twice."""
    rising = sorted(some, key=lambda one: one.start_ms)
    if not any(after.start_ms < one.end_ms for one, after in pairwise(rising)):
        return [some]
    days = [one for one in some if one.end_ms - one.start_ms <= LONGEST_DAY_MS]
    longer = [one for one in some if one.end_ms - one.start_ms > LONGEST_DAY_MS]
    return [part for part in (days, longer) if part]


def _told(meter: str, name: str, some: Sequence[Slice]) -> Told:
    register = CATALOGUE[name]
    total: int | float | None = None
    unit = register.unit
    if name in CURVES:
        whole = sum((one.value or 0) * (one.end_ms - one.start_ms) for one in some)
        energy = Fraction(whole, HOUR_MS)
        total = int(energy) if energy.denominator == 1 else round(float(energy), 3)
        unit = "Wh"
    elif register.kind is Kind.INDEX or name == "water_leak_l":
        total = sum(one.value or 0 for one in some)
    return Told(
        meter,
        name,
        min(one.start_ms for one in some),
        max(one.end_ms for one in some),
        len(some),
        total,
        unit,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """Where the home itself had measured what a file says, and how far they differ.

    `rows` periods were measured whole, `differing` of them otherwise; `file` and
    `home` are what each has of these periods, in Wh or litres.
    """

    meter: str
    register: str
    rows: int
    differing: int
    file: int
    home: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file; `number` is the import's, None when nothing was changed.

    A file that was refused whole has one line in `refused`, "file", and no format when
    none is known. `absent` counts periods that the file lists without a value.
    """

    file: str
    format: str | None = None
    series: Sequence[Told] = ()
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: Sequence[Refused] = ()
    absent: int = 0
    measured: Sequence[Measured] = ()
    number: int | None = None
    dry_run: bool = False
    title: str | None = None
    facts: int = 0
    """Dated facts that it tells besides: contracts, indexes without an amount."""
    whole: bool = False
    """Whether the file was refused whole."""

    def public(self, zone: ZoneInfo) -> dict[str, Any]:
        """Give the object that `--json` prints, instants in the home's zone."""
        return {
            "file": self.file,
            "format": self.format,
            "series": [
                {
                    "meter": one.meter,
                    "register": one.register,
                    "from": utc(one.start_ms).astimezone(zone).isoformat(),
                    "to": utc(one.end_ms).astimezone(zone).isoformat(),
                    "rows": one.rows,
                    "total": one.total,
                    "unit": one.unit,
                }
                for one in self.series
            ],
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": [
                {"where": one.place, "reason": one.reason} for one in self.refused
            ],
        }

    def plain(self) -> dict[str, Any]:
        """Give all of it as plain JSON values, for `parse`."""
        return asdict(self)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Report:
        """Read what `plain` gave."""
        given = dict(document)
        for name, kind in NESTED.items():
            given[name] = tuple(kind(**one) for one in given[name])
        return cls(**given)


NESTED: Mapping[str, type[Any]] = {
    "series": Told,
    "refused": Refused,
    "measured": Measured,
}
