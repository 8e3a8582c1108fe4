"""What time it is for consents: nothing revives, and one bad answer ends nothing."""

from itertools import pairwise

import pytest
from consent_house import BASIS, COACH, DAY, HOUR, MINUTE, T0, HandClock, choice, rights
from hypothesis import given
from hypothesis import strategies as st

from edge.consent.ledger import Ledger
from edge.consent.time import HELD_ALONE_MS, HELD_MS, NOTED_MS, STEADY_MS, ConsentTime

WEEK = choice(duration="P1W")


@pytest.fixture
def ledger():
    ledger = Ledger.nowhere()
    yield ledger
    ledger.close()


@pytest.fixture
def time(ledger, clock):
    """Give a time that is known: the clock was good for as long as it takes."""
    time = ConsentTime(ledger, clock)
    time.judge()
    clock.pass_ms(HELD_MS)
    time.judge()
    assert time.known_ms == clock.wall_ms
    return time


@pytest.fixture
def known(consents, clock):
    """Give decisions whose time is known."""
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    return consents


def seen(ledger):
    return ledger.database.execute("SELECT at_ms, confirmed FROM seen")


# a good clock


def test_a_good_clock_is_what_time_it_is(time, clock):
    for _ in range(5):
        clock.pass_ms(7 * HOUR)
        judged = time.judge()
        assert judged.latest_ms == judged.sure_ms == clock.wall_ms == time.now_ms()


def test_a_clock_must_hold_before_anything_is_known(ledger, clock):
    time = ConsentTime(ledger, clock)
    for _ in range(9):
        time.judge()
        clock.pass_ms(HELD_MS // 10)
        assert time.known_ms == 0
    time.judge()
    clock.pass_ms(HELD_MS // 10)
    time.judge()
    assert time.known_ms == clock.wall_ms


def test_a_meter_that_says_the_same_confirms_at_once(ledger, clock):
    time = ConsentTime(ledger, clock, lambda _ns: clock.wall_ms - STEADY_MS)
    time.judge()
    assert time.known_ms == clock.wall_ms


def test_little_by_little_nothing_is_lost(ledger, clock):
    time = ConsentTime(ledger, clock, lambda _ns: T0)
    time.judge()
    clock.wall_ms -= DAY  # from now on only the monotonic clock tells what passes
    start_ns = clock.monotonic_ms * 1_000_000
    passed = 0

    class Fine(HandClock):
        def now(self):
            told = super().now()
            told.monotonic_ns = start_ns + passed
            return told

    time.clock = Fine(clock.wall_ms)
    for _ in range(1000):
        passed += 999_999  # not a whole millisecond
        time.judge()
    assert time.known_ms == T0 + 999


# set back


@given(back=st.integers(1, 400 * DAY), after=st.integers(0, 10 * DAY))
def test_a_clock_that_is_set_back_takes_nothing_back(back, after):
    ledger, clock = Ledger.nowhere(), HandClock()
    time = ConsentTime(ledger, clock, lambda _ns: 0)
    time.judge()
    clock.pass_ms(HELD_MS)
    before = time.judge().latest_ms
    clock.wall_ms -= back
    assert time.judge().latest_ms >= before
    clock.pass_ms(after)
    assert time.judge().latest_ms >= before + after
    ledger.close()


def test_what_is_over_is_judged_by_the_clock_that_is_behind(time, clock):
    clock.wall_ms -= DAY
    judged = time.judge()
    assert judged.sure_ms == clock.wall_ms
    assert judged.behind_ms == DAY


def test_a_clock_that_is_set_back_revives_nothing(known, house, clock):
    known.give(COACH, [WEEK], BASIS)
    clock.pass_ms(8 * DAY)
    known.expire()
    assert rights(known) == {}
    for synchronised in (True, False):
        clock.wall_ms -= 3 * DAY
        clock.synchronised = synchronised
        known.expire()
        assert rights(known) == {}
    known.close()
    clock.reboot(T0)
    assert rights(house()) == {}


def test_a_clock_that_is_set_back_before_the_expiry_makes_nothing_last(known, clock):
    known.give(COACH, [WEEK], BASIS)
    clock.pass_ms(6 * DAY)
    known.expire()
    clock.wall_ms -= 6 * DAY
    assert rights(known)
    clock.pass_ms(2 * DAY)  # eight days have passed since it was given
    assert rights(known) == {}
    known.expire()
    assert all(one.ended_ms is not None for one in known.standing.consents.values())


def test_after_a_restart_it_is_no_earlier_than_it_was(known, house, clock):
    known.give(COACH, [WEEK], BASIS)
    clock.pass_ms(8 * DAY)
    known.time.judge()
    known.close()
    clock.reboot(T0 + DAY)
    clock.synchronised = False
    again = house()
    assert rights(again) == {}
    again.expire()
    assert rights(again) == {}


# one bad answer


@given(ahead=st.integers(STEADY_MS + 1, 100 * 366 * DAY), lasts=st.integers(1, HELD_MS))
def test_one_bad_answer_moves_nothing(ahead, lasts):
    ledger, clock = Ledger.nowhere(), HandClock()
    time = ConsentTime(ledger, clock)
    time.judge()
    clock.pass_ms(HELD_MS)
    time.judge()
    clock.wall_ms += ahead
    judged = time.judge()
    assert judged.latest_ms == clock.wall_ms
    assert judged.sure_ms == clock.wall_ms - ahead
    clock.pass_ms(lasts - 1)
    time.judge()
    clock.wall_ms -= ahead
    assert time.judge().behind_ms <= 1
    assert abs(time.known_ms - clock.wall_ms) <= 1
    ledger.close()


def test_a_bad_answer_suspends_and_ends_nothing(known, clock):
    service, (given,) = known.give(COACH, [WEEK], BASIS)
    told = []
    known.listen(told.append)
    clock.wall_ms += 30 * DAY
    assert known.expire() == {service.id}
    assert rights(known) == {}
    assert known.consent(given.id).ended_ms is None
    clock.wall_ms -= 30 * DAY
    assert known.expire() == {service.id}
    assert rights(known) == {service.id: {given.id}}
    assert told == [{service.id}, {service.id}]


def test_a_synchronised_clock_that_holds_is_right_at_last(known, clock):
    _, (given,) = known.give(COACH, [WEEK], BASIS)
    clock.wall_ms += 30 * DAY
    known.expire()
    clock.pass_ms(HELD_MS - 1)
    known.expire()
    assert known.consent(given.id).ended_ms is None
    clock.pass_ms(1)
    known.expire()
    assert known.consent(given.id).ended_ms == clock.wall_ms


def test_bad_answers_that_differ_are_no_clock_that_holds(time, clock):
    before, passed = time.known_ms, 0
    for n in range(20):
        clock.wall_ms += DAY * (n + 2)
        clock.pass_ms(HELD_MS // 2)
        passed += HELD_MS // 2
        time.judge()
    assert time.known_ms == before + passed


def test_a_clock_that_nothing_disciplines_must_hold_a_day(time, clock):
    clock.synchronised = False
    clock.wall_ms += 30 * DAY
    time.judge()
    clock.pass_ms(HELD_ALONE_MS - 1)
    time.judge()
    assert time.known_ms == clock.wall_ms - 30 * DAY
    clock.pass_ms(1)
    time.judge()
    assert time.known_ms == clock.wall_ms


def test_a_server_that_lies_against_the_meter_is_not_believed_in_ten_minutes(
    ledger, clock
):
    offset = clock.wall_ms - clock.monotonic_ms
    time = ConsentTime(ledger, clock, lambda ns: offset + ns // 1_000_000)
    time.judge()
    clock.wall_ms += 400 * DAY
    for _ in range(4):
        clock.pass_ms(HELD_MS)
        judged = time.judge()
    assert time.known_ms == clock.wall_ms - 400 * DAY == judged.sure_ms


# the meter


def test_a_meters_clock_ends_what_a_host_that_is_behind_would_not(known, clock):
    known.give(COACH, [WEEK], BASIS)
    known.time.meter_ms = lambda _ns: clock.wall_ms + 20 * DAY
    clock.synchronised = False
    assert rights(known) == {}
    assert known.time.known_ms < T0 + DAY  # and ends nothing by itself
    clock.synchronised = True  # a meter that is so far off is wrong
    assert rights(known)


def test_a_meter_that_is_hours_ahead_is_heard_and_not_known(known, clock):
    known.time.meter_ms = lambda _ns: clock.wall_ms + 5 * HOUR
    judged = known.time.judge()
    assert judged.latest_ms == clock.wall_ms + 5 * HOUR
    assert judged.sure_ms == clock.wall_ms
    assert known.time.known_ms == clock.wall_ms


def test_what_a_meter_dates_is_over_by_its_own_clock_while_the_host_has_none(
    time, clock
):
    clock.synchronised = False
    time.meter_ms = lambda _ns: clock.wall_ms - HOUR
    assert time.judge().sure_ms == clock.wall_ms - HOUR
    clock.synchronised = True
    assert time.judge().sure_ms == clock.wall_ms


# off for a month, or never synchronised


def test_a_pi_that_was_off_for_a_month_expires_what_ended_meanwhile(
    known, house, clock
):
    _, (given,) = known.give(COACH, [WEEK], BASIS)
    known.close()
    clock.reboot(T0 + 30 * DAY)
    again = house()
    assert rights(again) == {}
    again.expire()
    clock.pass_ms(HELD_MS)
    again.expire()
    assert again.consent(given.id).ended_ms == clock.wall_ms


def test_a_pi_that_was_off_for_a_month_and_has_no_time_yet_revives_nothing(
    known, house, clock
):
    known.give(COACH, [WEEK], BASIS)
    clock.pass_ms(8 * DAY)
    known.expire()
    known.close()
    clock.reboot(0)  # 1970, as a Pi without a battery says
    clock.synchronised = False
    again = house()
    again.expire()
    assert rights(again) == {}
    clock.wall_ms = T0 + 38 * DAY
    clock.synchronised = True
    again.expire()
    assert rights(again) == {}


def test_a_clock_that_never_was_synchronised_revives_nothing_either(house, clock):
    clock.synchronised = False
    consents = house()
    consents.expire()
    consents.give(COACH, [WEEK], BASIS)
    clock.pass_ms(7 * DAY)
    consents.expire()
    assert rights(consents) == {}
    clock.wall_ms -= 2 * DAY
    consents.expire()
    assert rights(consents) == {}
    consents.close()
    clock.reboot(T0)
    assert rights(house()) == {}


def test_a_first_word_that_was_wrong_gives_way_to_a_clock_that_holds(ledger, clock):
    clock.synchronised = False
    clock.wall_ms += 1000 * DAY
    time = ConsentTime(ledger, clock)
    time.judge()
    time.note()
    clock.wall_ms -= 1000 * DAY
    assert time.judge().behind_ms == 1000 * DAY
    clock.synchronised = True
    time.judge()
    clock.pass_ms(HELD_MS)
    assert time.judge().behind_ms == 0
    time.note()
    assert seen(ledger) == [(clock.wall_ms, 1)]


def test_while_nothing_is_known_the_hosts_word_alone_is_sure(ledger, clock):
    clock.wall_ms = T0 - 300 * DAY
    time = ConsentTime(ledger, clock)
    time.judge()
    clock.wall_ms = T0
    assert time.judge().sure_ms == T0


# what is written


def test_a_card_is_written_once_an_hour_at_most(consents, clock):
    written = []
    writing = consents.ledger.writing

    def counted():
        written.append(clock.wall_ms)
        return writing()

    object.__setattr__(consents.ledger, "writing", counted)
    for _ in range(2 * 3600 * 6):
        clock.pass_ms(500)
        consents.expire()
    # once what was told, once it was confirmed, and then each hour
    assert len(written) <= 2 + 6
    assert all(
        later - earlier >= NOTED_MS - 1 for earlier, later in pairwise(written[1:])
    )


def test_what_is_known_is_written_when_the_service_ends(known, house, clock):
    clock.pass_ms(20 * MINUTE)
    known.expire()
    known.close()
    clock.reboot(T0 - DAY)
    assert house().time.judge().latest_ms >= T0 + HELD_MS + 20 * MINUTE


def test_nothing_is_written_twice(known):
    known.time.note(force=True)
    before = known.ledger.database.execute("PRAGMA data_version")
    changes = known.ledger.database.execute("SELECT total_changes()")
    known.time.note(force=True)
    known.expire()
    assert known.ledger.database.execute("SELECT total_changes()") == changes
    assert known.ledger.database.execute("PRAGMA data_version") == before
