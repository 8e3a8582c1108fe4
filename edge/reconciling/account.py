"""What one source says, period by period, beside what the home counted itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.reconciling.own import Own, halved
from edge.sample import Slice


@dataclass(frozen=True, slots=True)
class Row:
    """One period of a source that the home knows whole too, in the register's unit."""

    start_ms: int
    end_ms: int
    own: int
    theirs: int

    @property
    def difference(self) -> int:
        """Give how much more the source says than the home counted."""
        return self.theirs - self.own

    @property
    def relative(self) -> float | None:
        """Give the difference as a part of what the home counted; None of nothing."""
        return relative(self.difference, self.own)


@dataclass(frozen=True, slots=True)
class Account:
    """One source against the home.

    `register` is what the source speaks of: the index itself, or its load curve, whose
    watts are compared as energy. `alone` counts periods that the home doesn't know
    whole; `slack` is what rounding alone can make differ.
    """

    origin: str
    register: str
    rows: tuple[Row, ...]
    alone: int
    slack: int = 0

    @property
    def own(self) -> int:
        """Give what the home counted over the rows."""
        return sum(row.own for row in self.rows)

    @property
    def theirs(self) -> int:
        """Give what the source says over the same."""
        return sum(row.theirs for row in self.rows)

    @property
    def differing(self) -> int:
        """Count the rows that differ by more than rounding."""
        return sum(abs(row.difference) > self.slack for row in self.rows)

    @property
    def relative(self) -> float | None:
        """Give the difference of the totals as a part of the home's."""
        return relative(self.theirs - self.own, self.own)


def relative(difference: int, own: int) -> float | None:
    """Give a difference as a part; None where the home counted nothing."""
    return difference / own if own else None


def accounts(
    own: Own, slices: Sequence[Slice], register: str, slack: int = 0
) -> list[Account]:
    """Give an account of each origin, in the order of their names.

    `slices` are in the index's unit, `register` is what they were said of.
    """
    by_origin: dict[str, list[Slice]] = {}
    for one in slices:
        if one.value is not None:
            by_origin.setdefault(one.origin, []).append(one)
    return [
        _account(own, halved(by_origin[origin]), register, slack)
        for origin in sorted(by_origin)
        if by_origin[origin]
    ]


def _account(own: Own, some: Sequence[Slice], register: str, slack: int) -> Account:
    if not some:
        return Account("", register, (), 0, slack)
    starts = np.array([one.start_ms for one in some], dtype=np.int64)
    ends = np.array([one.end_ms for one in some], dtype=np.int64)
    sums, known = own.over(starts, ends)
    rows = tuple(
        Row(one.start_ms, one.end_ms, counted, one.value or 0)
        for one, counted, whole in zip(some, sums.tolist(), known.tolist(), strict=True)
        if whole
    )
    return Account(some[0].origin, register, rows, len(some) - len(rows), slack)
