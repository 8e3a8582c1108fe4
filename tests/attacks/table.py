"""The attack table: one row for each channel and trick.

A row's `how` does the trick in one home, as a service; whatever the service gets is
taken down by the house. The test does it in two homes that are equal in what the
service may see and differ in all else, and the two records must be the same bytes.
Each module `*_tricks.py` of this folder has its rows in `TRICKS`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from twin_house import FREE, Held, House

from api.limits import Limits
from edge.interval import Step

DAYS = (
    Held(),
    Held(meter="gaz", fluid="gas"),
)
"""What a coach by days holds, of electricity and gas."""


@dataclass(frozen=True)
class Attack:
    """One row: a channel, a trick, and how it is done in one home.

    `held` is what the service "coach" has when it begins; the homes are equal at
    `grain`. `sees` is what must be in what it got, lest the row prove nothing.
    """

    channel: str
    trick: str
    how: Callable[[House], Awaitable[None]]
    held: tuple[Held, ...] = DAYS
    grain: Step = Step.DAY
    window: str = "2026-09-26T00:00:00+02:00"
    sees: bytes = b""
    never: tuple[bytes, ...] = ()
    limits: Limits = FREE

    @property
    def name(self) -> str:
        """Give it as the test is called."""
        return f"{self.channel}: {self.trick}"


def rows() -> tuple[Attack, ...]:
    """Give every row of the table, whoever wrote it."""
    found: list[Attack] = []
    for path in sorted(Path(__file__).parent.glob("*_tricks.py")):
        module = sys.modules.get(path.stem)
        if module is None:
            spec = importlib.util.spec_from_file_location(path.stem, path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[path.stem] = module
            spec.loader.exec_module(module)
        found += module.TRICKS
    return tuple(found)
