"""Whose count an index is: another one begins with each physical meter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from edge.record import Baseline

TOGETHER_MS = 86_400_000
"""What a new meter shows late has a baseline of its own, of the same change."""

SET = "set_index"
MISSED_L = 100_000
"""A dial that shows so much more has counted what we missed: weeks of heating. More is
the first reading of a meter's life, which no statistic may take for a day's gas."""

Offsets = Callable[[str], Mapping[str, int]]
Baselines = Callable[[str], Awaitable[Sequence[Baseline]]]


class Counts:
    """Numbers each meter's counts, 0 first; the journal's baselines part them.

    `offsets` gives, at once, what the gate adds to each raw index now: when that
    changes, another count may have begun, and no index may be shown as the old one's
    until the journal's word on it is committed, read, and settled.
    """

    def __init__(
        self,
        offsets: Offsets,
        baselines: Baselines,
        commit: Callable[[], Awaitable[object]],
    ) -> None:
        self._offsets, self._baselines, self._commit = offsets, baselines, commit
        self._settled: dict[str, Mapping[str, int]] = {}
        self._numbers: dict[str, int] = {}

    def settled(self, meter: str) -> bool:
        """Tell whether the number is that of what the meter counts now."""
        return self._settled.get(meter) == self._offsets(meter)

    def number(self, meter: str) -> int | None:
        """Give the number of a meter's count; None before it was ever settled."""
        return self._numbers.get(meter)

    async def begin(self, meter: str) -> int:
        """Give the number that stands in the journal; settle it, the first time."""
        if meter not in self._numbers:
            self.settle(meter, *await self._read(meter))
        return self._numbers[meter]

    async def change(self, meter: str) -> tuple[int, Mapping[str, int]]:
        """Give the number of what the meter counts now, and its offsets, to `settle`.

        Raises DiskFull while the journal can't take the word that parts the counts.
        """
        await self._commit()
        return await self._read(meter)

    async def _read(self, meter: str) -> tuple[int, Mapping[str, int]]:
        offsets = dict(self._offsets(meter))
        return number_of(await self._baselines(meter)), offsets

    def settle(self, meter: str, number: int, offsets: Mapping[str, int]) -> None:
        """Take a number, once all who show indexes know of it."""
        self._numbers[meter], self._settled[meter] = number, offsets


def number_of(baselines: Sequence[Baseline]) -> int:
    """Count the changes of count: baselines of one change, each of others, are one.

    What the owner's reading of the dial adds has flowed: the count goes on.
    """
    number = 0
    last: Baseline | None = None
    touched: set[str] = set()
    offsets: dict[str, int] = {}
    for baseline in sorted(baselines, key=lambda each: each.at_ms):
        names = baseline.offsets.keys()
        leaps = [offsets.get(name, 0) - baseline.offsets[name] for name in names]
        offsets.update(baseline.offsets)
        if baseline.reason == SET and all(0 <= leap <= MISSED_L for leap in leaps):
            continue
        goes_on = (
            last is not None
            and (baseline.reason, baseline.device) == (last.reason, last.device)
            and baseline.at_ms - last.at_ms < TOGETHER_MS
            and touched.isdisjoint(names)
        )
        if not goes_on:
            number += 1
            touched = set()
        touched |= names
        last = baseline
    return number
