"""What a client asks of one register: a step, a span, a page of it."""

from __future__ import annotations

from dataclasses import dataclass

from api.cursor import Cursor
from api.errors import Problem
from api.instants import Civil
from edge.catalogue import Fluid, Register
from edge.interval import Step
from edge.merging import Purpose

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SHORTEST_MS = {
    Step.RAW: 1,
    Step.MIN1: MINUTE_MS,
    Step.MIN30: 30 * MINUTE_MS,
    Step.HOUR: HOUR_MS,
    # A day that loses an hour, or more where a zone was moved.
    Step.DAY: 20 * HOUR_MS,
    Step.MONTH: 27 * DAY_MS,
    Step.YEAR: 364 * DAY_MS,
}
"""The shortest row of each step: it bounds how many rows a span can hold."""
SPANS_MS = {
    Step.RAW: DAY_MS,
    Step.MIN1: DAY_MS,
    Step.MIN30: 31 * DAY_MS,
    Step.HOUR: 31 * DAY_MS,
    Step.DAY: 366 * DAY_MS,
    Step.MONTH: 3653 * DAY_MS,
    Step.YEAR: 18263 * DAY_MS,
}
"""How far back a question goes when it has no `from`."""
DEFAULT_ROWS = 10_000


GAS, CIVIL = "gas", "civil"
"""The days of a gas meter: from 06:00 to 06:00, or from midnight to midnight."""
OWN = "own"
"""What a client says who wants the home's own meter alone."""


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one register whose start is in [at_ms, end_ms), at most `limit`.

    [start_ms, end_ms) is the whole question, of which this page begins at `at_ms`.
    """

    meter: str
    register: Register
    step: Step
    start_ms: int
    end_ms: int
    at_ms: int
    limit: int
    purpose: Purpose | None = Purpose.NOW
    civil: bool = False
    """By civil days, where the fluid's own run from 06:00 to 06:00."""
    holder: str = ""
    """Who asks, by the very state of what they hold; empty for the owner."""

    @property
    def whole(self) -> bool:
        """Tell whether rows are told with whose word they are and how often revised."""
        return not self.holder

    @property
    def subject(self) -> str:
        """Name what a cursor of this question is bound to."""
        return _subject(
            self.meter, self.register, self.step, self.purpose, self.holder, self.civil
        )

    @property
    def fits(self) -> bool:
        """Tell whether what is left surely fits in one page."""
        return self.end_ms - self.at_ms <= (self.limit - 1) * SHORTEST_MS[self.step]

    def next_cursor(self, at_ms: int) -> str:
        """Give the cursor of the page that begins at an instant."""
        return Cursor(self.start_ms, self.end_ms, at_ms).text(self.subject)


@dataclass(frozen=True, slots=True)
class Asked:
    """The query parameters as they came, None where they were left out."""

    since: str | None
    until: str | None
    step: Step | None
    limit: int
    cursor: str | None
    purpose: Purpose | None = Purpose.NOW
    day: str | None = None
    holder: str = ""


def named(purpose: Purpose | None) -> str:
    """Give the word that a client asks a purpose by."""
    return OWN if purpose is None else purpose.value


def _subject(  # noqa: PLR0913 - a question has these dimensions
    meter: str,
    register: Register,
    step: Step,
    purpose: Purpose | None,
    holder: str,
    civil: bool,  # noqa: FBT001 - same
) -> str:
    days = "/civil" if civil else ""
    held = f"/{holder}" if holder else ""
    return f"{meter}/{register.name}/{step}/{named(purpose)}{days}{held}"


def _cursor(asked: Asked, subject: str, text: str) -> Cursor:
    """Read a cursor; one that a service has no more is like one that never was."""
    try:
        return Cursor.parse(text, subject)
    except Problem:
        if not asked.holder:
            raise
    raise Problem(
        "wrong-cursor",
        "it is not one of yours; follow the `next` link of a page as it is, or start "
        "without cursor",
        parameter="cursor",
    )


def _civil(day: str | None, register: Register) -> bool:
    """Tell whether civil days are asked of what has days of its own; raise Problem."""
    if day == GAS and register.fluid is not Fluid.GAS:
        raise Problem(
            "wrong-parameter",
            f"{register.name} has civil days; gas alone is counted by gas days",
            parameter="day",
        )
    return day == CIVIL and register.fluid is Fluid.GAS


def build(
    asked: Asked, meter: str, register: Register, civil: Civil, now_ms: int
) -> Query:
    """Give the question that was meant; raise Problem when it can't be told."""
    step = asked.step or (Step.MIN30 if register.numeric else Step.RAW)
    if step not in register.steps:
        told = "but no intervals"
        if register.peak:
            told = "and the largest of days, months and years"
        raise Problem(
            "wrong-parameter",
            f"{register.name} is a {register.kind}: it has changes {told}; "
            f"ask for step={' or '.join(register.steps)}",
            parameter="step",
        )
    civil_days = _civil(asked.day, register)
    since_ms = civil.parse(asked.since, "from") if asked.since is not None else None
    until_ms = civil.parse(asked.until, "to") if asked.until is not None else None
    if asked.cursor is not None:
        subject = _subject(
            meter, register, step, asked.purpose, asked.holder, civil_days
        )
        cursor = _cursor(asked, subject, asked.cursor)
        for name, given, kept in (
            ("from", since_ms, cursor.from_ms),
            ("to", until_ms, cursor.to_ms),
        ):
            if given is not None and given != kept:
                raise Problem(
                    "wrong-cursor",
                    f"`{name}` is not what this cursor was made for; leave it out, "
                    "the cursor remembers it",
                    parameter=name,
                )
        return Query(
            meter,
            register,
            step,
            cursor.from_ms,
            cursor.to_ms,
            cursor.at_ms,
            asked.limit,
            asked.purpose,
            civil_days,
            asked.holder,
        )
    end_ms = _default_end(now_ms, since_ms) if until_ms is None else until_ms
    if since_ms is None:
        since_ms = max(0, end_ms - SPANS_MS[step])
    if since_ms >= end_ms:
        raise Problem(
            "wrong-parameter",
            f"`from` ({civil.text(since_ms)}) is not before `to` "
            f"({civil.text(end_ms)}); rows are those that start in [from, to)",
            parameter="from",
        )
    whole = (since_ms, end_ms, since_ms)
    how = (asked.purpose, civil_days, asked.holder)
    return Query(meter, register, step, *whole, asked.limit, *how)


def _default_end(now_ms: int, since_ms: int | None) -> int:
    """Give now, or a moment after a `from` that is ahead: an empty page, no error."""
    end_ms = (now_ms // 1000 + 1) * 1000  # the second that runs is within
    if since_ms is not None and since_ms >= end_ms:
        return since_ms + 1
    return end_ms
