"""Which meter a file is of: by its number, else the only one of its fluid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.catalogue import Fluid
from edge.importing.refusal import ImportRefused

HOW = "name it with --meter"


@dataclass(frozen=True, slots=True)
class Place:
    """One supply point: its id, its fluid, and the numbers that files know it by.

    `numbers` are the owner's word (PRM, PCE, contract); `devices` those that physical
    meters gave themselves, which a file may name, but which deny no other.
    """

    meter: str
    fluid: Fluid
    numbers: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()


def plain(number: str) -> str:
    """Give a number as it is compared: spreadsheets lose its zeros, and add spaces."""
    return "".join(number.split()).upper().lstrip("0")


@dataclass(frozen=True, slots=True)
class Places:
    """The supply points of the home."""

    places: Sequence[Place]

    def named(self, meter: str, fluid: Fluid | None) -> Place:
        """Give the meter that the owner names; raise ImportRefused."""
        for place in self.places:
            if place.meter != meter:
                continue
            if fluid is not None and place.fluid is not fluid:
                raise ImportRefused(
                    "wrong-fluid",
                    f"the file is about {fluid}, and {meter} counts {place.fluid}",
                    hint=self._hint(p.meter for p in self._of(fluid)),
                )
            return place
        raise ImportRefused(
            "unknown-meter",
            f"no meter is called {meter!r}",
            hint=self._hint(place.meter for place in self.places),
        )

    def of(self, fluid: Fluid, number: str | None) -> Place:
        """Give the meter that a file of a fluid is of; raise ImportRefused.

        A number that is known decides, or the id that our own exports name; a file that
        has none, or one that nobody knows, is of the only meter of its fluid, unless
        that one has another number.
        """
        there = self._of(fluid)
        if not there:
            raise ImportRefused(
                "no-such-meter",
                f"the file is about {fluid}, and no meter of the home counts it",
                hint="add one to the configuration: [[meters]] id = … kind = …",
            )
        if number is not None:
            wanted = plain(number)
            for place in there:
                known = map(plain, place.numbers | place.devices)
                if number == place.meter or wanted in known:
                    return place
            there = [place for place in there if not place.numbers]
            if not there:
                raise ImportRefused(
                    "other-meter",
                    f"the file has the number of another {fluid} meter",
                    hint=f"if it is yours all the same, {HOW}",
                )
        if len(there) > 1:
            raise ImportRefused(
                "which-meter",
                f"the home has {len(there)} {fluid} meters, and the file doesn't say"
                " which one it is of",
                hint=f"{HOW}: {', '.join(place.meter for place in there)}",
            )
        return there[0]

    def _of(self, fluid: Fluid) -> list[Place]:
        return [place for place in self.places if place.fluid is fluid]

    def _hint(self, names: Iterable[str]) -> str | None:
        return ", ".join(names) or None
