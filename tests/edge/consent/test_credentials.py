"""Credentials: only hashes are kept; a refresh token shown twice ends its family."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from edge.consent.consents import Choice, Consents
from edge.consent.credentials import ACCESS_MS, REFRESH_MS, Credentials
from edge.consent.ledger import FILE, Ledger
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.errors import DiskFull
from edge.journal.database import SqliteDatabase
from edge.sample import HostInstant

NOW_MS = 1_800_000_000_000
TERMS = read(
    {
        "type": "releve",
        "fluid": "electricity",
        "class": "energy",
        "granularity": "day",
        "purpose": "advice",
    }
)


class StillClock:
    def now(self) -> HostInstant:
        return HostInstant(NOW_MS, 1_000_000_000, synchronised=True, boot_id="boot")


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(tmp_path / FILE)
    yield opened
    opened.close()


@pytest.fixture
def credentials(ledger) -> Credentials:
    return Credentials(ledger)


def test_a_token_says_whose_it_is_until_it_expires(credentials):
    tokens = credentials.issue("s1", NOW_MS)
    assert tokens.expires_s == 3600
    assert credentials.service_of(tokens.access, NOW_MS) == "s1"
    assert credentials.service_of(tokens.access, NOW_MS + ACCESS_MS - 1) == "s1"
    assert credentials.service_of(tokens.access, NOW_MS + ACCESS_MS) is None


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "A" * 64, "é" * 43, "\udcff" * 43, "A" * 100_000]
)
def test_what_was_never_issued_is_nobodys(credentials, token):
    credentials.issue("s1", NOW_MS)
    assert credentials.service_of(token, NOW_MS) is None
    assert credentials.refresh(token, NOW_MS) is None
    assert credentials.revoke(token) is None


def test_a_token_of_one_kind_does_not_do_for_the_other(credentials):
    tokens = credentials.issue("s1", NOW_MS)
    assert credentials.service_of(tokens.refresh, NOW_MS) is None
    assert credentials.refresh(tokens.access, NOW_MS) is None
    assert credentials.service_of(tokens.access, NOW_MS) == "s1"


def test_tokens_are_256_random_bits_and_the_file_has_only_hashes(credentials, tmp_path):
    made = [credentials.issue("s1", NOW_MS) for _ in range(50)]
    made_long = credentials.issue_long("s1")
    texts = {one.access for one in made} | {one.refresh for one in made} | {made_long}
    assert len(texts) == 101
    assert all(len(one.access) == 43 and len(one.refresh) == 64 for one in made)
    assert "access" not in repr(made[0]) or made[0].access not in repr(made[0])
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    for text in texts:
        assert not any(text.encode() in content for content in files)
    hashed = hashlib.sha256(made_long.encode()).digest()
    assert any(hashed in content for content in files)


def test_refreshing_gives_a_new_pair_and_ends_the_one_before(credentials):
    first = credentials.issue("s1", NOW_MS)
    second = credentials.refresh(first.refresh, NOW_MS + 1)
    assert second is not None
    assert credentials.service_of(second.access, NOW_MS + 1) == "s1"
    assert credentials.service_of(first.access, NOW_MS + 1) is None


def test_a_refresh_token_shown_twice_ends_its_family_and_no_other(credentials):
    other = credentials.issue("s1", NOW_MS)
    first = credentials.issue("s1", NOW_MS)
    second = credentials.refresh(first.refresh, NOW_MS)
    third = credentials.refresh(second.refresh, NOW_MS)
    assert credentials.refresh(first.refresh, NOW_MS) is None
    assert credentials.service_of(third.access, NOW_MS) is None
    assert credentials.refresh(third.refresh, NOW_MS) is None
    assert credentials.service_of(other.access, NOW_MS) == "s1"


def test_however_often_it_was_refreshed_since_reuse_is_known(credentials, ledger):
    stolen = credentials.issue("s1", NOW_MS)
    latest = stolen
    for n in range(100):
        latest = credentials.refresh(latest.refresh, NOW_MS + n)
    (kept,) = ledger.database.execute("SELECT count(*) FROM credential")[0]
    assert kept == 2  # the disk doesn't fill with what was used
    assert credentials.refresh(stolen.refresh, NOW_MS + 101) is None
    assert credentials.service_of(latest.access, NOW_MS + 101) is None


def test_a_family_that_ended_stays_so_after_a_restart(credentials, ledger):
    first = credentials.issue("s1", NOW_MS)
    second = credentials.refresh(first.refresh, NOW_MS)
    credentials.refresh(first.refresh, NOW_MS)
    again = Credentials(ledger)
    assert again.service_of(second.access, NOW_MS) is None
    assert again.refresh(second.refresh, NOW_MS) is None


def test_of_many_refreshes_at_once_one_wins_at_most_and_the_family_ends(credentials):
    for _ in range(20):
        first = credentials.issue("s1", NOW_MS)
        start = Barrier(4)

        def race(first=first, start=start):
            start.wait()
            return credentials.refresh(first.refresh, NOW_MS)

        with ThreadPoolExecutor(4) as pool:
            won = [job.result() for job in [pool.submit(race) for _ in range(4)]]
        pairs = [pair for pair in won if pair is not None]
        assert len(pairs) == 1
        assert credentials.service_of(pairs[0].access, NOW_MS) is None
        assert credentials.refresh(pairs[0].refresh, NOW_MS) is None


def test_a_refresh_token_lasts_90_days_from_the_last_refresh(credentials):
    first = credentials.issue("s1", NOW_MS)
    second = credentials.refresh(first.refresh, NOW_MS + REFRESH_MS - 1)
    assert second is not None
    late_ms = NOW_MS + 2 * REFRESH_MS
    assert credentials.refresh(second.refresh, late_ms) is None


def test_tokens_are_kept_over_a_restart(credentials, ledger):
    tokens, long = credentials.issue("s1", NOW_MS), credentials.issue_long("s2")
    again = Credentials(ledger)
    assert again.service_of(tokens.access, NOW_MS) == "s1"
    assert again.refresh(tokens.refresh, NOW_MS) is not None
    assert again.service_of(long, NOW_MS + 40 * REFRESH_MS) == "s2"


def test_revoking_either_token_ends_both(credentials):
    first, second = (credentials.issue("s1", NOW_MS) for _ in range(2))
    assert credentials.revoke(first.access) == "s1"
    assert credentials.revoke(second.refresh) == "s1"
    for tokens in (first, second):
        assert credentials.service_of(tokens.access, NOW_MS) is None
        assert credentials.refresh(tokens.refresh, NOW_MS) is None


def test_a_full_disk_ends_no_less(tmp_path):
    class Fills(SqliteDatabase):
        full = False

        def execute(self, sql, parameters=()):
            if self.full and sql.startswith("DELETE"):
                raise DiskFull("the disk takes nothing more")
            return super().execute(sql, parameters)

    ledger = Ledger(tmp_path / FILE, Fills)
    credentials = Credentials(ledger)
    tokens = credentials.issue("s1", NOW_MS)
    Fills.full = True
    credentials.end("s1")
    assert credentials.service_of(tokens.access, NOW_MS) is None
    Fills.full = False
    credentials.end("s1")
    assert Credentials(ledger).service_of(tokens.access, NOW_MS) is None
    ledger.close()


@pytest.fixture
def consents(tmp_path):
    opened = Consents.open(tmp_path, StillClock(), ZoneInfo("Europe/Paris"))
    yield opened
    opened.close()


def given(consents: Consents):
    who = Declared("Coach", "Coach SAS", "contact@coach.example")
    return consents.give(who, [Choice(TERMS, frozenset({"linky"}))], {})


def test_a_withdrawal_waits_for_no_disk_of_the_tokens(consents, monkeypatch):
    credentials = Credentials(consents.ledger).follow(consents)
    service, (consent,) = given(consents)
    long = credentials.issue_long(service.id)
    told = []
    credentials.listen(told.append)
    writing = consents.ledger.writing
    writings = []

    def counted():
        writings.append(1)
        return writing()

    monkeypatch.setattr(consents.ledger, "writing", counted)
    consents.withdraw([consent.id])
    assert len(writings) == 1  # the decision itself
    assert credentials.service_of(long, NOW_MS) is None
    assert told == [{service.id}]
    credentials.settle()
    credentials.settle()
    assert len(writings) == 2
    assert not consents.ledger.database.execute("SELECT * FROM credential")


def test_a_service_that_holds_nothing_any_more_has_no_token_either(consents):
    credentials = Credentials(consents.ledger)
    credentials.follow(consents)
    service, (consent,) = given(consents)
    long = credentials.issue_long(service.id)
    tokens = credentials.issue(service.id, NOW_MS)
    consents.pause()
    assert credentials.service_of(long, NOW_MS) == service.id
    consents.resume()
    consents.withdraw([consent.id])
    assert credentials.service_of(long, NOW_MS) is None
    assert credentials.refresh(tokens.refresh, NOW_MS) is None
    consents.give(service.id, [Choice(TERMS, frozenset({"linky"}))], {})
    assert credentials.service_of(long, NOW_MS) is None


def test_a_withdrawal_that_a_crash_cut_short_is_finished_at_the_start(consents):
    service, (consent,) = given(consents)
    long = Credentials(consents.ledger).issue_long(service.id)
    consents.withdraw([consent.id])  # with nobody listening
    credentials = Credentials(consents.ledger)
    assert credentials.service_of(long, NOW_MS) == service.id
    credentials.follow(consents)
    assert credentials.service_of(long, NOW_MS) is None
    credentials.settle()
    assert Credentials(consents.ledger).service_of(long, NOW_MS) is None
