"""Pending requests: unseen until their code is typed, few, and never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from edge.consent.asking import (
    ALL,
    CODE_LETTERS,
    EACH,
    INTERVAL_S,
    LASTS_S,
    LETTERS,
    TRIES_ALL,
    TRIES_EACH,
    Asking,
    Poll,
    Request,
    TooMany,
)
from edge.consent.consents import REFUSED_MS, Choice, Consents
from edge.consent.period import Period
from edge.consent.records import Declared
from edge.consent.terms import Grain, read
from edge.errors import ConsentError, DiskFull
from edge.sample import HostInstant

NOW_MS = 1_800_000_000_000
COACH = Declared("Coach", "Coach SAS", "contact@coach.example")
TERMS = read(
    {
        "type": "releve",
        "fluid": "electricity",
        "class": "energy",
        "granularity": "day",
        "purpose": "advice",
    }
)
ASKED = Request("coach", COACH, (TERMS,))
LINKY = frozenset({"linky"})


@dataclass
class Clock:
    """Both clocks, moved by hand."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def now(self) -> HostInstant:
        passed_ms = int((self.now_s - 1000) * 1000)
        return HostInstant(
            NOW_MS + passed_ms,
            int(self.now_s * 1e9),
            synchronised=True,
            boot_id="boot",
        )


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def consents(tmp_path, clock):
    opened = Consents.open(tmp_path, clock, ZoneInfo("Europe/Paris"))
    yield opened
    opened.close()


@pytest.fixture
def asking(consents, clock):
    return Asking(consents, clock)


def test_a_request_is_seen_when_its_code_is_typed_however_it_is_typed(asking):
    codes = asking.ask(ASKED, "peer")
    seen = asking.by_code(codes.user, "owner")
    assert seen is not None
    assert seen.request == ASKED
    for typed in (codes.user.lower(), codes.user.replace("-", " "), f" {codes.user} "):
        assert asking.by_code(typed, "owner") == seen


def test_codes_have_the_bits_that_they_should(asking):
    assert len(set(LETTERS)) ** CODE_LETTERS >= 1 << 40
    assert not set(LETTERS) & set("AEIOUY0123456789")
    codes = asking.ask(ASKED, "peer")
    assert len(codes.user.replace("-", "")) == CODE_LETTERS
    assert len(codes.device) == 43
    assert codes.device not in repr(codes)
    assert codes.user not in repr(codes)


def test_unknown_expired_answered_and_refused_codes_are_one_to_who_types(asking, clock):
    expired, refused, approved = (asking.ask(ASKED, f"peer{n}") for n in range(3))
    seen = asking.by_code(approved.user, "owner")
    asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    seen = asking.by_code(refused.user, "owner")
    asking.refuse(seen.id, seen.digest)
    held = asking.ask(ASKED, "peer4")
    clock.now_s += LASTS_S - 1
    late = asking.ask(replace(ASKED, client="other"), "peer5")
    clock.now_s += 1
    for n, code in enumerate((expired, refused, approved, held)):
        assert asking.by_code(code.user, f"o{n}") is None
    assert asking.by_code("BCDFG-HJKLM", "owner") is None
    assert asking.by_code(late.user, "owner") is not None


@pytest.mark.parametrize(
    "typed", ["", "-", "ß" * 10, "\0" * 9, "B" * 100_000, "\udcff"]
)
def test_no_text_breaks_it(asking, typed):
    asking.ask(ASKED, "peer")
    assert asking.by_code(typed, "owner") is None


def test_after_five_wrong_codes_of_an_address_even_the_right_one_is_not_known(
    asking, clock
):
    codes = asking.ask(ASKED, "peer")
    for _ in range(TRIES_EACH):
        assert asking.by_code("BCDFG-HJKLM", "guesser") is None
    assert asking.by_code(codes.user, "guesser") is None
    assert asking.by_code(codes.user, "owner") is not None
    clock.now_s += LASTS_S
    fresh = asking.ask(ASKED, "peer")
    assert asking.by_code(fresh.user, "guesser") is not None


def test_a_crowd_of_addresses_guesses_no_more_than_so_often(asking):
    codes = asking.ask(ASKED, "peer")
    for n in range(TRIES_ALL * 10):
        asking.by_code("BCDFG-HJKLM", f"guesser{n}")
    assert len(asking._wrong) == TRIES_ALL
    assert asking.by_code(codes.user, "another") is None


def test_an_address_has_so_many_requests_and_everyone_so_many(asking, clock):
    for _ in range(EACH):
        asking.ask(ASKED, "greedy")
    with pytest.raises(TooMany) as own:
        asking.ask(ASKED, "greedy")
    for n in range(ALL - EACH):
        asking.ask(ASKED, f"peer{n}")
    with pytest.raises(TooMany) as everyones:
        asking.ask(ASKED, "peer")
    assert str(own.value) == str(everyones.value)
    clock.now_s += LASTS_S
    asking.ask(ASKED, "greedy")
    clock.now_s += LASTS_S
    asking.ask(ASKED, "greedy")
    assert len(asking._waiting) <= 2


def test_polling_waits_for_the_household_then_gives_the_service_once(asking, clock):
    codes = asking.ask(ASKED, "peer")
    assert asking.poll(codes.device, "coach") == (Poll.PENDING, None)
    seen = asking.by_code(codes.user, "owner")
    service, (consent,) = asking.approve(
        seen.id, seen.digest, [Choice(TERMS, LINKY)], {"way": "page"}
    )
    assert consent.terms == TERMS
    clock.now_s += INTERVAL_S
    assert asking.poll(codes.device, "coach") == (Poll.APPROVED, service.id)
    clock.now_s += INTERVAL_S
    assert asking.poll(codes.device, "coach") == (Poll.UNKNOWN, None)
    asking.give_back(codes.device)
    clock.now_s += INTERVAL_S
    assert asking.poll(codes.device, "coach") == (Poll.APPROVED, service.id)


def test_of_two_polls_at_once_one_gets_it(asking):
    codes = asking.ask(ASKED, "peer")
    seen = asking.by_code(codes.user, "owner")
    asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    start = Barrier(4)

    def race():
        start.wait()
        return asking.poll(codes.device, "coach")[0]

    with ThreadPoolExecutor(4) as pool:
        got = [job.result() for job in [pool.submit(race) for _ in range(4)]]
    assert got.count(Poll.APPROVED) == 1


def test_polling_too_fast_is_told_to_slow_down_each_time_more(asking, clock):
    codes = asking.ask(ASKED, "peer")
    said = []
    for wait_s in (0, 1, INTERVAL_S, 2 * INTERVAL_S, 4 * INTERVAL_S):
        clock.now_s += wait_s
        said.append(asking.poll(codes.device, "coach")[0])
    slow = Poll.SLOW_DOWN
    assert said == [Poll.PENDING, slow, slow, slow, Poll.PENDING]


def test_a_device_code_is_worth_nothing_to_another_client_or_after_its_time(
    asking, clock
):
    codes = asking.ask(ASKED, "peer")
    assert asking.poll(codes.device, "thief") == asking.poll("A" * 43, "thief")
    assert asking.poll(codes.device, "thief") == (Poll.UNKNOWN, None)
    clock.now_s += LASTS_S
    assert asking.poll(codes.device, "thief") == (Poll.UNKNOWN, None)
    assert asking.poll(codes.device, "coach") == (Poll.EXPIRED, None)
    clock.now_s += LASTS_S
    assert asking.poll(codes.device, "coach") == (Poll.UNKNOWN, None)


def test_who_is_approved_in_the_last_second_has_time_to_hear_of_it(asking, clock):
    codes = asking.ask(ASKED, "peer")
    clock.now_s += LASTS_S - 1
    seen = asking.by_code(codes.user, "owner")
    asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    clock.now_s += 60
    assert asking.poll(codes.device, "coach")[0] is Poll.APPROVED


@pytest.mark.parametrize(
    "changed",
    [
        {"client": "other"},
        {"declared": replace(COACH, contact="other@coach.example")},
        {"terms": (replace(TERMS, purpose="adverts"),)},
        {"terms": (replace(TERMS, grain=Grain.HOUR),)},
        {"service": "s1"},
        {},
    ],
)
def test_what_is_approved_is_what_was_shown(asking, consents, changed):
    shown = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    other = asking.by_code(asking.ask(replace(ASKED, **changed), "peer").user, "owner")
    assert shown.digest != other.digest
    for digest in (shown.digest, "", "é"):
        with pytest.raises(ConsentError):
            asking.approve(other.id, digest, [Choice(TERMS, LINKY)], {})
        with pytest.raises(ConsentError):
            asking.refuse(other.id, digest)
    assert not consents.standing.services


def test_a_digest_stands_for_all_that_is_shown(asking, monkeypatch):
    monkeypatch.setattr(
        "edge.consent.asking.secrets.token_urlsafe", lambda bytes_: "A" * bytes_
    )

    def digest(request: Request) -> str:
        asking._waiting.clear()
        asking.ask(request, "peer")
        (one,) = asking._waiting.values()
        return one.pending.digest

    changes = [
        {},
        {"client": "other"},
        {"service": "s1"},
        {"terms": (replace(TERMS, duration=Period(1, 0)),)},
        {"terms": (TERMS, replace(TERMS, purpose="other"))},
        {"declared": replace(COACH, outside_eu=True)},
        {"declared": replace(COACH, recipients="others")},
    ]
    digests = [digest(replace(ASKED, **change)) for change in changes]
    assert len(set(digests)) == len(changes)
    assert digest(ASKED) == digests[0]


def test_what_was_shown_can_not_be_approved_after_its_time(asking, consents, clock):
    seen = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    clock.now_s += LASTS_S
    with pytest.raises(ConsentError):
        asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    with pytest.raises(ConsentError):
        asking.refuse(seen.id, seen.digest)
    assert not consents.standing.services


@pytest.mark.parametrize(
    "chosen",
    [
        [],
        [Choice(TERMS, frozenset())],
        [Choice(replace(TERMS, grain=Grain.HOUR), LINKY)],
        [Choice(replace(TERMS, history=Period(24, 0)), LINKY)],
        [Choice(replace(TERMS, purpose="adverts"), LINKY)],
        [Choice(TERMS, LINKY), Choice(replace(TERMS, grain=Grain.MONTH), LINKY)],
    ],
)
def test_the_household_may_narrow_and_never_widen(asking, consents, chosen):
    seen = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    with pytest.raises(ConsentError):
        asking.approve(seen.id, seen.digest, chosen, {})
    assert not consents.standing.services
    narrow = Choice(replace(TERMS, grain=Grain.MONTH), LINKY)
    _, (consent,) = asking.approve(seen.id, seen.digest, [narrow], {})
    assert consent.terms.grain is Grain.MONTH


def test_a_request_is_decided_once(asking, consents):
    seen = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    start = Barrier(4)

    def race():
        start.wait()
        try:
            asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
        except ConsentError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        got = [job.result() for job in [pool.submit(race) for _ in range(4)]]
    assert got.count(True) == 1
    assert len(consents.standing.services) == 1
    with pytest.raises(ConsentError):
        asking.refuse(seen.id, seen.digest)


def test_a_decision_that_the_disk_did_not_take_can_be_taken_again(
    asking, consents, monkeypatch
):
    codes = asking.ask(ASKED, "peer")
    seen = asking.by_code(codes.user, "owner")

    def full(*_):
        raise DiskFull("the disk takes nothing more")

    with monkeypatch.context() as patched:
        patched.setattr(consents.ledger, "append", full)
        for decide in (
            lambda: asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {}),
            lambda: asking.refuse(seen.id, seen.digest),
        ):
            with pytest.raises(DiskFull):
                decide()
            assert asking.by_code(codes.user, "owner") == seen
    asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})


def test_a_refusal_holds_thirty_days_and_answers_as_a_household_would(asking, clock):
    codes = asking.ask(ASKED, "peer")
    seen = asking.by_code(codes.user, "owner")
    asking.refuse(seen.id, seen.digest)
    assert asking.poll(codes.device, "coach")[0] is Poll.DENIED
    clock.now_s += REFUSED_MS / 1000 - LASTS_S
    again = asking.ask(ASKED, "peer")
    assert asking.by_code(again.user, "owner") is None  # nobody is asked twice
    assert asking.poll(again.device, "coach")[0] is Poll.PENDING
    clock.now_s += 60
    assert asking.poll(again.device, "coach")[0] is Poll.DENIED
    other = asking.ask(replace(ASKED, client="other"), "peer")
    assert asking.by_code(other.user, "owner") is not None
    clock.now_s += LASTS_S
    later = asking.ask(ASKED, "peer")
    assert asking.by_code(later.user, "owner") is not None


def test_a_service_that_asks_for_more_gets_it_beside_what_it_has(asking):
    seen = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    service, _ = asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    more = replace(TERMS, purpose="comparison")
    codes = asking.ask(Request("coach", COACH, (more,), service.id), "peer")
    seen = asking.by_code(codes.user, "owner")
    again, (consent,) = asking.approve(
        seen.id, seen.digest, [Choice(more, frozenset({"garage"}))], {}
    )
    assert again.id == service.id
    grant = asking.consents.grant(service.id)
    assert {one.terms.purpose for one in grant.consents} == {"advice", "comparison"}
    assert consent.meters == {"garage"}


def test_a_service_refused_more_may_not_ask_under_another_name(asking):
    seen = asking.by_code(asking.ask(ASKED, "peer").user, "owner")
    service, _ = asking.approve(seen.id, seen.digest, [Choice(TERMS, LINKY)], {})
    more = Request("coach", COACH, (TERMS,), service.id)
    seen = asking.by_code(asking.ask(more, "peer").user, "owner")
    asking.refuse(seen.id, seen.digest)
    renamed = asking.ask(replace(more, client="other"), "peer")
    assert asking.by_code(renamed.user, "owner") is None


def test_what_nobody_asked_by_is_given_back_to_nobody(asking):
    codes = asking.ask(ASKED, "peer")
    asking.give_back("another's")
    assert asking.poll(codes.device, "coach") == (Poll.PENDING, None)
