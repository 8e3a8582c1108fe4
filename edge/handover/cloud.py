"""A cloud's prefix, which this home has claimed: left to others."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.config import CloudConfig
from edge.errors import BrokerError
from edge.handover.outside import LEFT
from edge.outgoing.places import Guard
from edge.outputs.cloud import account as accounts
from edge.outputs.cloud import reach
from edge.outputs.cloud.claim import ClaimTaken
from edge.outputs.cloud.destination import address_of


@dataclass(frozen=True, slots=True)
class Cloud:
    """One that is configured; what it was told stays with it."""

    data_dir: Path
    cloud: CloudConfig
    guard: Guard

    @property
    def name(self) -> str:
        """Give what it is called."""
        return f"cloud:{self.cloud.name}"

    async def leave(self) -> str:
        """Release the prefix; raise BrokerError, OutgoingRefused."""
        try:
            account = accounts.load(self.data_dir, self.cloud.name)
        except BrokerError:  # nothing was ever granted to it, or no more
            return LEFT
        address = address_of(self.cloud, self.guard)
        with suppress(ClaimTaken):  # it is another home's by now, and stays so
            await reach.release(address, account, f"{self.cloud.prefix}/claim")
        accounts.forget(self.data_dir, self.cloud.name)
        return LEFT
