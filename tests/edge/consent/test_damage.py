"""A ledger that is damaged: the home starts, says so, and no service sees anything."""

import asyncio
import stat
from contextlib import suppress
from enum import StrEnum

import pytest
from consent_house import BASIS, COACH, DAY, PARIS, HandClock, choice, rights
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.config import Config, JournalConfig, MeterConfig
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.ledger import FILE, Ledger
from edge.consent.part import judge
from edge.consent.terms import Grain
from edge.errors import ConsentError
from edge.event import EventKind
from edge.host import HostClock
from edge.service.hub import Hub


@pytest.fixture
def given_once(house):
    """Give a closed house that had granted one thing to one service."""
    consents = house()
    _, (one,) = consents.give(COACH, [choice()], BASIS)
    consents.close()
    return one


RUBBISH = {
    "no database": b"no database" * 1000,
    "a header alone": b"SQLite format 3\x00",
    "zeros": bytes(8192),
}


@pytest.mark.parametrize("content", RUBBISH.values(), ids=RUBBISH)
@pytest.mark.usefixtures("given_once")
def test_what_is_no_database_is_set_aside(house, tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    consents = house()
    assert rights(consents) == {}
    assert consents.set_aside.read_bytes() == content
    assert not consents.health().ok
    assert consents.set_aside.name in consents.health().detail
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_home_goes_on_with_a_new_ledger(given_once, house, tmp_path):
    (tmp_path / FILE).write_bytes(b"no database")
    service, (one,) = house().give(COACH, [choice()], BASIS)
    again = house()
    assert rights(again) == {service.id: {one.id}}
    assert again.set_aside is None
    assert again.health().ok
    assert given_once.service not in again.standing.services


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET at_ms = at_ms + 1 WHERE seq = 2",
        "UPDATE entry SET body = replace(body, 'day', 'live') WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 1",
        "DROP TABLE entry",
        "DROP TABLE seen",
        "DROP TABLE credential",
        "DROP TABLE reading",
        "ALTER TABLE entry RENAME COLUMN digest TO other",
        "UPDATE entry SET body = CAST(x'ff' AS TEXT) WHERE seq = 2",
        "INSERT INTO credential VALUES (x'00', CAST(x'ff' AS TEXT), 'access', 1, 1, 1)",
        "PRAGMA application_id=7",
    ],
)
@pytest.mark.usefixtures("given_once")
def test_what_was_changed_is_set_aside(house, tmp_path, sql):
    ledger = Ledger(tmp_path / FILE)
    ledger.database.execute(sql)
    ledger.close()
    consents = house()
    assert rights(consents) == {}
    assert consents.set_aside is not None


def test_an_act_that_nobody_knows_is_no_ledger_of_ours(given_once, house, tmp_path):
    ledger = Ledger(tmp_path / FILE)
    ledger.append(0, [(Unknown("promoted"), {"consent": {"id": given_once.id}})])
    ledger.close()
    consents = house()
    assert rights(consents) == {}
    assert consents.set_aside is not None


class Unknown(StrEnum):
    PROMOTED = "promoted"


@pytest.mark.usefixtures("given_once")
def test_a_ledger_of_a_newer_version_is_left_as_it_is_and_serves_nobody(
    house, tmp_path
):
    ledger = Ledger(tmp_path / FILE)
    ledger.database.execute("PRAGMA user_version=99")
    ledger.close()
    before = (tmp_path / FILE).read_bytes()
    consents = house()
    consents.expire()
    assert rights(consents) == {}
    assert consents.set_aside is None
    assert "newer" in consents.health().detail
    for decide in (
        lambda: consents.give(COACH, [choice()], BASIS),
        lambda: consents.refuse("k", BASIS),
    ):
        with pytest.raises(ConsentError, match="nothing can be decided"):
            decide()
    consents.close()
    assert (tmp_path / FILE).read_bytes() == before


def test_a_place_that_takes_no_file_serves_nobody(house, tmp_path):
    consents = house(tmp_path / "nowhere")
    assert rights(consents) == {}
    assert not consents.health().ok


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Give a closed ledger's bytes, and what stands in it."""
    directory = tmp_path_factory.mktemp("kept")
    consents = Consents.open(directory, HandClock(), PARIS)
    _, (one, two) = consents.give(
        COACH, [choice(), choice(Grain.MIN30, purpose="Autre")], BASIS
    )
    other, _ = consents.give(COACH, [choice()], BASIS)
    consents.withdraw([two.id])
    consents.pause([other.id])
    Credentials(consents.ledger).issue_long(one.service)
    consents.time.note(force=True)
    consents.close()
    return lambda: ((directory / FILE).read_bytes(), one, consents.standing)


@settings(max_examples=60)
@example(flips=[(28087, 128)])  # SQLite's own words about it are no text then
@given(
    flips=st.lists(
        st.tuples(st.integers(0, 1 << 17), st.integers(1, 255)), min_size=1, max_size=3
    )
)
def test_no_byte_that_is_changed_gives_a_right_or_keeps_a_home_from_starting(
    tmp_path_factory, kept, flips
):
    directory = tmp_path_factory.mktemp("home")
    whole, one, before = kept()
    content = bytearray(whole)
    for place, flip in flips:
        content[place % len(content)] ^= flip
    (directory / FILE).write_bytes(bytes(content))
    consents = Consents.open(directory, HandClock(), PARIS)
    try:
        Credentials(consents.ledger).follow(consents)
        held = rights(consents)
        assert held in ({}, {one.service: {one.id}})
        if held:
            assert consents.standing == before
        consents.expire()
    finally:
        consents.ledger.close()


@settings(max_examples=30)
@given(size=st.integers(0, 1 << 17))
def test_a_file_that_was_cut_gives_no_more_than_it_did(tmp_path_factory, kept, size):
    directory = tmp_path_factory.mktemp("home")
    whole, one, _ = kept()
    (directory / FILE).write_bytes(whole[: size % len(whole)])
    consents = Consents.open(directory, HandClock(), PARIS)
    assert rights(consents) in ({}, {one.service: {one.id}})
    consents.close()


# the home around it


@pytest.fixture
def config(tmp_path):
    return Config(
        data_dir=tmp_path,
        journal=JournalConfig(commit_seconds=300),
        meters=(MeterConfig(id="linky", port="/dev/null"),),
    )


async def test_a_home_whose_ledger_is_damaged_starts_and_says_so(
    given_once, config, tmp_path
):
    (tmp_path / FILE).write_bytes(b"no database")
    hub = Hub.open(config, HostClock(trust=True), ("linky",))
    try:
        await hub.journal.commit()
        events = [record.body for record in hub.journal.read()]
        (event,) = [one for one in events if one.kind is EventKind.STORE]
        assert event.detail["set_aside"] == hub.consents.set_aside.name
        (part,) = [one for one in hub.health().parts if one.name == "consent"]
        assert not part.ok
        assert hub.consents.grant(given_once.service) is None
    finally:
        hub.close()


async def test_a_home_keeps_what_it_granted(given_once, config):
    hub = Hub.open(config, HostClock(trust=True), ("linky",))
    try:
        assert rights(hub.consents) == {given_once.service: {given_once.id}}
        (part,) = [one for one in hub.health().parts if one.name == "consent"]
        assert part.ok
    finally:
        hub.close()


async def test_time_does_its_work_while_the_service_runs(consents, clock, monkeypatch):
    monkeypatch.setattr("edge.consent.part.EACH_S", 0.0)
    _, (one,) = consents.give(COACH, [choice(duration="P1W")], BASIS)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    consents.listen(lambda _services: loop.call_soon_threadsafe(ended.set))
    part = asyncio.create_task(judge(consents, Credentials(consents.ledger)))
    try:
        clock.pass_ms(8 * DAY)
        async with asyncio.timeout(60):
            await ended.wait()
        assert rights(consents) == {}
        assert one.ended_ms is None
    finally:
        part.cancel()
        with suppress(asyncio.CancelledError):
            await part
