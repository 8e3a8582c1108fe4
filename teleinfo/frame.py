"""A frame: what a meter said in one go, and what of it was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from teleinfo.group import Group, Refusal
from teleinfo.horodate import Horodate
from teleinfo.mode import Mode


class Frame:
    """The groups of one frame by label, in the order sent; not to be changed.

    `complete`: its start and its end were seen; groups can still be refused in it.
    `short`: the frame of an overload, `ADIR1..3 ADCO IINST1..3` and nothing else.
    `since`, if any, are the groups of an earlier whole frame of the same labels, and
    `changed` the labels of those lines that were read anew since then.
    A plain class: a frozen dataclass is made four times slower.
    """

    __slots__ = (
        "_groups",
        "_make",
        "changed",
        "complete",
        "mode",
        "refusals",
        "short",
        "since",
    )

    def __init__(  # noqa: PLR0913 - see above
        self,
        mode: Mode,
        complete: bool,  # noqa: FBT001 - positional in the decoder's inner loop
        groups: Mapping[str, Group],
        refusals: tuple[Refusal, ...] = (),
        short: bool = False,  # noqa: FBT001, FBT002 - same
        since: Mapping[str, Group] | None = None,
        changed: Sequence[str] = (),
    ) -> None:
        self.mode = mode
        self.complete = complete
        self._groups = groups
        self._make: Callable[[], Mapping[str, Group]] | None = None
        self.refusals = refusals
        self.short = short
        self.since = since
        self.changed = changed

    @classmethod
    def later(
        cls, mode: Mode, make: Callable[[], Mapping[str, Group]], *, short: bool
    ) -> Frame:
        """Give a whole frame whose groups, checked already, are made when asked for."""
        frame = cls(mode, True, {}, (), short)  # noqa: FBT003 - as above
        frame._make = make
        return frame

    @property
    def groups(self) -> Mapping[str, Group]:
        """Give the groups by label."""
        if self._make is not None:
            self._groups, self._make = self._make(), None
        return self._groups

    def __getitem__(self, label: str) -> Group:
        return self.groups[label]

    def __contains__(self, label: str) -> bool:
        return label in self.groups

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups.values())

    def __len__(self) -> int:
        return len(self.groups)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]  # it holds a mapping

    def __repr__(self) -> str:
        state = "complete" if self.complete else "partial"
        return (
            f"<Frame {self.mode}, {state}, {len(self)} groups,"
            f" {len(self.refusals)} refused>"
        )

    def get(self, label: str) -> Group | None:
        """Give a group, or None if the frame lacks it."""
        return self.groups.get(label)

    @property
    def address(self) -> str | None:
        """Give the meter's own number, ADSC or ADCO: personal data."""
        group = self.groups.get(self.mode.address)
        return None if group is None else group.raw

    @property
    def horodate(self) -> Horodate | None:
        """Give the meter's clock: DATE, which the historic mode has not."""
        group = self.groups.get("DATE")
        return None if group is None else group.horodate

    def _key(self) -> tuple[object, ...]:
        groups = list(self.groups.values())
        return (self.mode, self.complete, groups, self.refusals, self.short)
