"""A frame: what a meter said in one go, and what of it was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from teleinfo.group import Group, Refusal
from teleinfo.horodate import Horodate
from teleinfo.mode import Mode


# Not frozen: a frozen one is made four times slower, and this is made for each frame.
@dataclass(slots=True)
class Frame:
    """The groups of one frame by label, in the order sent.

    `complete`: its start and its end were seen; groups can still be refused in it.
    `short`: the frame of an overload, `ADIR1..3 ADCO IINST1..3` and nothing else.
    """

    mode: Mode
    complete: bool
    groups: dict[str, Group]
    refusals: tuple[Refusal, ...] = ()
    short: bool = False

    def __getitem__(self, label: str) -> Group:
        return self.groups[label]

    def __contains__(self, label: str) -> bool:
        return label in self.groups

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups.values())

    def __len__(self) -> int:
        return len(self.groups)

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
