"""Instants at once, texts at a second frame, nothing impossible, nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Kind
from edge.event import EventKind
from edge.gate import Gate, Reason
from edge.gate.absences import HOLD_MS
from edge.gate.steady import needs_two
from edge.registers import CATALOGUE
from edge.sample import HostInstant, MeterInstant, Reading, Sample


def test_an_instant_counts_at_once(home):
    assert home.hear("apparent_power_va", apparent_power_va=420) == 420
    assert home.hear("apparent_power_va", apparent_power_va=0) == 0


@pytest.mark.parametrize(
    ("register", "value"),
    [
        ("apparent_power_va", 99_999),
        ("apparent_power_va", -1),
        ("apparent_power_va", "420"),
        ("voltage_l1_v", 1000),
        ("current_l1_a", 900),
        ("overload", "perhaps"),
        ("tempo_today", "green"),
        ("tariff_option", 5),
        ("relays", 256),
    ],
)
def test_the_impossible_is_refused_and_unknown_in_that_frame(home, register, value):
    for _ in range(3):
        home.say(subscribed_power_kva=9)
    assert home.hear(register, {register: value}, subscribed_power_kva=9) is None
    (refused,) = home.verdict.refused
    assert (refused.register, refused.reason) == (register, Reason.BOUNDS)
    assert not refused.durable


def test_a_starting_motor_is_possible(home):
    for _ in range(3):
        home.say(subscribed_power_kva=6)
    assert home.hear("apparent_power_va", apparent_power_va=18_000) == 18_000


def test_an_unknown_register_is_refused_alone(home):
    assert home.hear("current_l1_a", current_l1_a=3, flux_capacity=1) == 3
    (refused,) = home.verdict.refused
    assert refused.reason is Reason.UNKNOWN
    assert "flux_capacity" not in home.verdict.sample.values


def test_a_text_changes_at_a_second_frame(home):
    says = ["BASE", "BASE", "HC..", "BASE", "HC..", "HC.."]
    shown = [home.hear("tariff_option", tariff_option=text) for text in says]
    assert shown == [None, "BASE", "BASE", "BASE", "BASE", "HC.."]


def test_an_overload_counts_at_once_and_is_said_on_its_edges(home):
    kinds = []
    for text in ("no", "yes", "yes", None, "yes", "no", "no"):
        home.say(overload=text)
        kinds += [
            event.detail["state"]
            for event in home.verdict.events
            if event.kind is EventKind.OVERLOAD
        ]
    assert kinds == ["start", "end"]


def test_what_a_frame_lacks_is_unknown_for_an_instant_and_stands_for_a_state(home):
    for _ in range(3):
        home.say(apparent_power_va=300, tariff_option="BASE", relays=0)
    home.say(relays=0)
    values = home.verdict.sample.values
    assert (values["apparent_power_va"], values["tariff_option"]) == (None, "BASE")
    for _ in range(HOLD_MS // home.period_ms + 2):
        home.say(relays=0)
    assert home.verdict.sample.values["tariff_option"] is None


def test_the_end_of_an_ejp_notice_is_its_absence(home):
    events = []
    for n in range(60):
        notice = {"peak_notice_min": 30} if n < 5 else {}
        home.say({"relays": 0, **notice})
        events += [
            event.detail["peak_notice_min"]
            for event in home.verdict.events
            if event.kind is EventKind.PEAK_NOTICE
        ]
    assert events == [30, None]


def test_short_frames_of_an_overload_take_no_contract_away(home):
    long = {
        "apparent_power_va": 9000,
        "tariff_option": "BASE",
        "import_total_wh": 5,
        "current_l1_a": 60,
    }
    short = {"overload_current_l2_a": 61, "current_l1_a": 62}
    for _ in range(3):
        home.say(long)
    for _ in range(20):
        home.say(short)
    values = home.verdict.sample.values
    assert (values["tariff_option"], values["current_l1_a"]) == ("BASE", 62)
    assert home.say(long).sample.values["import_total_wh"] == 5


def test_the_same_reading_twice_is_kept_once_and_counted(home):
    seen = HostInstant(1000, 1_000_000_000, True, "boot")
    reading = Reading("linky", {"relays": 0}, seen, MeterInstant(1000, False))
    assert home.gate.judge(reading).sample is not None
    again = home.gate.judge(reading)
    assert (again.sample, again.dropped) == (None, "duplicate")
    assert home.gate.counters["duplicate"] == 1


def test_a_replayed_capture_is_kept_once(home):
    readings = [
        Reading(
            "linky",
            {"import_total_wh": n},
            HostInstant(n * 1000, n * 1_000_000_000, True, "capture"),
        )
        for n in range(10)
    ]
    for reading in readings:
        assert home.gate.judge(reading).sample is not None
    again = [home.gate.judge(reading).dropped for reading in readings]
    assert set(again) <= {"duplicate", "replayed"}
    assert None not in again


def test_what_cannot_be_dated_is_held_with_what_dates_it_later(home):
    seen = HostInstant(5000, 1_000_000_000, False, "boot")
    verdict = home.gate.judge(Reading("linky", {"relays": 0}, seen))
    assert verdict.held
    assert verdict.seen == seen
    assert verdict.sample.values == {"relays": None}
    assert home.gate.dated(seen) is None
    now = HostInstant(900_000, 11_000_000_000, True, "boot")
    home.gate.judge(Reading("linky", {"relays": 0}, now))
    assert home.gate.dated(seen) == 890_000
    assert home.gate.counters == {"held": 1, "accepted": 1}


def test_a_meters_clock_that_is_off_is_an_event_with_both_times(home):
    details = []
    for n in range(5):
        seen = HostInstant(n * 1000, n * 1_000_000_000, True, "boot")
        clock = MeterInstant(n * 1000 + 9_000_000, False)
        verdict = home.gate.judge(Reading("linky", {"relays": n}, seen, clock))
        details += [e.detail for e in verdict.events if e.kind is EventKind.CLOCK]
    (detail,) = details
    assert detail["fault"] == "off"
    assert detail["meter_less_host_ms"] == home.gate.drift_ms == 9_000_000


def test_a_restart_says_no_event_of_what_has_not_changed(home):
    values = {"tariff_option": "BASE", "overload": "yes", "no_such_register": 1}
    home.gate.restore(Sample("linky", 5, values))
    for _ in range(3):
        assert home.say(tariff_option="BASE", overload="yes").events == ()


def test_measures_never_wait_for_a_second_frame():
    late = {name for name, each in CATALOGUE.items() if needs_two(each)}
    assert "tariff_period" in late
    assert "subscribed_power_kva" in late
    assert not any(CATALOGUE[name].kind is Kind.INSTANT for name in late)
    assert late.isdisjoint({"overload", "max_power_today_va", "import_total_wh"})


VALUES = st.dictionaries(
    st.sampled_from([*CATALOGUE, "no_such_register"]),
    st.one_of(st.none(), st.integers(-5, 2_000_000_000), st.text(max_size=4)),
    max_size=8,
)


@given(st.lists(st.tuples(VALUES, st.integers(0, 9), st.booleans()), max_size=40))
def test_whatever_frames_hold_nothing_crashes_and_nothing_impossible_is_let_in(frames):
    gate, mono = Gate("linky"), 0
    for values, passed, complete in frames:
        mono += passed * 500
        seen = HostInstant(mono, mono * 1_000_000, True, "boot")
        sample = gate.judge(Reading("linky", values, seen, complete=complete)).sample
        if sample is None:
            continue
        for name, value in sample.values.items():
            register = CATALOGUE[name]
            if value is not None and register.numeric:
                assert register.minimum <= value <= register.maximum
