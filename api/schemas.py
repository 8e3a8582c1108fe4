"""The shapes of the answers, to document them; the answers are written by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from edge.catalogue import ConsentClass, Fluid, Kind
from edge.facts import FactKind
from edge.interval import Step
from edge.sample import Quality

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Shape(BaseModel):
    """Base of the shapes; `example` is shown in the documentation."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class RegisterShape(Shape):
    """One register of a meter."""

    name: str
    kind: Kind
    """`index` only rises, `instant` is of a moment, `state` and `text` change."""
    unit: str | None
    title: dict[Literal["en", "fr"], str]
    steps: list[Step]
    """The steps that can be asked for."""


class MeterShape(Shape):
    """One meter of the home."""

    id: str
    kind: str
    fluid: Fluid
    place: str
    last_seen: Instant | None
    registers: list[RegisterShape]
    """What the meter has shown so far; of a service, what it may ask for."""


class MetersShape(Shape):
    """The meters of the home."""

    zone: str
    """The time zone in which instants are written and days begin."""
    demo: bool
    """Whether all of it is invented: a demonstration's."""
    meters: list[MeterShape]


class LatestShape(Shape):
    """What a meter said last."""

    meter: str
    at: Instant
    quality: Quality
    origin: str
    values: dict[str, int | str | None]
    """By register; null is refused or vanished, never 0."""
    units: dict[str, str | None]


class OwnReadingShape(Shape):
    """What a service read in a day by one channel, of one class of a meter."""

    day: str
    channel: Literal["rest", "sse", "mqtt"]
    meter: str
    class_: ConsentClass = Field(alias="class")
    grain: str
    """The step of rows; `live` of samples and events, `facts` of contracts."""
    first: Instant
    last: Instant
    """When it was read first and last."""
    from_: Instant = Field(alias="from")
    to: Instant
    """The period that was read of."""
    rows: int


class OwnReadingsShape(Shape):
    """A service's own lines of the read journal."""

    readings: list[OwnReadingShape]


class IntervalShape(Shape):
    """One register over [start, end)."""

    start: Instant
    end: Instant
    value: int | None
    """Of an index what was counted, of an instant the rounded mean; null: unknown."""
    min: int | None = None
    """Of an instant only, as `mean` and `max`."""
    mean: float | None = None
    max: int | None = None
    unit: str | None
    quality: Quality
    coverage: float = Field(ge=0, le=1)
    """How much of the time is known."""
    revision: int | None = None
    """0 while the interval is open; rises when late or corrected readings change it."""
    sources: str | None = None
    """Whose word it is: tic, pulses, owner, file:…; several are joined by a plus.
    Neither is told to services: they would tell of rows that aren't theirs."""


class PointShape(Shape):
    """A change of one register (step=raw)."""

    at: Instant
    value: int | str | None
    unit: str | None
    quality: Quality


class RowsShape(Shape):
    """One page of rows."""

    meter: str
    register_: str = Field(alias="register")
    kind: Kind
    unit: str | None
    step: Step
    zone: str
    from_: Instant = Field(alias="from")
    to: Instant
    """Rows are those that start in [from, to)."""
    rows: list[IntervalShape] | list[PointShape]
    next: str | None
    """The address of the next page, null on the last; also in the Link header."""


class SliceShape(Shape):
    """What one source said of [start, end)."""

    start: Instant
    end: Instant
    value: int
    unit: str | None
    quality: Quality
    origin: str
    index_end: int | None
    """What the counter showed at the end, where the source says it."""


class SlicesShape(Shape):
    """What sources said of a register."""

    meter: str
    register_: str = Field(alias="register")
    from_: Instant = Field(alias="from")
    to: Instant
    slices: list[SliceShape]
    more: bool
    """True when there may be more than were asked for."""


class ComparedShape(Shape):
    """One period that a source and the home both know whole."""

    start: Instant
    end: Instant
    own: int
    theirs: int
    difference: int
    """What the source says, less what the home counted."""
    relative: float | None
    """The difference as a part of `own`; null where the home counted nothing."""


class AccountShape(Shape):
    """One source against the home; the totals are of all its periods."""

    origin: str
    register_: str = Field(alias="register")
    """What it was said of: of a load curve, energy is compared."""
    periods: int
    differing: int
    """How many periods differ by more than rounding."""
    alone: int
    """How many periods the home doesn't know whole: they are not compared."""
    own: int
    theirs: int
    difference: int
    relative: float | None
    rows: list[ComparedShape]
    more: bool


class GapShape(Shape):
    """A span whose intervals no source knows whole."""

    start: Instant
    end: Instant
    intervals: int
    filled: int | None
    """What it comes to by the indexes on either side; null where that isn't known."""


class ReconciliationShape(Shape):
    """How far the sources of a register agree."""

    meter: str
    register_: str = Field(alias="register")
    unit: str | None
    step: Step
    zone: str
    from_: Instant = Field(alias="from")
    to: Instant
    sources: list[AccountShape]
    gaps: list[GapShape]
    more_gaps: bool


class FactShape(Shape):
    """One dated fact."""

    kind: FactKind
    start: Instant
    end: Instant | None
    """Null: it goes on, as far as is known."""
    origin: str
    detail: dict[str, int | str | None]
    """Of a tariff: `calendar`, `label`, and the class that each index counts."""


class FactsShape(Shape):
    """What was so at a meter, from when to when."""

    meter: str
    facts: list[FactShape]
    more: bool


class PartShape(Shape):
    """How one part of the service fares."""

    name: str
    ok: bool
    counters: dict[str, int]
    """Since the service started: accepted, gaps, bytes_written, …"""
    refused: dict[str, int]
    """By reason."""
    gauges: dict[str, int]
    """At this moment: pending, …"""
    oldest_age_ms: int | None
    """How long the oldest undelivered thing has waited; null when nothing waits."""
    detail: str


class HealthShape(Shape):
    """How the service fares, part by part."""

    at: Instant
    ok: bool
    parts: list[PartShape]


class SeriesShape(Shape):
    """What a file says of one register."""

    meter: str
    register_: str = Field(alias="register")
    from_: Instant = Field(alias="from")
    to: Instant
    rows: int
    total: float | None
    """The sum of its rows; of mean powers their energy; null where nothing adds up."""
    unit: str | None


class RefusedShape(Shape):
    """A row that was not taken."""

    where: str
    reason: str
    detail: dict[Literal["en", "fr"], str]


class MeasuredShape(Shape):
    """Where the home itself had measured the same periods."""

    meter: str
    register_: str = Field(alias="register")
    rows: int
    differing: int
    file: int
    home: int


class ImportShape(Shape):
    """What came of a file."""

    id: int | None
    """To take it back by; null when nothing was changed."""
    dry_run: bool
    file: str
    format: str
    series: list[SeriesShape]
    new: int
    changed: int
    unchanged: int
    refused: list[RefusedShape]
    absent: int
    """Periods that the file lists without a value: unknown, which is not zero."""
    measured: list[MeasuredShape]


class ImportedShape(Shape):
    """An import, as it is kept."""

    id: int
    at: Instant
    undone: Instant | None
    file: str
    sha256: str
    format: str
    meters: list[str]
    new: int
    changed: int
    unchanged: int
    refused: int


class ImportsShape(Shape):
    """Every import, oldest first."""

    imports: list[ImportedShape]


class UndoneShape(Shape):
    """What came of taking an import back."""

    id: int
    withdrawn: int
    restored: int
    """Another import says them: what that one says stands again."""
    kept: int
    """They were said anew since, or another import says the same."""


class DeniedShape(Shape):
    """A reading that was refused."""

    where: str
    reason: str


class TakenShape(Shape):
    """What came of a batch of readings."""

    accepted: int
    unchanged: int
    """Known already: sent before, or said by another source at that instant."""
    refused: list[DeniedShape]


class ReceivedShape(Shape):
    """All that a writer is told of what it sent."""

    received: Literal[True]


class ProblemShape(Shape):
    """A problem detail (RFC 9457)."""

    type: str
    """What kind of problem; leads to the page that explains it."""
    title: str
    status: int
    detail: str
    """What was wrong this time, and what to do."""
    instance: str
    parameter: str | None = None
    """The query parameter at fault."""


def example(value: Any) -> dict[str, Any]:
    """Give an OpenAPI `content` member that shows one example."""
    return {"example": value}
