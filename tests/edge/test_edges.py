"""Events are said once, on their edges, and never for what was not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.edges import BEGINS, MEASURES, WATCHED, Edges, between
from edge.event import EventKind
from edge.registers import CATALOGUE
from edge.sample import Sample


def kinds(events):
    return [event.kind for event in events]


def sample(at_ms=1, **values):
    return Sample("linky", at_ms, values)


@pytest.mark.parametrize(
    ("register", "before", "after", "kind"),
    [
        ("tariff_index", 1, 2, EventKind.TARIFF),
        ("tariff_period", "HC..", "HP..", EventKind.TARIFF),
        ("tempo_tomorrow", "none", "red", EventKind.TEMPO),
        ("peak_notice", 0, 1, EventKind.PEAK_NOTICE),
        ("peak_running", 1, 0, EventKind.PEAK_NOTICE),
        ("message_short", "a", "b", EventKind.MESSAGE),
        ("overload", "no", "yes", EventKind.OVERLOAD),
    ],
)
def test_a_change_is_one_event_with_both_values(register, before, after, kind):
    (event,) = between(sample(**{register: before}), sample(5, **{register: after}))
    assert (event.kind, event.at_ms, event.meter) == (kind, 5, "linky")
    assert event.detail[register] == after
    assert event.detail[f"{register}_before"] == before


def test_a_tariff_that_changes_in_two_registers_is_one_event():
    before = sample(tariff_index=1, tariff_period="HC")
    (event,) = between(before, sample(tariff_index=2, tariff_period="HP"))
    assert (event.detail["tariff_index"], event.detail["tariff_period"]) == (2, "HP")


def test_a_state_repeated_is_no_event():
    assert between(sample(overload="yes"), sample(overload="yes")) == ()


def test_the_first_sight_of_a_state_is_no_event_but_an_alert_running_is():
    first = sample(tariff_index=2, tempo_today="blue", overload="yes", peak_notice=0)
    (event,) = between(None, first)
    assert event.kind is EventKind.OVERLOAD
    assert event.detail["state"] == "start"


def test_an_overload_tells_by_how_much_and_its_end():
    edges = Edges("linky")
    values = {"overload": "yes", "current_l1_a": 61, "overload_current_l1_a": 61}
    (start,) = edges.of(values, 1)
    assert start.detail["current_l1_a"] == 61
    assert edges.of({"overload": None}, 2) == ()
    (end,) = edges.of({"overload": "no"}, 3)
    assert end.detail["state"] == "end"


def test_what_is_gone_is_forgotten_and_only_a_notice_ends_so():
    edges = Edges("linky")
    edges.of({"peak_notice_min": 30, "tariff_index": 1}, 1)
    (event,) = edges.gone(["peak_notice_min", "tariff_index", "voltage_l1_v"], 9)
    assert (event.kind, event.detail) == (
        EventKind.PEAK_NOTICE,
        {"peak_notice_min": None},
    )
    assert edges.gone(["peak_notice_min"], 10) == ()
    assert kinds(edges.of({"peak_notice_min": 30}, 11)) == [EventKind.PEAK_NOTICE]


def test_every_watched_register_is_of_the_catalogue():
    assert set(CATALOGUE) >= {*WATCHED, *BEGINS, *MEASURES}


@given(st.lists(st.sampled_from([None, "no", "yes"]), max_size=40))
def test_starts_and_ends_of_an_overload_alternate(said):
    edges = Edges("linky")
    states = [
        event.detail["state"]
        for n, text in enumerate(said)
        for event in edges.of({"overload": text}, n)
    ]
    assert states == ["start", "end"] * (len(states) // 2) + ["start"] * (
        len(states) % 2
    )
