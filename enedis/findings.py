"""What was found in one file, gathered until it is whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from exports import Absence, Amount, Export, ExportError, FileRefused, Refused

NUMBER = re.compile(r"\d{10,}")
"""As long as a meter's number, which no message may tell; a date or an index isn't."""
Fact = dict[str, str | int | None]


@dataclass(slots=True)
class Findings:
    """Amounts, absences, refusals and facts, in the order in which they were met."""

    amounts: list[Amount] = field(default_factory=list)
    absent: list[Absence] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def refuse(self, place: str, error: ExportError) -> None:
        """Say of a row what an error says of it."""
        self.refused.append(Refused.from_error(place, error))

    def export(self, name: str, meter: str | None) -> Export:
        """Give the whole; of one period said twice, the first word.

        A second, different word is refused ("two-values"). Raises FileRefused
        ("no-readings") where nothing was found at all.
        """
        refused = list(self.refused)
        kept = self.amounts if _rises(self.amounts) else self._distinct(refused)
        if not (kept or refused or self.absent or self.facts):
            raise FileRefused("no-readings", "the file has a header and no readings")
        return Export(
            format=name,
            meter=meter,
            amounts=tuple(kept),
            refused=tuple(_told(one) for one in refused),
            absent=tuple(self.absent),
            facts=tuple(self.facts),
        )

    def _distinct(self, refused: list[Refused]) -> list[Amount]:
        kept: dict[tuple[str, datetime, datetime], Amount] = {}
        for one in self.amounts:
            there = kept.setdefault((one.quantity, one.start, one.end), one)
            if there.value != one.value:
                detail = f"{there.value} stands for the same period ({there.place})"
                refused.append(Refused(one.place, "two-values", detail))
        return list(kept.values())


def _rises(amounts: Sequence[Amount]) -> bool:
    """Tell whether each quantity goes on in time, so that none is said twice."""
    last: dict[str, datetime] = {}
    for one in amounts:
        before = last.get(one.quantity)
        if before is not None and one.start <= before:
            return False
        last[one.quantity] = one.start
    return True


def _told(one: Refused) -> Refused:
    """Leave out what may be a meter's number, where a damaged row has it."""
    if NUMBER.search(one.place) or NUMBER.search(one.detail):
        masked = NUMBER.sub("…", one.place), NUMBER.sub("…", one.detail)
        return replace(one, place=masked[0], detail=masked[1])
    return one
