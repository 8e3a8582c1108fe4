"""What a decoder has met so far: the numbers that health pages show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from teleinfo.reason import Reason


@dataclass(slots=True)
class Counters:
    """Counts since the decoder was made; the one value here that changes."""

    frames: int = 0
    incomplete: int = 0
    groups: int = 0
    mode_changes: int = 0
    refused: Counter[Reason] = field(default_factory=Counter)
