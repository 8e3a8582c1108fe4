"""Enedis switches the meter: the series goes on without a step, and it is said."""

from edge.event import EventKind
from edge.sample import Sample

TOTAL = "import_total_wh"


def say(home, hc, hp, total=None):
    values = {"import_tariff01_wh": hc, "import_tariff02_wh": hp}
    known = hc is not None and hp is not None
    values[TOTAL] = (hc + hp if known else None) if total is None else total
    return home.say(values | {"subscribed_power_kva": 9})


def historic(home, frames=20):
    home.derived = frozenset({TOTAL})
    for _ in range(frames):
        say(home, 1000, 2000)


def test_a_derived_total_is_the_sum_of_what_was_let_in(home):
    historic(home)
    assert say(home, 1001, 2000).sample.values[TOTAL] == 3000
    assert say(home, 1001, 2000).sample.values[TOTAL] == 3001


def test_false_parts_that_add_up_alike_make_no_false_total(home):
    historic(home)
    say(home, 1002, 2000)
    assert say(home, 1000, 2002).sample.values[TOTAL] in (None, 3000)


def test_a_derived_total_is_unknown_with_a_part(home):
    historic(home)
    assert say(home, None, 2000).sample.values[TOTAL] is None
    say(home, 1000, 2000)
    assert say(home, 1000, 2000).sample.values[TOTAL] == 3000


def switched(home, total, sent):
    historic(home)
    home.derived, home.standard = frozenset(), True
    verdicts = []
    for _ in range(4):
        values = sent(total, distributor=total)
        values |= {"import_tariff01_wh": 1000, "import_tariff02_wh": total - 1000}
        verdicts.append(home.say(values))
    return verdicts


def test_a_total_that_goes_on_needs_no_baseline(home, sent):
    verdicts = switched(home, 3000, sent)
    assert not any(each.baselines for each in verdicts)
    assert verdicts[-1].sample.values[TOTAL] == 3000


def test_a_total_that_starts_elsewhere_gets_a_baseline(home, sent):
    home.derived = frozenset({TOTAL})
    for _ in range(20):
        say(home, 1000, 2000)
    home.derived, home.standard = frozenset(), True
    verdicts = []
    for _ in range(40):
        values = sent(8000, distributor=8000, import_tariff02_wh=7000)
        verdicts.append(home.say(values | {"import_tariff01_wh": 1000}))
    baselines = [each for verdict in verdicts for each in verdict.baselines]
    assert [(each.reason, each.offsets) for each in baselines] == [
        ("mode", {TOTAL: -5000})
    ]
    assert verdicts[-1].sample.values[TOTAL] == 8000


def test_the_switch_is_an_event_and_one_damaged_frame_is_not(home, sent):
    verdicts = switched(home, 3000, sent)
    events = [event for verdict in verdicts for event in verdict.events]
    (event,) = [event for event in events if event.kind is EventKind.MODE]
    assert event.detail == {"mode": "standard", "mode_before": "historic"}


def test_a_resting_tariffs_index_is_not_woken_by_two_frames(home):
    historic(home)
    for n in range(1, 4):
        for _ in range(3):
            say(home, 1000, 2000 + n)
    for _ in range(20):
        values = say(home, 1004, 2003).sample.values
        assert values["import_tariff01_wh"] in (None, 1000)
    for _ in range(2):
        say(home, 1000, 2003)
    assert say(home, 1000, 2003).sample.values["import_tariff01_wh"] == 1000


def test_a_resting_tariffs_index_wakes_in_the_end_or_at_the_meters_word(home):
    historic(home)
    for _ in range(3):
        say(home, 1000, 2001)
    for _ in range(40):
        values = say(home, 1001, 2001).sample.values
    assert values["import_tariff01_wh"] == 1001
    for _ in range(3):
        home.say(
            {
                "import_tariff01_wh": 1001,
                "import_tariff02_wh": 2001,
                TOTAL: 3002,
                "tariff_period": "HP..",
            }
        )
    for _ in range(3):
        values = say(home, 1001, 2002).sample.values
    assert values["import_tariff02_wh"] == 2002


def test_a_restart_knows_the_mode_and_what_was_computed(home):
    historic(home)
    last = home.verdict.sample
    fresh = type(home)(at_ms=home.at_ms, derived=frozenset({TOTAL}))
    fresh.gate.restore(last)
    say(fresh, 1000, 2000)
    assert say(fresh, 1000, 2000).sample.values[TOTAL] == 3000
    assert fresh.verdict.events == ()


def test_a_restart_in_standard_mode_sees_a_switch_to_historic(home, sent):
    home.gate.restore(Sample("linky", 1_779_999_000_000, sent(3000)))
    events = []
    home.derived = frozenset({TOTAL})
    for _ in range(5):
        events += say(home, 1000, 2000).events
    (event,) = [each for each in events if each.kind is EventKind.MODE]
    assert event.detail["mode"] == "historic"
