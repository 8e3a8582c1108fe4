"""What the bare topics of a meter show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Kind
from edge.outputs.pace import Pace
from edge.outputs.payloads import bare
from edge.outputs.shown import Shown
from edge.registers import CATALOGUE

INDEX, INSTANT, STATE = "import_total_wh", "apparent_power_va", "tariff_period"


def say(shown, values, now_s=0.0, **kwargs):
    due = list(shown.due(values, now_s, **kwargs))
    for each in due:
        shown.keep(each, now_s)
    return {each.register: each.payload for each in due}


def test_the_first_sample_is_shown_whole_and_the_next_by_what_changed():
    shown = Shown()
    first = {INDEX: 5, INSTANT: 200, STATE: "HC"}
    assert say(shown, first) == {INDEX: b"5", INSTANT: b"200", STATE: b"HC"}
    assert say(shown, first) == {}
    assert say(shown, {**first, INSTANT: 210}) == {INSTANT: b"210"}


def test_an_index_stands_for_ever_and_an_instant_expires():
    expiries = {
        each.register: each.expiry_s
        for each in Shown().due({INDEX: 5, INSTANT: 200, STATE: "HC"}, 0.0)
    }
    assert expiries == {INDEX: None, INSTANT: 60, STATE: None}


def test_an_instant_that_does_not_change_is_said_again_before_it_expires():
    shown = Shown()
    values = {INDEX: 5, INSTANT: 230, STATE: "HC"}
    say(shown, values, 0.0)
    said_at = [now for now in range(1, 200) if say(shown, values, float(now))]
    assert said_at
    for before, after in zip([0, *said_at], said_at, strict=False):
        assert after - before <= 30  # half of its life: one message may be lost


def test_an_unknown_index_leaves_the_last_one_and_anything_else_is_taken_away():
    shown = Shown()
    say(shown, {INDEX: 5, INSTANT: 200, STATE: "HC"})
    gone = say(shown, {INDEX: None, INSTANT: None, STATE: None})
    assert gone == {INSTANT: b"", STATE: b""}
    assert say(shown, {INDEX: 5, INSTANT: None, STATE: None}) == {}


def test_an_unknown_value_has_nothing_to_expire():
    (gone,) = Shown().due({INSTANT: None}, 0.0)
    assert (gone.payload, gone.expiry_s) == (b"", None)


@given(st.lists(st.none() | st.integers(0, 50), max_size=30), st.data())
def test_an_index_never_falls_whatever_comes(values, data):
    shown = Shown()
    last = -1
    for value in values:
        if data.draw(st.booleans()):
            shown.forget()  # the broker forgot, and is told everything again
        said = say(shown, {INDEX: value})
        assert b"" not in said.values()
        if INDEX in said:
            assert int(said[INDEX]) >= last
            last = int(said[INDEX])


def test_an_index_may_begin_lower_once_another_count_has_begun():
    shown = Shown()
    say(shown, {INDEX: 45_000})
    assert say(shown, {INDEX: 10}) == {}
    shown.begin_anew()
    assert say(shown, {INDEX: 10}) == {INDEX: b"10"}


def test_indexes_are_held_back_while_it_is_open_whose_they_are():
    shown = Shown()
    assert say(shown, {INDEX: 10, INSTANT: 200}, indexes=False) == {INSTANT: b"200"}
    assert say(shown, {INDEX: 10, INSTANT: 200}) == {INDEX: b"10"}


def test_what_the_catalogue_does_not_know_is_not_shown():
    assert say(Shown(), {"adsc": "041961000001", "prm": "99000000000001"}) == {}


def test_what_was_not_taken_is_due_again():
    shown = Shown()
    assert [each.register for each in shown.due({INDEX: 5}, 0.0)] == [INDEX]
    assert [each.register for each in shown.due({INDEX: 5}, 0.0)] == [INDEX]


def test_zero_is_a_value_and_unknown_is_none():
    assert bare(0) == b"0"
    assert bare(None) == b""


@given(st.sampled_from(sorted(CATALOGUE)), st.integers(0, 9))
def test_every_register_can_be_shown(name, value):
    kind = CATALOGUE[name].kind
    text = str(value) if kind is Kind.TEXT else value
    assert say(Shown(), {name: text}) == {name: str(value).encode()}


def pace_of(gaps):
    pace, now = Pace(), 0.0
    pace.hear(now)
    for gap in gaps:
        now += gap
        pace.hear(now)
    return pace


def test_a_value_holds_for_three_frames_and_a_minute_at_least():
    assert Pace().holds_s == 60
    assert pace_of([1.0] * 20).holds_s == 60
    assert pace_of([30.0] * 20).holds_s == 120
    assert pace_of([600.0] * 20).holds_s == 1920


def test_one_silence_does_not_make_a_meter_slow():
    assert pace_of([1.0, 1.0, 7200.0, 1.0, 1.0]).holds_s == 60
