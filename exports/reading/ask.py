"""What a file is read for, and what is found in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from exports.said import Export


@dataclass(frozen=True, slots=True)
class Ask:
    """Which modules' FORMATS are tried, in their order, and where the meter stands.

    `plan`: the owner's own words on the columns of a table; then the first module alone
    is asked, whose `planned` gives the format that they describe.
    """

    modules: tuple[str, ...]
    zone: str = "Europe/Paris"
    name: str = ""
    plan: str | None = None

    def line(self, **more: Any) -> bytes:
        """Give it as one line of JSON, and more beside it."""
        return json.dumps(asdict(self) | more).encode() + b"\n"

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Ask:
        """Read what `line` gave."""
        return cls(
            tuple(document["modules"]),
            document["zone"],
            document["name"],
            document["plan"],
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says, by the format `title` of one of the modules asked."""

    module: str
    title: str
    export: Export


Reader: TypeAlias = Callable[[bytes, Ask], Found]
"""Reads a file's bytes; raises FileRefused, and nothing else. Blocks meanwhile."""
