"""The broker: values that stand on topics, and on one of ours all that it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from edge.journal.erased import Erased
from edge.outputs.mqtt import MqttPart


@dataclass(frozen=True, slots=True)
class Broker:
    """What a broker keeps for who is away; on one of others, what we put there."""

    part: MqttPart
    name: str = "broker"

    async def count(self, stone: Erased) -> int:
        """Say whether values that stand there go: they are counted when they do."""
        return int(self.part.outputs.forgetting.stands(stone.meter, stone.end_ms))

    async def erase(self, stone: Erased) -> int:
        """Take away what stands of a meter that hasn't spoken since."""
        forgetting = self.part.outputs.forgetting
        if not forgetting.stands(stone.meter, stone.end_ms):
            return 0
        return await forgetting.forget(stone.meter)

    async def clean(self) -> None:
        """Have a broker of ours begin empty: what waited there can't be told apart.

        What it forgot is sent again, out of what is left.
        """
        await self.part.forget()
