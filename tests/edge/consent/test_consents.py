"""What the household decides: durable, then told; narrowed never widens."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from consent_house import (
    BASIS,
    COACH,
    DAY,
    HOUR,
    PARIS,
    T0,
    HandClock,
    at,
    choice,
    rights,
    terms,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
)

import edge.consent.consents
from edge.catalogue import ConsentClass, Fluid
from edge.consent.consents import REFUSED_MS, Choice, Consents
from edge.consent.ledger import Ledger
from edge.consent.standing import Act, stands
from edge.consent.terms import Channel, Grain
from edge.consent.time import HELD_MS, ConsentTime
from edge.errors import ConsentError, DamagedDatabase, DiskFull
from edge.journal.database import SqliteDatabase

TARIFFS = ConsentClass.ENERGY_BY_TARIFF


@pytest.fixture
def told(consents):
    found: list[frozenset[str]] = []
    consents.listen(found.append)
    return found


# giving


def test_what_is_given_is_shown_and_written(consents):
    service, (one, two) = consents.give(
        COACH, [choice(), choice(Grain.MONTH, TARIFFS)], BASIS
    )
    assert service.declared == COACH
    assert rights(consents) == {service.id: {one.id, two.id}}
    assert (one.given_ms, one.terms, one.meters) == (T0, terms(), {"linky"})
    assert [entry.act for entry in consents.ledger.entries()] == [
        *(Act.SERVICE, Act.GIVEN, Act.GIVEN)
    ]


@pytest.mark.parametrize(
    ("duration", "given", "ends"),
    [
        ("P1Y", "2026-10-21T15:20", "2027-10-21T00:00"),
        ("P1M", "2027-01-31T12:00", "2027-02-28T00:00"),
        ("P1D", "2026-10-24T12:00", "2026-10-25T00:00"),
        ("P2D", "2026-10-24T12:00", "2026-10-26T00:00"),
    ],
)
def test_what_is_given_ends_with_a_civil_day(house, clock, duration, given, ends):
    clock.wall_ms = at(given)
    _, (one,) = house().give(COACH, [choice(duration=duration)], BASIS)
    assert one.expires_ms == at(ends)


def test_ids_are_random_and_ours(consents):
    names = {consents.give(COACH, [choice()], BASIS)[0].id for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) == 13 and name.isalnum() for name in names)


@pytest.mark.parametrize(
    "nothing", [[], [choice(meters=())], [choice(), choice(meters=[])]]
)
def test_nothing_chosen_is_nothing_given(consents, nothing):
    with pytest.raises(ConsentError, match="nothing was chosen"):
        consents.give(COACH, nothing, BASIS)
    assert consents.ledger.verify() == 0


def test_a_known_service_is_given_more_by_its_id(consents):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    again, (two,) = consents.give(
        service.id, [choice(fluid=Fluid.GAS, meters=["gazpar"])], BASIS
    )
    assert again.id == service.id
    assert again.version > service.version
    assert rights(consents) == {service.id: {one.id, two.id}}


def test_an_unknown_service_is_given_nothing(consents):
    with pytest.raises(ConsentError, match="no service"):
        consents.give("s0", [choice()], BASIS)


def test_a_consent_of_the_same_class_and_purpose_is_replaced(consents):
    service, (one,) = consents.give(COACH, [choice(Grain.MIN30)], BASIS)
    _, (other,) = consents.give(
        service.id, [choice(Grain.MIN30, purpose="Autre")], BASIS
    )
    _, (two,) = consents.give(service.id, [choice(Grain.MONTH)], BASIS)
    assert rights(consents) == {service.id: {other.id, two.id}}
    assert consents.consent(one.id).ended_ms == T0


def test_there_are_so_many_services_at_most(consents, monkeypatch):
    monkeypatch.setattr(edge.consent.consents, "SERVICES_MOST", 2)
    _, (one,) = consents.give(COACH, [choice()], BASIS)
    consents.give(COACH, [choice()], BASIS)
    with pytest.raises(ConsentError, match="too many"):
        consents.give(COACH, [choice()], BASIS)
    consents.withdraw([one.id])
    consents.give(COACH, [choice()], BASIS)


# withdrawing


def test_each_consent_is_withdrawn_alone(consents):
    lines = [choice(), choice(consent_class=TARIFFS), choice(purpose="Autre")]
    service, given = consents.give(COACH, lines, BASIS)
    left = {one.id for one in given}
    for one in given:
        assert consents.withdraw([one.id]) == [one]
        left.discard(one.id)
        assert rights(consents) == ({service.id: left} if left else {})


def test_what_is_withdrawn_twice_is_withdrawn_once(consents, told):
    _, (one,) = consents.give(COACH, [choice()], BASIS)
    assert consents.withdraw([one.id, one.id]) == [one]
    count = len(told)
    assert consents.withdraw([one.id]) == []
    assert len(told) == count
    assert consents.ledger.verify() == 3


def test_an_unknown_consent_withdraws_none(consents):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    with pytest.raises(ConsentError, match="no consent"):
        consents.withdraw([one.id, "c0"])
    assert rights(consents) == {service.id: {one.id}}


# narrowing


def test_a_narrower_consent_takes_the_place_of_the_first(consents):
    service, (one,) = consents.give(
        COACH, [choice(Grain.HOUR, meters=["linky", "two"])], BASIS
    )
    two = consents.narrow(one.id, choice(Grain.DAY, history="P6M"))
    assert rights(consents) == {service.id: {two.id}}
    assert (two.meters, two.terms.grain) == ({"linky"}, Grain.DAY)
    assert consents.consent(one.id).ended_ms == T0


@pytest.mark.parametrize(
    "wider",
    [
        choice(Grain.HOUR),
        choice(history="P2Y"),
        choice(history="P366D"),
        choice(duration="P2Y"),
        choice(purpose="Autre"),
        choice(consent_class=TARIFFS),
        choice(fluid=Fluid.GAS),
        choice(meters=["linky", "other"]),
        choice(meters=["other"]),
        choice(meters=[]),
    ],
)
def test_a_wider_one_is_refused(consents, wider):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    with pytest.raises(ConsentError, match=r"narrowed|no meter"):
        consents.narrow(one.id, wider)
    assert rights(consents) == {service.id: {one.id}}


def test_another_channel_is_wider(consents):
    _, (one,) = consents.give(COACH, [choice(channels=[Channel.REST])], BASIS)
    with pytest.raises(ConsentError):
        consents.narrow(one.id, choice(channels=[Channel.REST, Channel.MQTT]))


def test_a_narrower_consent_lasts_no_longer(consents, clock):
    _, (one,) = consents.give(COACH, [choice(duration="P1M")], BASIS)
    clock.pass_ms(20 * DAY)
    two = consents.narrow(one.id, choice(Grain.MONTH, duration="P1M"))
    assert two.expires_ms == one.expires_ms
    three = consents.narrow(two.id, choice(Grain.MONTH, duration="P1D"))
    assert three.expires_ms < one.expires_ms


@pytest.mark.parametrize("how", ["withdrawn", "expired", "replaced"])
def test_what_has_ended_is_narrowed_no_more(consents, clock, how):
    service, (one,) = consents.give(COACH, [choice(duration="P1W")], BASIS)
    if how == "withdrawn":
        consents.withdraw([one.id])
    elif how == "expired":
        clock.pass_ms(8 * DAY)
    else:
        consents.give(service.id, [choice(duration="P1W")], BASIS)
    with pytest.raises(ConsentError, match="ended"):
        consents.narrow(one.id, choice(Grain.MONTH, duration="P1D"))


# pausing


def test_who_is_paused_holds_nothing_until_it_is_resumed(consents, clock):
    first, (one,) = consents.give(COACH, [choice()], BASIS)
    second, (two,) = consents.give(COACH, [choice()], BASIS)
    consents.pause([first.id])
    assert rights(consents) == {second.id: {two.id}}
    clock.pass_ms(HOUR)
    consents.resume([first.id])
    assert rights(consents) == {first.id: {one.id}, second.id: {two.id}}
    (pause,) = consents.grant(first.id).pauses
    assert (pause.start_ms, pause.end_ms) == (T0, T0 + HOUR)
    assert consents.grant(first.id).since_ms == T0 + HOUR


def test_everything_is_paused_and_resumed_at_once(consents, told):
    names = {consents.give(COACH, [choice()], BASIS)[0].id for _ in range(3)}
    told.clear()
    consents.pause()
    assert rights(consents) == {}
    consents.pause()
    consents.resume()
    assert set(rights(consents)) == names
    assert told == [names, names]


def test_what_is_given_to_who_is_paused_waits(consents):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    consents.pause()
    _, (two,) = consents.give(service.id, [choice(purpose="Autre")], BASIS)
    assert rights(consents) == {}
    consents.resume()
    assert rights(consents) == {service.id: {one.id, two.id}}


def test_nobody_unknown_is_paused(consents):
    with pytest.raises(ConsentError, match="no service"):
        consents.pause(["s0"])


def test_a_pause_reaches_from_the_earliest_to_the_latest_that_it_may_be(
    consents, clock
):
    service, _ = consents.give(COACH, [choice()], BASIS)
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    clock.wall_ms += 5 * HOUR  # a bad answer while it pauses
    consents.pause()
    clock.wall_ms -= 5 * HOUR
    clock.pass_ms(HOUR)
    clock.wall_ms += 6 * HOUR  # and another
    consents.resume()
    clock.wall_ms -= 6 * HOUR
    (pause,) = consents.grant(service.id).pauses
    assert pause.start_ms == T0 + HELD_MS
    assert pause.end_ms >= T0 + HELD_MS + HOUR


def test_nothing_is_resumed_by_a_clock_that_has_just_jumped(consents, clock):
    consents.give(COACH, [choice()], BASIS)
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    consents.pause()
    clock.wall_ms += 300 * DAY
    with pytest.raises(ConsentError, match="jumped"):
        consents.resume()
    clock.wall_ms -= 300 * DAY
    consents.resume()
    assert rights(consents)


def test_nothing_given_while_the_clock_is_ahead_lasts_longer(consents, clock):
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    clock.wall_ms += 300 * DAY
    _, (one,) = consents.give(COACH, [choice(duration="P1M")], BASIS)
    assert one.expires_ms <= T0 + 32 * DAY


# refusing


def test_a_refusal_holds_thirty_days(consents, clock, house):
    assert consents.refused_ms("k") is None
    consents.refuse("k", BASIS)
    assert consents.refused_ms("k") == T0 + REFUSED_MS == T0 + 30 * DAY
    assert consents.refused_ms("other") is None
    consents.close()
    clock.pass_ms(30 * DAY - 1)
    again = house()
    assert again.refused_ms("k") is not None
    clock.pass_ms(1)
    again.expire()
    assert again.refused_ms("k") is None


def test_a_clock_that_jumps_lifts_no_refusal(consents, clock):
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    consents.refuse("k", BASIS)
    clock.wall_ms += 40 * DAY
    assert consents.refused_ms("k") is not None


# expiring


def test_what_is_over_is_ended_for_good(consents, clock, told):
    service, (one,) = consents.give(COACH, [choice(duration="P1W")], BASIS)
    consents.expire()
    clock.pass_ms(7 * DAY)
    told.clear()
    assert consents.expire() == {service.id}
    assert service.id in told[0]
    assert consents.consent(one.id).ended_ms is not None
    assert list(consents.ledger.entries())[-1].act is Act.EXPIRED
    assert consents.expire() == set()


def test_nothing_is_said_while_nothing_changes(consents, clock, told):
    consents.give(COACH, [choice()], BASIS)
    told.clear()
    count = consents.ledger.verify()
    for _ in range(100):
        clock.pass_ms(500)
        assert consents.expire() == set()
    assert told == []
    assert consents.ledger.verify() == count


def test_channels_are_told_when_what_is_over_is_no_longer_sure(consents, clock, told):
    service, _ = consents.give(COACH, [choice()], BASIS)
    consents.expire()
    clock.pass_ms(HELD_MS)
    consents.expire()
    told.clear()
    clock.wall_ms -= HOUR
    assert consents.expire() == {service.id}
    grant = consents.grant(service.id)
    assert (grant.behind_ms, grant.sure_ms) == (HOUR, clock.wall_ms)
    assert consents.expire() == set()
    clock.wall_ms += HOUR
    assert consents.expire() == {service.id}
    assert told == [{service.id}, {service.id}]


# telling


def test_listeners_are_told_once_it_is_on_the_disk(house, tmp_path):
    consents = house()
    seen = []

    def look(services):
        other = Ledger(tmp_path / "consent.db")
        standing = stands(other.entries())
        other.close()
        held = {one for one in services if standing.grant(one, T0 + 1)}
        seen.append((held, threading.current_thread(), rights(consents)))

    consents.listen(look)
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    consents.pause()
    consents.resume()
    two = consents.narrow(one.id, choice(Grain.MONTH))
    consents.withdraw([two.id])
    here = threading.current_thread()
    mine = {service.id}
    assert seen == [
        (mine, here, {service.id: {one.id}}),
        (set(), here, {}),
        (mine, here, {service.id: {one.id}}),
        (mine, here, {service.id: {two.id}}),
        (set(), here, {}),
    ]


def test_a_channel_that_fails_keeps_no_other_from_being_told(consents, caplog):
    told = []

    def broken(_services):
        raise RuntimeError("its connection is gone")

    consents.listen(broken)
    consents.listen(told.append)
    _, (one,) = consents.give(COACH, [choice()], BASIS)
    consents.withdraw([one.id])
    assert len(told) == 2
    assert "could not be told" in caplog.text


def test_who_decides_may_be_asked_while_it_is_told(consents):
    found = []
    consents.listen(lambda _services: found.append(rights(consents)))
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    assert found == [{service.id: {one.id}}]


def test_threads_that_read_never_see_half_a_decision(consents):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    done, wrong = threading.Event(), []

    def read():
        while not done.is_set():
            grant = consents.grant(service.id)
            if grant is None or len(grant.consents) != 1:
                wrong.append(grant)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(30):
        duration = f"P{300 - n}D"
        one = consents.narrow(one.id, choice(duration=duration))
        consents.give(COACH, [choice()], BASIS)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


# failing


class Failing(SqliteDatabase):
    """A database whose disk fails when a test says so."""

    error: Exception | None = None

    def execute(self, sql, parameters=()):
        if self.error is not None and sql.startswith(("COMMIT", "INSERT")):
            raise self.error
        return super().execute(sql, parameters)


@pytest.fixture
def failing(tmp_path, clock):
    ledger = Ledger(tmp_path / "failing.db", Failing)
    yield Consents(ledger, ConsentTime(ledger, clock), PARIS)
    ledger.close()


DECISIONS = {
    "give": lambda c, _: c.give(COACH, [choice()], BASIS),
    "give more": lambda c, one: c.give(one.service, [choice(Grain.MONTH)], BASIS),
    "withdraw": lambda c, one: c.withdraw([one.id]),
    "narrow": lambda c, one: c.narrow(one.id, choice(Grain.MONTH)),
    "pause": lambda c, _: c.pause(),
    "refuse": lambda c, _: c.refuse("k", BASIS),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_a_full_disk_refuses_was_not_decided(failing, decision):
    _, (one,) = failing.give(COACH, [choice()], BASIS)
    told = []
    failing.listen(told.append)
    before, count = rights(failing), failing.ledger.verify()
    failing.ledger.database.error = DiskFull("the disk takes nothing more")
    with pytest.raises(DiskFull):
        DECISIONS[decision](failing, one)
    failing.ledger.database.error = None
    assert rights(failing) == before
    assert failing.ledger.verify() == count
    assert told == []
    DECISIONS[decision](failing, one)
    assert failing.ledger.verify() > count


def test_what_expires_on_a_full_disk_is_shown_no_more_and_written_later(failing, clock):
    _, (one,) = failing.give(COACH, [choice(duration="P1W")], BASIS)
    failing.expire()
    clock.pass_ms(8 * DAY)
    failing.ledger.database.error = DiskFull("the disk takes nothing more")
    assert failing.expire() == {one.service}
    assert rights(failing) == {}
    assert not failing.health().ok
    failing.ledger.database.error = None
    failing.expire()
    assert failing.health().ok
    assert failing.consent(one.id).ended_ms is not None


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_ledger_that_breaks_serves_nobody(failing, decision):
    _, (one,) = failing.give(COACH, [choice()], BASIS)
    told = []
    failing.listen(told.append)
    failing.ledger.database.error = DamagedDatabase("malformed")
    with pytest.raises(ConsentError, match="damaged"):
        DECISIONS[decision](failing, one)
    failing.ledger.database.error = None
    assert rights(failing) == {}
    assert told == [{one.service}]
    assert "no service is served" in failing.health().detail
    with pytest.raises(ConsentError, match="nothing can be decided"):
        failing.give(COACH, [choice()], BASIS)


def test_a_full_disk_keeps_nothing_from_closing(failing):
    failing.expire()
    failing.ledger.database.error = DiskFull("the disk takes nothing more")
    failing.close()


# erasing


def test_what_is_erased_is_of_nobody_and_the_chain_holds(consents, house):
    service, (one,) = consents.give(COACH, [choice()], BASIS)
    other, (two,) = consents.give(COACH, [choice()], BASIS)
    with pytest.raises(ConsentError, match="still"):
        consents.erase(service.id)
    three = consents.narrow(one.id, choice(Grain.MONTH))
    consents.withdraw([three.id])
    head = consents.ledger.head
    consents.erase(service.id)
    with pytest.raises(ConsentError, match="no service"):
        consents.service(service.id)
    with pytest.raises(ConsentError, match="no consent"):
        consents.consent(one.id)
    consents.close()
    again = house()
    assert again.set_aside is None
    assert again.standing == consents.standing
    assert rights(again) == {other.id: {two.id}}
    assert again.ledger.verify(head) == 6
    erased = [entry.seq for entry in again.ledger.entries() if entry.body is None]
    assert erased == [1, 2, 5, 6]


# health


def test_health_says_how_many_hold_and_are_paused(consents):
    consents.give(COACH, [choice(), choice(purpose="Autre")], BASIS)
    consents.pause()
    assert consents.health().ok
    assert consents.health().gauges == {"live": 2, "paused": 1}


# all of it, in any order


class Household(RuleBasedStateMachine):
    """Any decisions in any order: what stands is what the ledger says, and no more."""

    given = Bundle("given")

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.ledger = Ledger.nowhere()
        self.consents = Consents(
            self.ledger, ConsentTime(self.ledger, self.clock), PARIS
        )
        self.held: dict[str, str] = {}
        self.paused: set[str] = set()
        self.ends: dict[str, int] = {}

    @rule(target=given, grain=st.sampled_from(Grain), days=st.integers(1, 30))
    def give(self, grain, days):
        _, (one,) = self.consents.give(
            COACH, [choice(grain, duration=f"P{days}D")], BASIS
        )
        self.held[one.id] = one.service
        self.ends[one.id] = one.expires_ms
        return one

    @rule(target=given, one=given, grain=st.sampled_from(Grain))
    def give_more(self, one, grain):
        line = replace(one.terms, grain=grain)
        _, (two,) = self.consents.give(one.service, [Choice(line, one.meters)], BASIS)
        same = [c for c, service in self.held.items() if service == one.service]
        for ended in same:
            del self.held[ended]
        self.held[two.id] = two.service
        self.ends[two.id] = two.expires_ms
        return two

    @rule(one=given)
    def withdraw(self, one):
        self.consents.withdraw([one.id])
        self.held.pop(one.id, None)

    @rule(target=given, one=consumes(given), grain=st.sampled_from(Grain))
    def narrow(self, one, grain):
        line = replace(one.terms, grain=grain)
        try:
            two = self.consents.narrow(one.id, Choice(line, one.meters))
        except ConsentError:
            held = one.id in self.held and self.clock.wall_ms < self.ends[one.id]
            assert not held or grain.rank < one.terms.grain.rank
            return one
        assert two.terms.within(one.terms)
        assert two.expires_ms <= one.expires_ms
        del self.held[one.id]
        self.held[two.id] = two.service
        self.ends[two.id] = two.expires_ms
        return two

    @rule(one=given, on=st.booleans())
    def pause(self, one, on):
        turn = self.consents.pause if on else self.consents.resume
        turn([one.service])
        (self.paused.add if on else self.paused.discard)(one.service)

    @rule(hours=st.integers(1, 200))
    def wait(self, hours):
        self.clock.pass_ms(hours * HOUR)
        self.consents.expire()

    @invariant()
    def what_is_held_is_what_was_decided(self):
        found = rights(self.consents)
        expected: dict[str, set[str]] = {}
        for one, service in self.held.items():
            if service not in self.paused and self.clock.wall_ms < self.ends[one]:
                expected.setdefault(service, set()).add(one)
        assert found == expected

    @invariant()
    def the_ledger_says_the_same(self):
        self.ledger.verify()
        assert stands(self.ledger.entries()) == self.consents.standing


TestHousehold = Household.TestCase


@given(st.lists(st.sampled_from(Grain), min_size=1, max_size=5))
def test_narrowing_again_and_again_never_shows_more(grains):
    ledger = Ledger.nowhere()
    consents = Consents(ledger, ConsentTime(ledger, HandClock()), PARIS)
    _, (one,) = consents.give(COACH, [choice(Grain.LIVE)], BASIS)
    finest = 0
    for grain in grains:
        try:
            one = consents.narrow(one.id, choice(grain))
        except ConsentError:
            assert grain.rank < finest
        else:
            finest = grain.rank
        (held,) = consents.grant(one.service).consents
        assert held.terms.grain.rank == finest
    ledger.close()
