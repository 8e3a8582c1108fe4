"""Writing a home's pack: to my new Pi, whole, and sealed by who asks for it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid, Kind
from edge.interval import Step
from edge.portability import enedis_csv, green_button, kept, parquet, readings
from edge.portability.gathered import Home
from edge.portability.pack import FORMAT, Pack
from edge.portability.sink import Sink
from edge.registers import CATALOGUE
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns

HOME_PROFILE = "home"
JSON = {"format": "json", "mediatype": "application/json", "encoding": "utf-8"}
LINKED = {"format": "jsonld", "mediatype": "application/ld+json", "encoding": "utf-8"}
CSV = {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}

Tell = Callable[[str, float], None]


@dataclass(slots=True)
class HomePack:
    """A home's pack being written; with `columns` its readings as Parquet, too."""

    home: Home
    columns: bool = False
    rows: dict[str, int] = field(default_factory=dict)

    def steps(self, to: Sink) -> Generator[tuple[str, float], None, None]:
        """Write it bit by bit, saying what is written and the part that is done.

        Each step blocks, and holds a page. Raises PackRefused.
        """
        if self.columns:
            parquet.check()
        head = {
            "name": "releve-home",
            "title": "Relevé: what a home has",
            "profile": "tabular-data-package",
            "releve": {"format": FORMAT, "profile": HOME_PROFILE},
        }
        with Pack(to, self.home.now_ms, head, large=True) as pack:
            yield from self._readings(pack)
            if self.columns:
                yield from self._columns(pack)
            yield from self._half_hours(pack)
            yield from self._green_button(pack)
            for path, resource, text in (
                (kept.HOME, JSON, kept.home_document(self.home)),
                (kept.CONSENTS, LINKED, kept.consents_document(self.home)),
                (kept.READ_JOURNAL, CSV, kept.read_journal_lines(self.home)),
            ):
                with pack.member(path, resource) as member:
                    member.write(text)
                yield path, 0.95
        yield "done", 1.0

    def _pages(self) -> Iterator[Page]:
        """Give every reading, each page with what it is of, and the part before it."""
        registers, fitted = self.home.registers(), self.home.fitted()
        for number, (meter, register) in enumerate(registers):
            of = fitted.get(meter, readings.Fitted())
            part = 0.5 * number / len(registers)
            for step, rows in self.home.own(meter, register):
                yield Page(meter, register, of, part, step, rows)
            for some in self.home.said(meter, register):
                yield Page(meter, register, of, part, said=some)

    def _readings(self, pack: Pack) -> Iterator[tuple[str, float]]:
        with pack.member(readings.PATH, readings.RESOURCE) as member:
            member.write(readings.HEAD)
            for page in self._pages():
                text = page.lines()
                self.rows[page.meter] = self.rows.get(page.meter, 0) + text.count("\n")
                member.write(text)
                yield f"{page.meter} {page.register}", page.part

    def _columns(self, pack: Pack) -> Iterator[tuple[str, float]]:
        with pack.member(parquet.PATH, parquet.RESOURCE) as member:
            columns = parquet.Columns(member)
            for page in self._pages():
                if page.step is None:
                    columns.said(page.said, page.fitted)
                else:
                    of = (page.meter, page.register, page.step, page.rows)
                    columns.own(*of, page.fitted)
                yield f"{parquet.PATH} {page.register}", 0.5
            columns.close()

    def _half_hours(self, pack: Pack) -> Iterator[tuple[str, float]]:
        """Write the half-hours again, as French tools read them."""
        zone = ZoneInfo(self.home.zone)
        electric = [
            meter
            for meter, register in self.home.registers()
            if register == enedis_csv.REGISTER
            and self.home.fluids.get(meter) is Fluid.ELECTRICITY
        ]
        for number, meter in enumerate(electric):
            stem, _, end = enedis_csv.PATH.rpartition(".")
            path = enedis_csv.PATH if number == 0 else f"{stem}_{meter}.{end}"
            rows = self.home.merged(meter, enedis_csv.REGISTER, Step.MIN30)
            with pack.member(path, enedis_csv.RESOURCE) as member:
                for text in enedis_csv.lines(rows, zone, self.home.now_ms):
                    member.write(text)
                    yield path, 0.6

    def _green_button(self, pack: Pack) -> Iterator[tuple[str, float]]:
        feed = green_button.Feed(self.home.now_ms)
        with pack.member(green_button.PATH, green_button.RESOURCE) as member:
            member.write(feed.begin())
            for meter, name in self.home.registers():
                register = CATALOGUE[name]
                if register.kind is not Kind.INDEX or register.green_button is None:
                    continue
                rows = self.home.merged(meter, name, Step.MIN30)
                for text in feed.register(meter, register, Step.MIN30, rows):
                    member.write(text)
                    yield f"{green_button.PATH} {name}", 0.7
            member.write(feed.end())


@dataclass(frozen=True, slots=True)
class Page:
    """Some readings of a register: rows of the home's own meter, or what was said."""

    meter: str
    register: str
    fitted: readings.Fitted
    part: float
    step: Step | None = None
    rows: IntervalColumns = field(default_factory=IntervalColumns)
    said: Sequence[Slice] = ()

    def lines(self) -> str:
        """Write them."""
        if self.step is None:
            return readings.said_lines(self.said, self.fitted)
        of = (self.meter, self.register, self.step, self.rows)
        return readings.own_lines(*of, self.fitted)
