"""The owner's tree: every topic of ours, and what stands on each."""

from __future__ import annotations

from dataclasses import dataclass

from edge.event import EventKind
from edge.interval import Step

HISTORY = "history"
"""Beside the kinds of event: what of the past is there, or was counted anew."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics under one prefix; a meter is named by its id, never by its number."""

    prefix: str

    @property
    def status(self) -> str:
        """Give where `online` or `offline` stands, retained."""
        return f"{self.prefix}/status"

    @property
    def cursor(self) -> str:
        """Give where it stands, retained, how far intervals and events have come."""
        return f"{self.prefix}/cursor"

    def meter(self, topic: str) -> str | None:
        """Give whose a topic is; None for one outside the meters' part of the tree."""
        prefix, _, rest = topic.partition("/")
        meter, _, below = rest.partition("/")
        return meter if prefix == self.prefix and below else None

    def live(self, meter: str) -> str:
        """Give where each sample goes whole."""
        return f"{self.prefix}/{meter}/live"

    def bare(self, meter: str, register: str) -> str:
        """Give where one register's value stands, bare."""
        return f"{self.prefix}/{meter}/live/{register}"

    def interval(self, meter: str, step: Step, register: str) -> str:
        """Give where one register's intervals of one length go."""
        return f"{self.prefix}/{meter}/{step}/{register}"

    def event(self, meter: str, kind: EventKind) -> str:
        """Give where a meter's events of one kind go."""
        return f"{self.prefix}/{meter}/event/{kind}"

    def history(self, meter: str) -> str:
        """Give where it is said which part of a meter's past is worth reading again."""
        return f"{self.prefix}/{meter}/event/{HISTORY}"
