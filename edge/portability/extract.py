"""An extract: rows that the household gives to another holder, cut by their grant.

Of a row it has what any service is shown (decision 13): neither whose word it is, nor
which physical meter it is of; no consent, no journal, no number of a supply point.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from zoneinfo import ZoneInfo

from edge.catalogue import Register
from edge.consent.allowed import Question, allowed, steps_of
from edge.consent.read_journal import Reading
from edge.consent.records import Grant
from edge.consent.terms import Channel, Grain
from edge.interval import Step
from edge.merging.merged import MergedRows
from edge.merging.precedence import Purpose
from edge.portability import enedis_csv, green_button, readings
from edge.portability.gathered import pages
from edge.portability.pack import FORMAT, Pack
from edge.portability.refusal import PackRefused
from edge.portability.sink import Sink
from edge.registers import CATALOGUE
from edge.stores.protocol import IntervalColumns

PROFILE = "extract"


@dataclass(frozen=True, slots=True)
class Cut:
    """How fine an extract is, and of which time: [start_ms, end_ms)."""

    grain: Grain
    start_ms: int
    end_ms: int

    @property
    def step(self) -> Step:
        """Give the step of its rows."""
        return Step(self.grain.value)


@dataclass(slots=True)
class ExtractPack:
    """An extract being written; `noted` is what the read journal is to say of it.

    `grant` and `now_ms` are asked before each page: what ends meanwhile ends it.
    """

    reads: MergedRows
    grant: Callable[[], Grant | None]
    now_ms: Callable[[], int]
    zone: ZoneInfo
    cut: Cut
    rows: dict[str, int] = field(default_factory=dict)
    noted: list[Reading] = field(default_factory=list)

    def steps(self, to: Sink) -> Generator[tuple[str, float], None, None]:
        """Write it bit by bit, saying what is written and the part that is done."""
        made_ms = self.now_ms()
        head = {
            "name": "releve-extract",
            "title": "Relevé: readings that a household gave",
            "profile": "tabular-data-package",
            "releve": {
                "format": FORMAT,
                "profile": PROFILE,
                "granularity": self.cut.grain.value,
            },
        }
        series = self._series()
        with Pack(to, made_ms, head) as pack:
            with pack.member(readings.PATH, readings.RESOURCE) as member:
                member.write(readings.HEAD)
                for number, (meter, register) in enumerate(series):
                    yield f"{meter} {register.name}", 0.5 * number / len(series)
                    for page in self._pages(meter, register):
                        of = (meter, register.name, self.cut.step)
                        member.write(readings.shown_lines(*of, page))
                        self._note(meter, register, page)
                        yield f"{meter} {register.name}", 0.5 * number / len(series)
            for path, resource, pieces in self._others(series, made_ms):
                with pack.member(path, resource) as member:
                    for text in pieces:
                        member.write(text)
                        yield path, 0.8
        yield "done", 1.0

    def _others(
        self, series: Sequence[tuple[str, Register]], made_ms: int
    ) -> Iterator[tuple[str, Mapping[str, object], Iterator[str]]]:
        """Give the same rows as tools of others read them."""
        of = {(meter, register.name) for meter, register in series}
        electric = sorted(m for m, name in of if name == enedis_csv.REGISTER)
        if self.cut.grain is Grain.MIN30 and len(electric) == 1:
            rows = self._pages(electric[0], CATALOGUE[enedis_csv.REGISTER])
            lines = enedis_csv.lines(rows, self.zone, made_ms)
            yield enedis_csv.PATH, enedis_csv.RESOURCE, lines
        feed = self._feed(series, green_button.Feed(made_ms))
        yield green_button.PATH, green_button.RESOURCE, feed

    def _feed(
        self, series: Sequence[tuple[str, Register]], feed: green_button.Feed
    ) -> Iterator[str]:
        yield feed.begin()
        for meter, register in series:
            if register.monotonic:
                rows = self._pages(meter, register)
                yield from feed.register(meter, register, self.cut.step, rows)
        yield feed.end()

    def _series(self) -> list[tuple[str, Register]]:
        """Give the registers that the grant shows at this step, by meter."""
        grant = self._granted()
        heard = self.reads.meters()
        return [
            (meter, CATALOGUE[name])
            for meter in sorted(grant.meters)
            for name in heard.get(meter, ())
            if name in CATALOGUE
            and self.cut.step in steps_of(grant, meter, CATALOGUE[name])
        ]

    def _pages(self, meter: str, register: Register) -> Iterator[IntervalColumns]:
        """Give the rows that are allowed, and of a row what a service is shown."""
        of, step = (meter, register.name), self.cut.step
        window = (self.cut.start_ms, self.cut.end_ms)
        question = Question(meter, register, step, *window, Channel.EXTRACT)
        rows = partial(self.reads.merged_columns, purpose=Purpose.NOW)
        for page in pages(rows, of, step, window):
            first_ms, last_ms = page.start_ms[0], page.start_ms[-1] + 1
            asked = replace(question, start_ms=first_ms, end_ms=last_ms)
            for span in allowed(self._granted(), asked, self.now_ms(), self.zone):
                shown = within(page, span)
                if len(shown):
                    yield shown

    def _granted(self) -> Grant:
        grant = self.grant()
        if grant is None:
            raise PackRefused(
                "what was granted for this extract has ended, or is paused",
                hint="`releve services list` says so",
            )
        return grant

    def _note(self, meter: str, register: Register, page: IntervalColumns) -> None:
        self.rows[meter] = self.rows.get(meter, 0) + len(page)
        told = register.consent(self.cut.step)
        span = (page.start_ms[0], page.end_ms[-1])
        reading = Reading(meter, told, self.cut.step.value, *span, len(page))
        self.noted.append(reading)


def within(page: IntervalColumns, span: tuple[int, int]) -> IntervalColumns:
    """Give the rows that lie wholly in a span."""
    first = bisect_right(page.start_ms, span[0] - 1)
    last = bisect_right(page.end_ms, span[1])
    kept = slice(first, max(first, last))
    names = IntervalColumns.__dataclass_fields__
    return IntervalColumns(*(getattr(page, name)[kept] for name in names))
