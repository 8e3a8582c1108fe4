"""A source whose index is counted here, and so can be set by the owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable


class Span(NamedTuple):
    """[start, end) in ms: a time in which nothing was counted."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Give how long it was, 0 where a clock was set back."""
        return max(0, self.end_ms - self.start_ms)


@dataclass(frozen=True, slots=True)
class IndexSet:
    """What setting an index changed: what was counted till then, what the dial says.

    `uncounted` are the times, since it was last set, in which nothing was counted.
    """

    register: str
    before_l: int
    after_l: int
    at_ms: int
    uncounted: tuple[Span, ...] = ()

    @property
    def missed_l(self) -> int:
        """Give what should have been counted and wasn't; negative: the reverse."""
        return self.after_l - self.before_l


@runtime_checkable
class SettableIndex(Protocol):
    """A source that keeps an index of its own, offset included."""

    async def set_index(self, index_l: int) -> IndexSet:
        """Go on from the index that the owner read, durably; raise EdgeError.

        Nothing is awaited between the change and the return: the caller tells the gate
        before another reading can come.
        """
        ...
