"""What the bare topics of one meter show, and which must be said again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from edge.catalogue import Catalogue, Kind
from edge.outputs.pace import Pace
from edge.outputs.payloads import bare
from edge.registers import CATALOGUE
from edge.sample import Value

NEVER: tuple[object, float] = (object(), 0.0)
"""What was shown of a register that was not: it equals nothing."""


class Bare(NamedTuple):
    """One register to be shown; without `expiry_s` it stands until the next."""

    register: str
    payload: bytes
    expiry_s: int | None
    value: Value


class Shown:
    """The last value shown of each register, and when.

    An index that is unknown leaves the last one standing, since it can only rise; any
    other is taken away. An instant expires, so one that doesn't change is said again.
    """

    def __init__(self, catalogue: Catalogue = CATALOGUE) -> None:
        self.pace = Pace()
        self._kinds = {name: each.kind for name, each in catalogue.items()}
        self._said: dict[str, tuple[object, float]] = {}
        self._least: dict[str, int] = {}
        self.names: set[str] = set()
        """Registers of which anything was shown, ever."""

    def due(
        self, values: Mapping[str, Value], now_s: float, *, indexes: bool = True
    ) -> Iterator[Bare]:
        """Give what must be said of a sample; `indexes` False withholds these."""
        expiry_s = self.pace.holds_s
        again_s = now_s - expiry_s / 3
        for name, value in values.items():
            kind = self._kinds.get(name)
            said, at_s = self._said.get(name, NEVER)
            if value == said and (kind is not Kind.INSTANT or at_s > again_s):
                continue
            if kind is None:
                continue
            if kind is Kind.INDEX and not (indexes and self._rises(name, value)):
                continue
            expires = kind is Kind.INSTANT and value is not None
            yield Bare(name, bare(value), expiry_s if expires else None, value)

    def _rises(self, name: str, value: Value) -> bool:
        return isinstance(value, int) and value >= self._least.get(name, value)

    def keep(self, shown: Bare, now_s: float) -> None:
        """Note that it was said."""
        self._said[shown.register] = (shown.value, now_s)
        if shown.value is not None:
            self.names.add(shown.register)
        if isinstance(shown.value, int):
            self._least[shown.register] = shown.value

    def forget(self) -> None:
        """Say everything again: who listens may have forgotten."""
        self._said.clear()

    def begin_anew(self) -> None:
        """Take any index: another count has begun."""
        self._least.clear()
