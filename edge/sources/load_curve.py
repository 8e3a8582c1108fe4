"""Points of a meter's load curve, as slices: once each, and only when sure of them."""

from __future__ import annotations

from collections.abc import Mapping

from edge.sample import HostInstant, Quality, Slice
from edge.sources.tic_registers import SLICES
from teleinfo.group import Group

MINUTE_MS = 60_000
PERIODS_MS = (10 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS)


class LoadCurve:
    """Follows CCASN and CCAIN: the mean watts of the period that a horodate ends.

    The checksum passes one flipped bit in eight, and a slice is never asked twice:
    a point counts once a second frame says the same.
    """

    def __init__(self, meter: str, origin: str = "tic") -> None:
        self._meter, self._origin = meter, origin
        self._seen: dict[str, Group] = {}
        self._given: dict[str, Group] = {}
        self._period_ms: dict[str, int] = {}
        self._given_until: dict[str, int] = {}
        self.settled = False
        """The same groups, word for word, have nothing more to give."""

    def slices(
        self, groups: Mapping[str, Group], seen: HostInstant
    ) -> tuple[Slice, ...]:
        """Give the points that are new and sure in a frame's groups."""
        found: list[Slice] = []
        self.settled = True
        for label, (label_before, register) in SLICES.items():
            now = groups.get(label)
            if now is None or now is self._given.get(label):
                continue
            self.settled = False
            before = groups.get(label_before)
            sure = self._sure(now) & (before is None or self._sure(before))
            if not sure:
                continue
            self._given[label] = now
            found += self._points(now, before, register, seen)
        return tuple(found)

    def _sure(self, group: Group) -> bool:
        """Tell whether the frame before said the same."""
        same = self._seen.get(group.label) == group
        self._seen[group.label] = group
        return same

    def _points(
        self, now: Group, before: Group | None, register: str, seen: HostInstant
    ) -> list[Slice]:
        end_ms = _end_ms(now)
        if before is not None:
            apart_ms = end_ms - _end_ms(before)
            if apart_ms in PERIODS_MS:
                self._period_ms[register] = apart_ms
        period_ms = self._period_ms.get(register)
        if period_ms is None:
            return []  # a curve of one point yet: how long it is can't be told
        points = [now] if before is None else [before, now]
        slices = []
        for point in points:
            until_ms = _end_ms(point)
            if until_ms <= self._given_until.get(register, 0):
                continue
            self._given_until[register] = until_ms
            assert isinstance(point.value, int)  # noqa: S101 - the decoder's promise
            slices.append(
                Slice(
                    self._meter,
                    register,
                    until_ms - period_ms,
                    until_ms,
                    point.value,
                    Quality.RAW,
                    self._origin,
                    seen.wall_ms,
                )
            )
        return slices


def _end_ms(group: Group) -> int:
    assert group.horodate is not None  # noqa: S101 - the label table's promise
    return group.horodate.at_ms
