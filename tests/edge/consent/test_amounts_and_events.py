"""What `live` doesn't open: power out of amounts, and what events say besides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge.catalogue import ConsentClass, Fluid
from edge.consent.allowed import (
    Question,
    allowed,
    allowed_event,
    allowed_sample,
    steps_of,
)
from edge.consent.period import Period
from edge.consent.records import Consent, Grant
from edge.consent.terms import Channel, Grain, Terms
from edge.event import Event, EventKind
from edge.interval import Step
from edge.registers import CATALOGUE
from edge.sample import Sample, millis

PARIS = ZoneInfo("Europe/Paris")
NOW_MS = millis(datetime.fromisoformat("2026-10-26T12:17:00+01:00"))
HALF_MS = millis(datetime.fromisoformat("2026-10-26T12:00:00+01:00"))


def granted(consent_class: ConsentClass, fluid: Fluid = Fluid.ELECTRICITY) -> Grant:
    year = Period(12, 0)
    terms = Terms(
        fluid, consent_class, Grain.LIVE, year, frozenset(Channel), "tests", year
    )
    consent = Consent("c1", "s1", frozenset({"linky"}), terms, 0, NOW_MS * 2)
    return Grant("s1", 1, (consent,))


@pytest.mark.parametrize("step", [Step.MIN30, Step.HOUR, Step.DAY, Step.YEAR])
def test_an_amount_that_is_still_counted_is_not_shown_to_who_holds_no_live_power(step):
    register = CATALOGUE["import_total_wh"]
    question = Question("linky", register, step, 0, NOW_MS, Channel.REST)
    spans = allowed(granted(ConsentClass.ENERGY), question, NOW_MS, PARIS)
    assert all(end_ms <= HALF_MS for _, end_ms in spans)
    assert (step is Step.YEAR) is not bool(spans)


def test_a_load_curve_is_no_live_value():
    sample = Sample("linky", NOW_MS, {"import_load_curve_w": 7, "apparent_power_va": 8})
    asked = (sample, Channel.SSE, CATALOGUE)
    assert allowed_sample(granted(ConsentClass.ENERGY), *asked) is None
    shown = allowed_sample(granted(ConsentClass.LIVE_POWER), *asked)
    assert shown is not None
    assert shown.values == {"apparent_power_va": 8}


@pytest.mark.parametrize(
    "kind",
    [EventKind.CORRECTION, EventKind.DEVICE, EventKind.MESSAGE, EventKind.CLOCK],
)
def test_what_is_between_the_owner_and_the_home_is_told_to_no_service(kind):
    event = Event("linky", NOW_MS, kind, {"value": 1200})
    grant = granted(ConsentClass.EVENT)
    assert allowed_event(grant, event, Fluid.ELECTRICITY, Channel.SSE) is None


def test_an_event_says_neither_amounts_nor_currents():
    grant = granted(ConsentClass.EVENT)
    detail = {
        "overload": "yes",
        "overload_before": "no",
        "overload_current_l1_a": 61,
        "current_l1_a": 61,
        "litres": 400,
        "state": "start",
    }
    event = Event("linky", NOW_MS, EventKind.OVERLOAD, detail)
    shown = allowed_event(grant, event, Fluid.ELECTRICITY, Channel.SSE)
    assert shown is not None
    del detail["current_l1_a"], detail["litres"]
    assert shown == replace(event, detail=detail)


@pytest.mark.parametrize("name", ["gas_status", "water_status", "water_leak_l"])
def test_when_a_meter_spoke_that_speaks_as_it_flows_is_live_power(name):
    register = CATALOGUE[name]
    fluid, told = register.fluid, register.consent(Step.RAW)
    grant, sample = granted(told, fluid), Sample("linky", NOW_MS, {name: 1})
    question = Question("linky", register, Step.RAW, 0, NOW_MS, Channel.REST)
    assert allowed(grant, question, NOW_MS, PARIS) == ()
    assert steps_of(grant, "linky", register) == ()
    assert allowed_sample(grant, sample, Channel.SSE, CATALOGUE) is None
    power = granted(ConsentClass.LIVE_POWER, fluid)
    both = replace(grant, consents=grant.consents + power.consents)
    index = "gas_volume_l" if fluid is Fluid.GAS else "water_volume_l"
    sample = Sample("linky", NOW_MS, {name: 1, index: 5})
    assert allowed_sample(both, sample, Channel.SSE, CATALOGUE) == sample
