"""What the household's Cozys hold of ours: deleted there, by ids that were noted."""

from __future__ import annotations

from dataclasses import dataclass

from edge.journal.erased import Erased
from edge.outputs.cozy.part import CozyPart


@dataclass(frozen=True, slots=True)
class Cozys:
    """Every Cozy that is connected; one that doesn't answer is asked again."""

    part: CozyPart
    name: str = "cozy"

    async def count(self, stone: Erased) -> int:
        """Say how many documents would go."""
        return sum([await one.count(stone) for one in self.part.all()])

    async def erase(self, stone: Erased) -> int:
        """Delete them; what is left of a day is sent anew."""
        return sum([await one.erase(stone) for one in self.part.all()])

    async def clean(self) -> None:
        """Do nothing: each erasure wrote its book anew."""
