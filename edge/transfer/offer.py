"""One transfer that a home offered to receive: how far it is, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from edge.calendar import DAY_MS
from edge.transfer.announcement import Announcement
from edge.transfer.errors import TransferRefused

GOES_ON_MS = DAY_MS
"""How long after its code is over what had begun by it may go on."""
STAYS_MS = 7 * DAY_MS
"""How long a whole pack waits for its owner's word."""


class State(StrEnum):
    """How far it is."""

    OPEN = "open"
    """The code was told, and nobody has used it."""
    COMING = "coming"
    """A pack was announced under it, and comes."""
    WHOLE = "whole"
    """All of it is here, and waits for its owner's word."""
    TAKEN = "taken"
    REFUSED = "refused"
    OVER = "over"
    """Nothing came of it; `why` says more."""


ENDED = frozenset({State.TAKEN, State.REFUSED, State.OVER})


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer; `public` is the half of its code that is kept, `most` in bytes."""

    id: str
    public: str
    made_ms: int
    until_ms: int
    most: int
    state: State = State.OPEN
    wrong: int = 0
    """How many signatures were wrong."""
    announced: Announcement | None = None
    received: int = 0
    """Bytes that are durably here."""
    whole_ms: int | None = None
    receipt: Mapping[str, Any] | None = None
    why: str = ""

    @classmethod
    def parse(cls, document: Any) -> Offer:
        """Read what `plain` gave; raise TransferRefused."""
        try:
            given = dict(document)
            said = given["announced"]
            given["announced"] = None if said is None else Announcement.parse(said)
            given["state"] = State(given["state"])
            return cls(**given)
        except (KeyError, TypeError, ValueError) as error:
            raise TransferRefused(
                "unreadable", "this transfer can't be read"
            ) from error

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return asdict(self)

    @property
    def ended(self) -> bool:
        """Tell whether nothing will come of it any more."""
        return self.state in ENDED

    def answers(self, now_ms: int) -> bool:
        """Tell whether who sends is still answered; a clock may have been set back.

        Of what is ended, that it is; and of what came whole, its receipt.
        """
        until_ms = self.until_ms
        if self.announced is not None:
            until_ms += GOES_ON_MS
        return self.made_ms <= now_ms < until_ms

    def lapsed(self, now_ms: int) -> bool:
        """Tell whether its time is over, and what came of it is to go."""
        if self.state is State.WHOLE and self.whole_ms is not None:
            return now_ms >= self.whole_ms + STAYS_MS
        return not self.ended and not self.answers(now_ms)
