"""A block: what one meter said in one commit, in columns, read only when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from edge.journal.columns import FIRST, Integers, Known
from edge.journal.packing import Unpacked, pack, unpack
from edge.sample import Quality, Sample, Value

Values: TypeAlias = NDArray[Any]


class Column(NamedTuple):
    """One register: at each of `times_ms` its value becomes this, until the next.

    `values` is int64 for numbers, object for texts; where `known` is False the value
    means nothing: it was refused or vanished. A NamedTuple, since a block makes forty.
    """

    times_ms: Integers
    values: Values
    known: Known


class Block:
    """Samples of one meter, one quality and one origin, at rising instants.

    It opens with a full snapshot: its columns need no block before. Not a dataclass:
    it unpacks its bytes when first asked, and keeps what came of it.
    """

    __slots__ = ("_names", "_unpacked", "data", "end_ms", "meter", "start_ms")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        meter: str,
        start_ms: int,
        end_ms: int,
        data: bytes,
        names: Mapping[int, str],
    ) -> None:
        self.meter, self.start_ms, self.end_ms = meter, start_ms, end_ms
        self.data, self._names = data, names
        self._unpacked: Unpacked | None = None

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Block:
        """Pack samples, with a numbering of registers of its own."""
        check(samples)
        numbers: dict[str, int] = {}
        data = pack(samples, lambda name: numbers.setdefault(name, len(numbers)))
        names = {number: name for name, number in numbers.items()}
        first, last = samples[0], samples[-1]
        return cls(first.meter, first.at_ms, last.at_ms + 1, data, names)

    def _content(self) -> Unpacked:
        if self._unpacked is None:
            self._unpacked = unpack(self.data, self._names)
        return self._unpacked

    def __len__(self) -> int:
        return len(self.instants_ms)

    def __repr__(self) -> str:
        return f"Block({self.meter!r}, [{self.start_ms}, {self.end_ms}))"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Block):
            return NotImplemented
        return self.samples() == other.samples()

    @property
    def quality(self) -> Quality:
        """Give how far its values may be trusted."""
        return Quality(self._content().quality)

    @property
    def origin(self) -> str:
        """Give where its values come from."""
        return self._content().origin

    @property
    def instants_ms(self) -> Integers:
        """Give every instant at which the meter spoke, rising."""
        return self._content().instants_ms

    def columns(self) -> dict[str, Column]:
        """Give each register's changes, the first at its first appearance."""
        instants = self.instants_ms
        first = instants[:1]
        return {
            name: Column(first if places is FIRST else instants[places], values, known)
            for name, (places, values, known) in self._content().changes.items()
        }

    def samples(self) -> list[Sample]:
        """Give the samples again, as they were put in."""
        quality, origin, instants, changes = self._content()
        told: list[dict[str, Value]] = [{} for _ in range(len(instants))]
        for name, (places, values, known) in changes.items():
            for place, value, sure in zip(
                places.tolist(), values.tolist(), known.tolist(), strict=True
            ):
                told[place][name] = value if sure else None
        picture: dict[str, Value] = {}
        out = []
        for at_ms, news in zip(instants.tolist(), told, strict=True):
            picture = picture | news
            out.append(Sample(self.meter, at_ms, picture, Quality(quality), origin))
        return out

    def last(self) -> Sample:
        """Give the last sample alone: the full picture at the end."""
        quality, origin, instants, changes = self._content()
        picture: dict[str, Value] = {
            name: values[-1:].tolist()[0] if known[-1] else None
            for name, (_, values, known) in changes.items()
        }
        last_ms = int(instants[-1])
        return Sample(self.meter, last_ms, picture, Quality(quality), origin)

    @classmethod
    def runs(cls, samples: Iterable[Sample]) -> list[list[Sample]]:
        """Cut samples into what single blocks can hold, keeping their order."""
        runs: list[list[Sample]] = []
        for sample in samples:
            if runs and follows(runs[-1][-1], sample):
                runs[-1].append(sample)
            else:
                runs.append([sample])
        return runs


def follows(before: Sample, sample: Sample) -> bool:
    """Tell whether a sample may stand behind another in one block."""
    return (
        before.at_ms < sample.at_ms
        and before.meter == sample.meter
        and before.quality is sample.quality
        and before.origin == sample.origin
    )


def check(samples: Sequence[Sample]) -> None:
    """Raise ValueError unless these samples make one block."""
    if not samples:
        raise ValueError("a block of no samples says nothing")
    for before, sample in pairwise(samples):
        if not follows(before, sample):
            raise ValueError(
                "a block is of one meter, quality, origin, rising instants"
            )
