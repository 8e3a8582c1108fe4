"""What can be inferred: a day grant can't tell two homes with the same days apart.

Whatever a service may ask, at whatever instant, by whatever channel, series, calendar
and bounds, gets equal rows from both: so nothing in it tells of what differs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache

import pytest
from consent_house import DAY, HOUR, MINUTE, PARIS, at, granted, terms
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import edge.consent.allowed
from edge.calendar import Calendar, calendar_of
from edge.catalogue import ConsentClass, Fluid
from edge.consent.allowed import Question, allowed, allowed_sample
from edge.consent.records import Grant
from edge.consent.terms import Channel, Grain
from edge.interval import Step
from edge.merging.precedence import Purpose
from edge.registers import CATALOGUE
from edge.sample import Sample, utc

AMOUNT, TARIFF = "import_total_wh", "import_tariff01_wh"
SECOND, POWER = "import_distributor01_wh", "apparent_power_va"
GAS, WATER = "gas_volume_l", "water_volume_l"
METERS = {GAS: "gazpar", WATER: "eau"} | dict.fromkeys(
    (AMOUNT, TARIFF, SECOND, POWER), "linky"
)
BILL = "/bill"
TIMES = [at("2026-10-24T00:00"), at("2026-10-30T00:00"), at("2027-03-26T00:00")]
"""Around both changes of the hour, and the end of a month."""
DAYS = 5


@dataclass(frozen=True)
class Home:
    """A home's minutes: amounts of each register from `start_ms` on."""

    start_ms: int
    minutes: dict[str, list[int]]

    def counted(self, name: str, low: int, high: int, now: int) -> int | None:
        """Give what was counted over a span up to now; None where nothing is known."""
        first = max(0, (low - self.start_ms) // MINUTE)
        last = (min(high, now) - self.start_ms) // MINUTE
        return sum(self.minutes[name][first:last]) if first < last else None


@lru_cache(maxsize=64)
def twins(start_ms: int, seed: int) -> tuple[Home, Home]:
    """Give two homes: of one total each day of the meter's own, and else different.

    The distributor's calendar, and what an operator says, differ altogether.
    """
    rng = random.Random(seed)
    count = (DAYS + 2) * DAY // MINUTE
    one, other = {}, {}
    for name in METERS:
        minutes = [rng.randrange(50) for _ in range(count)]
        moved = list(minutes)
        rows = calendar_of(CATALOGUE[name].fluid, PARIS)
        for n in range(DAYS + 1):
            low, high = rows.interval(Step.DAY, start_ms + n * DAY + 12 * HOUR)
            first, last = (max(0, (edge - start_ms) // MINUTE) for edge in (low, high))
            part = moved[first:last]
            rng.shuffle(part)
            moved[first:last] = part
        one[name], other[name] = minutes, moved
        for home in (one, other):
            home[name + BILL] = [rng.randrange(50) for _ in range(count)]
    other[SECOND] = [rng.randrange(50) for _ in range(count)]
    return Home(start_ms, one), Home(start_ms, other)


def answer(home: Home, grant: Grant, question: Question, now: int, true_ms: int):
    """Give what a channel renders: each row of the question that lies within a span.

    A row that is still open has what was counted until `true_ms`.
    """
    name = question.register.name
    rows = Calendar(PARIS)
    if not question.civil:
        rows = calendar_of(question.register.fluid, PARIS)
    series = name if question.purpose is Purpose.NOW else name + BILL
    found = []
    for low, high in allowed(grant, question, now, PARIS):
        edge = max(low, home.start_ms)
        while edge < min(high, home.start_ms + (DAYS + 1) * DAY):
            if question.step is Step.RAW:
                start, end = edge, edge + 37 * MINUTE
            else:
                start, end = rows.interval(question.step, edge)
            value = home.counted(series, start, end, true_ms)
            inside = question.start_ms <= start < question.end_ms
            if low <= start and end <= high and inside and value is not None:
                found.append((start, end, value))
            edge = end
    return found


DAY_LINES = [
    terms(grain, one, fluid, history=history, purpose=f"{grain} {history}")
    for grain in (Grain.DAY, Grain.MONTH)
    for one in ConsentClass
    if one is not ConsentClass.EVENT
    for fluid in Fluid
    for history in ("P1D", "P1M", "P1Y")
]
COARSE = st.just(DAY_LINES) | st.lists(
    st.sampled_from(DAY_LINES), min_size=1, max_size=6
)
OPEN = [
    (CATALOGUE[name], step, civil, purpose)
    for name in METERS
    for step in Step
    for civil in (False, True)
    for purpose in (Purpose.NOW, Purpose.BILL, None)
    if CATALOGUE[name].numeric
]


def everything(data, start_ms: int) -> list[Question]:
    """Give all that can be asked between two bounds, which are of no calendar."""
    low = start_ms + data.draw(st.integers(-DAY, DAYS * DAY))
    length = data.draw(
        st.sampled_from([30 * MINUTE, HOUR, DAY + 1, 4 * DAY, 40 * DAY])
        | st.integers(1, 3 * DAY)
    )
    channel = data.draw(st.sampled_from(Channel))
    return [
        Question(
            METERS[register.name],
            register,
            step,
            low,
            low + length,
            channel,
            civil,
            purpose,
        )
        for register, step, civil, purpose in OPEN
    ]


def attack(data) -> tuple[list, list]:
    """Ask two homes all there is, at one instant; give both answers."""
    start_ms = data.draw(st.sampled_from(TIMES))
    one, other = twins(start_ms, data.draw(st.integers(0, 5)))
    lines = data.draw(COARSE)
    now = start_ms + data.draw(st.integers(0, DAYS * 48).map(lambda n: n * HOUR // 2))
    behind = data.draw(st.sampled_from([0, 0, 5 * MINUTE, 9 * HOUR, 2 * DAY]))
    grant = granted(*lines, meters=set(METERS.values()), behind_ms=behind)
    asked = everything(data, start_ms)
    first, second = (
        [answer(home, grant, question, now, now - behind) for question in asked]
        for home in (one, other)
    )
    return first, second


@settings(max_examples=120)
@given(st.data())
def test_a_day_grant_is_answered_the_same_by_both_homes(data):
    first, second = attack(data)
    assert first == second


@settings(max_examples=40)
@given(st.data())
def test_nothing_of_a_day_is_told_while_it_goes_on(data):
    """What is asked again and again through a day is answered the same."""
    start_ms = data.draw(st.sampled_from(TIMES))
    home, _ = twins(start_ms, 1)
    grant = granted(*data.draw(COARSE), meters=set(METERS.values()))
    asked = everything(data, start_ms)
    noon = utc(start_ms + data.draw(st.integers(1, DAYS - 1)) * DAY + 12 * HOUR)
    seven = at(f"{noon.astimezone(PARIS).date()}T07:00")
    instants = [seven + data.draw(st.integers(0, 16 * HOUR)) for _ in range(2)]
    first, second = (
        [answer(home, grant, question, now, now) for question in asked]
        for now in instants
    )
    assert first == second


@given(
    st.sampled_from(sorted(METERS)),
    st.integers(0, 1000),
    st.sampled_from(Channel),
    COARSE,
)
def test_a_day_grant_is_told_nothing_that_is_live(name, value, channel, lines):
    grant = granted(*lines, meters=set(METERS.values()))
    sample = Sample(METERS[name], TIMES[0], {name: value})
    assert allowed_sample(grant, sample, channel, CATALOGUE) is None


HOLES = {
    "an open day": lambda grant, asked: (grant, asked),
    "a finer step": lambda grant, asked: (grant, asked),
    "a second calendar of tariffs": lambda grant, asked: (grant, asked),
    "civil days of gas": lambda grant, asked: (grant, replace(asked, civil=False)),
    "another series": lambda grant, asked: (
        grant,
        replace(asked, purpose=Purpose.NOW),
    ),
    "a clock that is ahead": lambda grant, asked: (
        replace(grant, behind_ms=0),
        asked,
    ),
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_attack_finds_a_hole_where_there_is_one(monkeypatch, hole):
    module, decided = edge.consent.allowed, edge.consent.allowed.allowed
    if hole == "an open day":
        monkeypatch.setattr(module, "closed", lambda _g, _f, now, _z: now + DAY)
    elif hole == "a finer step":
        monkeypatch.setattr(Grain, "steps", property(lambda _grain: tuple(Step)))
    elif hole == "a second calendar of tariffs":
        monkeypatch.setattr(module, "told", lambda _register: True)

    def holed(grant, asked, *told):
        return decided(*HOLES[hole](grant, asked), *told)

    monkeypatch.setitem(globals(), "allowed", holed)

    @settings(
        max_examples=600, database=None, derandomize=True, phases=[Phase.generate]
    )
    @given(st.data())
    def differs(data):
        first, second = attack(data)
        assert first == second

    with pytest.raises(AssertionError):
        differs()
