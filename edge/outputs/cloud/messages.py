"""What stands on a cloud's broker: a prefix of this home's alone, and what is below."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from edge.broker.accounts import Branch
from edge.broker.passes import Pass
from edge.outputs.services.messages import Messages
from edge.outputs.services.row import Owed


class Root(Branch):
    """The whole tree is one service's: nobody else is told anything there."""

    @property
    def root(self) -> str:
        """Give where it begins."""
        return self.prefix

    @property
    def out(self) -> str:
        """Give where what it was granted begins."""
        return self.prefix


@dataclass(frozen=True, slots=True)
class CloudMessages(Messages):
    """Messages to one destination, numbered for its grant by the numbers' own name."""

    service: str

    def branch(self, service: str) -> Branch:
        """Give the destination's tree."""
        return Root(self.prefix, service)

    @property
    def requests(self) -> str:
        """Give where it asks."""
        return self.branch(self.service).request

    @property
    def claim(self) -> str:
        """Give where it is said whose the prefix is."""
        return f"{self.prefix}/claim"

    @property
    def cursor(self) -> str:
        """Give where the broker keeps up to where it was told."""
        return f"{self.prefix}/cursor"

    def asker(self, topic: str) -> str:
        """Give the one service that asks here."""
        del topic
        return self.service

    def owed(self, owed: Owed, login: Pass) -> bytes:
        """Give a row or an event; `grant` says whose number `seq` is."""
        document = orjson.loads(Messages.owed(self, owed, login))
        return orjson.dumps({"grant": login.user} | document)
