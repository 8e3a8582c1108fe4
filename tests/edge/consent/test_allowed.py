"""The one function that decides: which rows, at which grain, by which channel, when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from consent_house import DAY, HOUR, MINUTE, PARIS, at, granted, terms
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import Calendar, calendar_of
from edge.catalogue import ConsentClass, Fluid
from edge.consent.allowed import (
    LAG_MS,
    SHOWN_HOUR,
    Question,
    allowed,
    allowed_event,
    allowed_facts,
    allowed_sample,
    steps_of,
)
from edge.consent.records import Grant, Pause
from edge.consent.terms import Channel, Grain, Terms
from edge.event import Event, EventKind
from edge.interval import Step
from edge.merging.precedence import Purpose
from edge.registers import CATALOGUE
from edge.sample import Sample

NOW = at("2026-10-21T15:20:00")
INDEX, POWER = CATALOGUE["import_total_wh"], CATALOGUE["apparent_power_va"]
GAS = CATALOGUE["gas_volume_l"]
REST = Channel.REST
LONG_AGO, FAR = at("2000-01-01T00:00:00"), at("2040-01-01T00:00:00")
LIVE_POWER = ConsentClass.LIVE_POWER


def asks(step: Step, start=LONG_AGO, end=FAR, register=INDEX, **told) -> Question:
    meter = told.pop("meter", "linky" if register.fluid is not Fluid.GAS else "gazpar")
    channel = told.pop("channel", REST)
    return Question(meter, register, step, start, end, channel, **told)


def shown(grant: Grant, question: Question, now: int = NOW) -> list[tuple[int, int]]:
    """Give the rows of a question that a grant is shown, as a channel finds them."""
    spans = allowed(grant, question, now, PARIS)
    assert list(spans) == sorted(spans)
    fluid = question.register.fluid
    rows = Calendar(PARIS) if question.civil else calendar_of(fluid, PARIS)
    found = []
    for low, high in spans:
        assert low < high
        edge = low
        while edge < high:
            start, end = rows.interval(question.step, edge)
            assert low <= start
            assert end <= high
            if question.start_ms <= start < question.end_ms:
                found.append((start, end))
            edge = end
    assert len(set(found)) == len(found)
    return found


def gas(*lines: Terms, **told) -> Grant:
    return granted(*lines, meters=["gazpar"], **told)


# grain, step, channel


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("other", Channel)
@pytest.mark.parametrize("step", [one for one in Step if one is not Step.RAW])
@pytest.mark.parametrize("grain", Grain)
def test_a_grant_shows_its_grain_and_coarser_by_its_own_channels(
    grain, step, channel, other
):
    steps = [Step.MIN1, Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR]
    finest = {"live": 0, "30min": 1, "hour": 2, "day": 3, "month": 4}[grain.value]
    grant = granted(
        terms(grain, history="P3Y", channels=[channel]),
        terms(grain, LIVE_POWER, history="P3Y", channels=[channel]),
    )
    expected = steps.index(step) >= finest and channel is other
    for register in (INDEX, POWER):
        asked = asks(step, register=register, channel=other)
        assert bool(allowed(grant, asked, NOW, PARIS)) is expected


@pytest.mark.parametrize("step", [Step.RAW, Step.MIN1])
def test_an_index_read_each_second_is_live_power(step):
    asked = asks(step, NOW - HOUR, NOW)
    assert allowed(granted(terms(Grain.LIVE)), asked, NOW, PARIS) == ()
    live = granted(terms(Grain.LIVE, LIVE_POWER))
    assert allowed(live, asked, NOW, PARIS) == ((NOW - HOUR, NOW),)
    assert allowed(live, asks(Step.DAY), NOW, PARIS) == ()


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("consent_class", ConsentClass)
def test_a_class_shows_the_registers_of_that_class_alone(name, consent_class):
    register = CATALOGUE[name]
    for step in Step:
        grant = granted(terms(Grain.LIVE, consent_class, register.fluid, history="P3Y"))
        told = allowed(grant, asks(step, register=register, meter="linky"), NOW, PARIS)
        right = register.consent(step) is consent_class
        # when a gas or water meter spoke tells when something flowed
        betrays = (
            step is Step.RAW
            and register.fluid is not Fluid.ELECTRICITY
            and consent_class is not LIVE_POWER
        )
        assert bool(told) is (right and "distributor" not in name and not betrays)


@pytest.mark.parametrize("name", [n for n in CATALOGUE if "distributor" in n])
@pytest.mark.parametrize("grain", Grain)
def test_the_distributors_calendar_is_shown_to_nobody(name, grain):
    register = CATALOGUE[name]
    grant = granted(
        *(terms(grain, one) for one in ConsentClass if one is not ConsentClass.EVENT)
    )
    assert steps_of(grant, "linky", register) == ()
    for step in Step:
        assert allowed(grant, asks(step, register=register), NOW, PARIS) == ()
    sample = Sample("linky", NOW, {name: 12})
    assert allowed_sample(grant, sample, REST, CATALOGUE) is None


def test_another_meter_or_fluid_is_not_there():
    grant = granted(terms(Grain.LIVE))
    assert allowed(grant, asks(Step.DAY, meter="other"), NOW, PARIS) == ()
    assert allowed(grant, asks(Step.DAY, register=GAS, meter="linky"), NOW, PARIS) == ()


def test_steps_are_those_of_which_anything_may_be_seen():
    assert steps_of(granted(terms(Grain.HOUR)), "linky", INDEX) == (
        *(Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR),
    )
    both = granted(terms(Grain.MONTH), terms(Grain.LIVE, LIVE_POWER))
    assert steps_of(both, "linky", INDEX) == (
        *(Step.RAW, Step.MIN1, Step.MONTH, Step.YEAR),
    )
    assert steps_of(both, "linky", CATALOGUE["tariff_index"]) == ()
    contract = granted(terms(Grain.LIVE, ConsentClass.CONTRACT))
    assert steps_of(contract, "linky", CATALOGUE["tariff_index"]) == (Step.RAW,)


# what is over


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-10-21T06:59:59.999", "2026-10-20"),
        ("2026-10-21T07:00", "2026-10-21"),
        ("2026-10-21T23:59:59", "2026-10-21"),
        ("2026-10-22T00:00", "2026-10-21"),
        ("2026-10-22T06:59:59", "2026-10-21"),
        # the hour that is there twice, and the one that isn't
        ("2026-10-25T02:30:00+02:00", "2026-10-24"),
        ("2026-10-25T02:30:00+01:00", "2026-10-24"),
        ("2026-10-25T06:59", "2026-10-24"),
        ("2026-10-25T07:00", "2026-10-25"),
        ("2026-10-26T06:59", "2026-10-25"),
        ("2026-10-26T07:00", "2026-10-26"),
        ("2027-03-28T06:59", "2027-03-27"),
        ("2027-03-28T07:00", "2027-03-28"),
        ("2027-03-29T07:00", "2027-03-29"),
    ],
)
def test_a_day_is_shown_from_seven_oclock_of_the_next(now, last):
    rows = shown(granted(terms()), asks(Step.DAY), at(now))
    assert rows[-1][1] == at(last + "T00:00")
    rows = shown(gas(terms(fluid=Fluid.GAS)), asks(Step.DAY, register=GAS), at(now))
    assert rows[-1][1] == at(last + "T06:00")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25", 25), ("2027-03-28", 23), ("2026-10-21", 24)]
)
def test_a_day_is_whole_whatever_its_hours(day, hours):
    start, after = at(day + "T00:00"), at(day + "T12:00") + 3 * DAY
    rows = shown(granted(terms()), asks(Step.DAY, start, start + 1), after)
    assert rows == [(start, start + hours * HOUR)]
    # the gas day of the change is the one that began before it
    six = at(day + "T06:00")
    asked = asks(Step.DAY, six - hours * HOUR, six, GAS)
    rows = shown(gas(terms(fluid=Fluid.GAS)), asked, after)
    assert rows == [(six - hours * HOUR, six)]


@pytest.mark.parametrize(
    ("grain", "step", "length"),
    [(Grain.MIN30, Step.MIN30, 30 * MINUTE), (Grain.HOUR, Step.HOUR, HOUR)],
)
def test_an_hour_is_shown_five_minutes_after_it_is_over(grain, step, length):
    end = at("2026-10-21T15:00")
    grant = granted(terms(grain))
    assert shown(grant, asks(step), end + LAG_MS)[-1] == (end - length, end)
    assert shown(grant, asks(step), end + LAG_MS - 1)[-1] == (
        end - 2 * length,
        end - length,
    )


def test_a_day_of_half_hours_is_shown_when_they_all_are():
    end = at("2026-10-21T00:00")
    grant = granted(terms(Grain.MIN30))
    assert shown(grant, asks(Step.DAY), end + LAG_MS)[-1][1] == end
    assert shown(grant, asks(Step.DAY), end + LAG_MS - 1)[-1][1] == end - DAY


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.MONTH])
@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-10-31T23:59", "2026-10-01T00:00"),
        ("2026-11-01T06:59", "2026-10-01T00:00"),
        ("2026-11-01T07:00", "2026-11-01T00:00"),
        ("2026-11-29T12:00", "2026-11-01T00:00"),
        ("2027-01-01T07:00", "2027-01-01T00:00"),
    ],
)
def test_a_month_is_shown_when_it_is_over_so_that_days_never_leave_a_rest(
    grain, now, end
):
    rows = shown(granted(terms(grain)), asks(Step.MONTH), at(now))
    assert rows[-1][1] == at(end)
    days = shown(granted(terms()), asks(Step.DAY), at(now))
    # each month that is shown has all of its days shown, and none is half shown
    assert {end for _, end in rows} <= {end for _, end in days} | {rows[0][0]}


def test_a_year_is_shown_when_it_is_over():
    grant = granted(terms(history="P3Y"))
    asked = asks(Step.YEAR)
    assert shown(grant, asked, at("2026-12-31T23:59"))[-1][1] == at("2026-01-01T00:00")
    assert shown(grant, asked, at("2027-01-01T07:00"))[-1][1] == at("2027-01-01T00:00")


def test_what_is_live_is_shown_while_it_goes_on():
    live = granted(terms(Grain.LIVE, LIVE_POWER))
    start = at("2026-10-21T15:00")
    asked = asks(Step.MIN30, start, register=POWER)
    assert (start, start + 30 * MINUTE) in shown(live, asked)
    assert allowed(live, asks(Step.RAW, NOW - 5, FAR, POWER), NOW, PARIS)


@pytest.mark.parametrize("step", [Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH])
@pytest.mark.parametrize("register", [INDEX, CATALOGUE["import_tariff01_wh"]])
def test_an_amount_that_is_still_counted_is_shown_to_nobody(step, register):
    grant = granted(*(terms(Grain.LIVE, one) for one in ConsentClass))
    rows = shown(grant, asks(step, register=register))
    assert rows
    assert all(end <= NOW - LAG_MS for _, end in rows)


def test_what_is_over_is_over_by_the_surest_clock():
    grant = replace(granted(terms()), behind_ms=9 * HOUR)
    assert shown(grant, asks(Step.DAY), at("2026-10-21T15:59"))[-1][1] == at(
        "2026-10-20T00:00"
    )
    halves = replace(granted(terms(Grain.MIN30)), behind_ms=HOUR)
    assert shown(halves, asks(Step.MIN30))[-1][1] <= NOW - HOUR


# history


@pytest.mark.parametrize(
    ("history", "now", "first"),
    [
        ("P1Y", "2026-10-21T15:20", "2025-10-21"),
        ("P1Y", "2026-10-21T00:00", "2025-10-21"),
        ("P1Y", "2026-10-20T23:59", "2025-10-20"),
        ("P1Y", "2028-02-29T12:00", "2027-02-28"),
        ("P1M", "2027-03-31T12:00", "2027-02-28"),
        ("P2W", "2026-10-26T12:00", "2026-10-12"),
        ("P1D", "2026-10-26T12:00", "2026-10-25"),
        ("P3Y", "2026-10-21T15:20", "2023-10-21"),
    ],
)
def test_the_past_begins_with_a_day_so_long_ago(history, now, first):
    rows = shown(granted(terms(history=history)), asks(Step.DAY), at(now))
    assert rows[0][0] == at(first + "T00:00")
    half = shown(
        granted(terms(Grain.MIN30, history=history)), asks(Step.MIN30), at(now)
    )
    assert half[0][0] == at(first + "T00:00")


def test_a_row_that_began_before_the_past_is_not_shown():
    rows = shown(
        granted(terms(history="P1Y")), asks(Step.MONTH), at("2026-10-21T12:00")
    )
    assert rows[0][0] == at("2025-11-01T00:00")
    assert not shown(granted(terms(history="P1Y")), asks(Step.YEAR))


def test_gas_days_of_the_past_begin_at_six():
    rows = shown(gas(terms(fluid=Fluid.GAS)), asks(Step.DAY, register=GAS))
    assert rows[0][0] == at("2025-10-21T06:00")


def test_the_past_is_reckoned_by_the_latest_clock():
    grant = replace(granted(terms(history="P2W")), behind_ms=3 * DAY)
    rows = shown(grant, asks(Step.DAY), at("2026-10-21T12:00"))
    assert (rows[0][0], rows[-1][1]) == (
        at("2026-10-07T00:00"),
        at("2026-10-18T00:00"),
    )


# pauses


def test_what_a_pause_touches_is_never_shown():
    pause = Pause(at("2026-10-14T10:10"), at("2026-10-15T11:10"))
    days = [row[0] for row in shown(granted(terms(), pauses=[pause]), asks(Step.DAY))]
    assert at("2026-10-13T00:00") in days
    assert at("2026-10-14T00:00") not in days
    assert at("2026-10-15T00:00") not in days
    assert at("2026-10-16T00:00") in days
    grant = granted(terms(Grain.MIN30), pauses=[pause])
    halves = [start for start, _ in shown(grant, asks(Step.MIN30))]
    before = [one for one in halves if one < pause.start_ms]
    after = [one for one in halves if one > pause.start_ms]
    assert before[-1] == at("2026-10-14T09:30")
    assert after[0] == at("2026-10-15T11:30")


@pytest.mark.parametrize("step", [Step.MONTH, Step.YEAR])
def test_no_sum_tells_of_a_pause(step):
    pause = Pause(at("2025-12-14T10:10"), at("2025-12-14T10:11"))
    grant = granted(terms(history="P3Y"), pauses=[pause])
    for start, end in shown(grant, asks(step)):
        assert end <= pause.start_ms or start >= pause.end_ms


def test_a_pause_that_goes_on_hides_all_that_comes():
    grant = granted(terms(), pauses=[Pause(at("2026-10-14T00:00"))])
    assert shown(grant, asks(Step.DAY))[-1][1] == at("2026-10-14T00:00")


def test_pauses_hide_raw_values_to_the_millisecond():
    pauses = [Pause(NOW - 50, NOW - 40), Pause(NOW - 30, NOW - 20), Pause(FAR, FAR + 1)]
    grant = granted(terms(Grain.LIVE, LIVE_POWER), pauses=pauses)
    assert allowed(grant, asks(Step.RAW, NOW - 60, NOW), NOW, PARIS) == (
        (NOW - 60, NOW - 50),
        (NOW - 40, NOW - 30),
        (NOW - 20, NOW),
    )


# calendars and series


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("step", [Step.HOUR, Step.DAY, Step.MONTH])
def test_who_holds_days_has_one_calendar(grain, step):
    grant = gas(terms(grain, fluid=Fluid.GAS))
    fine = grain in (Grain.LIVE, Grain.MIN30, Grain.HOUR)
    assert bool(shown(grant, asks(step, register=GAS, civil=True))) is fine
    # and electricity has one calendar anyway
    assert not shown(granted(terms(grain)), asks(step, civil=True))


@pytest.mark.parametrize("purpose", [Purpose.BILL, None])
@pytest.mark.parametrize("grain", Grain)
def test_who_holds_less_than_live_has_one_series(grain, purpose):
    asked = asks(Step.DAY, purpose=purpose)
    assert bool(shown(granted(terms(grain)), asked)) is (grain is Grain.LIVE)


# more than one consent


def test_each_consent_shows_its_own_past():
    grant = granted(
        terms(Grain.MONTH, history="P3Y"), terms(Grain.DAY, history="P1M", purpose="2")
    )
    assert shown(grant, asks(Step.DAY))[0][0] == at("2026-09-21T00:00")
    assert shown(grant, asks(Step.MONTH))[0][0] == at("2023-11-01T00:00")


def test_a_row_that_only_two_consents_together_cover_is_of_neither():
    # at ten past midnight the half-hours of a week are over, September is not shown
    now = at("2026-10-01T00:10")
    grant = granted(
        terms(Grain.MONTH, history="P1Y"),
        terms(Grain.MIN30, history="P1W", purpose="2"),
    )
    assert shown(grant, asks(Step.MONTH), now)[-1][1] == at("2026-09-01T00:00")
    assert shown(grant, asks(Step.MIN30), now)[-1][1] == now - 10 * MINUTE


LINES = st.builds(
    terms,
    st.sampled_from(Grain),
    st.sampled_from([ConsentClass.ENERGY, LIVE_POWER]),
    history=st.sampled_from(["P1D", "P1W", "P28D", "P1M", "P31D", "P1Y"]),
    channels=st.sets(st.sampled_from(Channel), min_size=1),
)
NOWS = st.integers(at("2026-10-24T00:00"), at("2026-11-02T12:00")) | st.integers(
    at("2027-03-26T00:00"), at("2027-04-02T12:00")
)
STEPS = st.sampled_from([Step.HOUR, Step.DAY, Step.MONTH])
REGISTERS = st.sampled_from([INDEX, POWER])


@given(st.lists(LINES, min_size=1, max_size=3), NOWS, STEPS, REGISTERS)
def test_a_union_shows_what_each_shows_and_no_more(lines, now, step, register):
    asked = asks(step, now - 80 * DAY, now + 400 * DAY, register)
    alone = set()
    for line in lines:
        alone |= set(shown(granted(line), asked, now))
    assert set(shown(granted(*lines), asked, now)) == alone


@given(LINES, LINES, NOWS, STEPS, REGISTERS)
def test_what_is_narrower_never_shows_more(one, other, now, step, register):
    if not one.within(other):
        one = replace(one, fluid=other.fluid, consent_class=other.consent_class)
        if not one.within(other):
            return
    for channel in Channel:
        asked = asks(step, now - 80 * DAY, now + DAY, register, channel=channel)
        narrow, wide = (set(shown(granted(t), asked, now)) for t in (one, other))
        assert narrow <= wide


@given(LINES, NOWS, STEPS, st.integers(0, 80 * DAY), st.integers(0, 80 * DAY))
def test_how_a_question_is_cut_changes_nothing(line, now, step, first, second):
    grant = granted(line)
    low, cut, high = now - 80 * DAY, now - first, now - first + second
    whole = shown(grant, asks(step, low, high), now)
    halves = [*shown(grant, asks(step, low, cut), now)]
    halves += shown(grant, asks(step, cut, high), now)
    assert sorted(whole) == sorted(halves)


@given(LINES, NOWS, st.integers(0, 3 * DAY))
def test_what_was_shown_stays_until_the_past_has_moved_on(line, now, later):
    asked = asks(Step.DAY, now - 40 * DAY, now)
    before = shown(granted(line), asked, now)
    after = shown(granted(line), asked, now + later)
    kept = [row for row in before if after and row[0] >= after[0][0]]
    assert set(kept) <= set(after)


@given(LINES, NOWS, STEPS, st.lists(st.integers(0, 40 * DAY), max_size=4))
def test_no_row_that_meets_a_pause_is_shown(line, now, step, edges):
    starts = sorted(edges)
    pauses = [
        Pause(now - 40 * DAY + low, now - 40 * DAY + high)
        for low, high in zip(starts[::2], starts[1::2], strict=False)
    ]
    asked = asks(step, now - 80 * DAY, now)
    free = set(shown(granted(line), asked, now))
    found = set(shown(granted(line, pauses=pauses), asked, now))
    meets = {
        (start, end)
        for start, end in free
        for pause in pauses
        if start < pause.end_ms and pause.start_ms < end
    }
    assert found == free - meets


@pytest.mark.parametrize(("start", "end"), [(NOW, NOW), (FAR, FAR + DAY), (5, 4)])
def test_a_question_of_nothing_is_answered_by_nothing(start, end):
    assert allowed(granted(terms()), asks(Step.DAY, start, end), NOW, PARIS) == ()


# what is live


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("channel", Channel)
def test_a_sample_is_shown_to_who_holds_what_is_live(grain, channel):
    grant = granted(terms(grain, LIVE_POWER, channels=[Channel.SSE]))
    values = {"apparent_power_va": 7, "import_total_wh": 9, "tariff_index": 1}
    sample = Sample("linky", NOW, values | {"no_such": 1})
    found = allowed_sample(grant, sample, channel, CATALOGUE)
    if grain is Grain.LIVE and channel is Channel.SSE:
        assert found == replace_values(sample, "apparent_power_va", "import_total_wh")
    else:
        assert found is None


def replace_values(sample: Sample, *names: str) -> Sample:
    kept = {name: sample.values[name] for name in names}
    return Sample(sample.meter, sample.at_ms, kept, sample.quality, sample.origin)


@pytest.mark.parametrize(("since", "late"), [(0, True), (1, False)])
def test_what_was_live_before_it_was_granted_is_not_shown(since, late):
    sample = Sample("linky", NOW, {"apparent_power_va": 7})
    grant = granted(terms(Grain.LIVE, LIVE_POWER), given_ms=NOW + since)
    assert bool(allowed_sample(grant, sample, REST, CATALOGUE)) is late
    # whatever else was granted before
    energy = granted(terms(Grain.DAY)).consents
    both = replace(grant, consents=grant.consents + energy, since_ms=0)
    assert bool(allowed_sample(both, sample, REST, CATALOGUE)) is late
    event = Event("linky", NOW, EventKind.TARIFF)
    told = granted(terms(Grain.LIVE, ConsentClass.EVENT), given_ms=NOW + since)
    for one in (told, replace(told, since_ms=0)):
        found = allowed_event(one, event, Fluid.ELECTRICITY, REST)
        assert bool(found) is late


def test_what_was_live_in_a_pause_is_not_shown_after_it():
    grant = granted(terms(Grain.LIVE, LIVE_POWER), pauses=[Pause(NOW - 9, NOW)])
    early, late = (Sample("linky", NOW + n, {"apparent_power_va": 7}) for n in (-1, 0))
    assert allowed_sample(grant, early, REST, CATALOGUE) is None
    assert allowed_sample(grant, late, REST, CATALOGUE) == late


def test_a_contract_is_shown_to_who_holds_contracts():
    grant = granted(terms(Grain.DAY, ConsentClass.CONTRACT, channels=[REST]))
    assert allowed_facts(grant, "linky", Fluid.ELECTRICITY)
    assert not allowed_facts(grant, "other", Fluid.ELECTRICITY)
    assert not allowed_facts(grant, "linky", Fluid.GAS)
    assert not allowed_facts(granted(terms()), "linky", Fluid.ELECTRICITY)


def test_gas_days_are_over_before_they_are_shown():
    assert calendar_of(Fluid.GAS, PARIS).day_hour < SHOWN_HOUR
