"""`releve cozy`: a Cozy connected from a shell and a browser, looked at, let go."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial

import pytest

from cli import cozy, cozy_place
from edge.outputs.cozy import account as accounts
from tests.cli.test_consent_commands import House, serving
from tests.real.brokers import until
from tests.real.cozy_house import HERE, CozyHome, Server

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

GRANT = ("--grant", "electricity/energy/day/P7D", "--meter", "linky")


class CozyHouse(House):
    """A home's shell, and the service that runs behind it."""

    def __init__(self, path, server):
        super().__init__(path)
        self.server = server
        self.service = CozyHome(path, server, now_ms=self.consents.now_ms())
        self.service.open_journal()
        self.service.consents = self.consents

    def connect(self, *more, called=None, **words):
        ca = ("--ca", str(self.server.ca_file))
        typed = ("cozy", "connect", self.server.url, *ca, *(more or GRANT))
        return asyncio.to_thread(called or self.told, *typed, **words)

    async def answer(self):
        """Say yes at the Cozy, come back, and see there which Cozy it is."""
        (path,) = await until(lambda: [*(self.data / "cozy").glob("*.asked")])
        asked = accounts.asked_in(path)
        state, code = await self.server.consent(asked)
        assert await self.service.part.host(state, "s") == self.server.url
        await self.service.part.connect(state, code, "s")

    def held(self):
        consents = self.consents.standing.consents.values()
        return [one for one in consents if one.ended_ms is None]

    @property
    def left(self):
        return list((self.data / "cozy").iterdir())


@pytest.fixture
async def server(tmp_path):
    made = Server(tmp_path / "cozy")
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def house(tmp_path, server, monkeypatch):
    for module in (cozy, cozy_place):
        monkeypatch.setattr(module, "GUARD", HERE)
    monkeypatch.setattr(cozy_place, "EACH_S", 0.02)
    made = CozyHouse(tmp_path, server)
    async with running(made):
        yield made
    made.service.close()


@asynccontextmanager
async def running(house):
    with serving(house):
        async with house.service.running():
            yield


async def sent(house):
    """Return once all of the grant is there: it begins when its account is read."""
    await until(lambda: house.service.part.cozys)
    await until(lambda: house.service.cozy.health().counters["sent"] == 7)


async def test_a_cozy_that_consented_is_granted_what_was_typed_and_is_sent_it(
    house, server
):
    connecting = asyncio.create_task(house.connect(said="y\n"))
    await house.answer()
    said = await connecting
    assert "/auth/authorize?" in said
    assert server.url in said.partition("Send to")[2]
    (one,) = house.held()
    assert sorted(one.terms.channels) == ["cloud"]
    declared = house.consents.standing.services[one.service].declared
    assert (declared.leaves_home, declared.recipients) == (True, server.url)
    await sent(house)
    assert len(await server.docs()) == 7
    secrets = accounts.load(house.data, "cozy")
    for secret in (secrets.access, secrets.refresh, secrets.secret):
        assert secret not in said + house.config.read_text()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_how_a_cozy_fares_is_said(house, server, monkeypatch, language):
    def health(_config, _path):
        return {"parts": [asdict(one) for one in house.service.part.health()]}

    monkeypatch.setattr(cozy, "get", health)
    told = partial(house.told, "cozy", "status", language=language)
    assert "releve cozy connect" in await asyncio.to_thread(told)
    connecting = asyncio.create_task(house.connect(*GRANT, "--yes"))
    await house.answer()
    await connecting
    await sent(house)
    said = await asyncio.to_thread(told)
    assert "✓ cozy" in said
    assert server.url in said
    assert "7 documents" in said
    assert "linky" in said
    await server.control(revoke=True)
    counted = house.service.reads._counted  # all is to be sent anew
    house.service.reads._counted = lambda *of: counted(*of) + 1
    book = house.service.cozy._book
    book.move(-1, book.place()[1])
    house.service.cozy.changed()
    await until(lambda: not house.held())
    assert "! cozy" in await asyncio.to_thread(told)


async def test_nothing_is_granted_without_the_owners_last_yes(house, server):
    connecting = asyncio.create_task(house.connect(said="n\n", called=house.refused))
    await house.answer()
    await connecting
    assert not house.held()
    await until(lambda: not house.left)
    assert not (await server.told())["clients"]


async def test_a_consent_that_does_not_come_leaves_nothing(house, server, monkeypatch):
    monkeypatch.setattr(accounts, "ASKED_MS", 50)
    why = await house.connect(called=house.refused)
    assert "gave no consent" in why
    assert not house.left
    assert not (await server.told())["clients"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (("--grant", "electricity/live_power/live"), "before it is over"),
        (("--grant", "electricity/energy/day/P1M/rest"), "no other channel"),
        ((*GRANT, "--meter", "cellar"), "no meter is called"),
        ((*GRANT, "--name", "../up"), "no plain word"),
        ((*GRANT, "--home", "a home"), "no beginning of an id"),
    ],
)
async def test_what_can_not_be_granted_is_said_before_anybody_is_asked(
    house, server, wrong, why
):
    said = await house.connect(*wrong, "--meter", "linky", called=house.refused)
    assert why in said
    assert not (await server.told())["asked"]


async def test_a_home_that_was_restored_finds_what_it_sent_before(house, server):
    there = {"_id": "0a1b2c3d:linky:import_total_wh:2026-01-01", "by": "us"}
    there["cozyMetadata"] = {"createdByApp": "releve"}
    await server.control(put={"org.releve.electricity.day": [there]})
    connecting = asyncio.create_task(
        house.connect(*GRANT, "--home", "0a1b2c3d", "--yes")
    )
    await house.answer()
    await connecting
    await sent(house)
    assert {of.partition(":")[0] for of in await server.docs()} == {"0a1b2c3d"}


async def test_without_a_service_nobody_is_asked(tmp_path, server):
    alone = CozyHouse(tmp_path, server)
    try:
        assert "no service" in await alone.connect(called=alone.refused)
        assert not (await server.told())["asked"]
    finally:
        alone.consents.close()
        alone.service.journal.close()


async def test_this_machine_is_no_cozy(house, monkeypatch):
    monkeypatch.undo()
    assert "this machine itself" in await house.connect(called=house.refused)


@pytest.mark.parametrize(
    ("said", "left", "told"),
    [("y\n", 0, "is deleted there"), ("n\n", 7, "stays at")],
)
async def test_a_cozy_that_is_let_go_is_asked_what_becomes_of_what_it_has(
    house, server, said, left, told
):
    connecting = asyncio.create_task(house.connect(*GRANT, "--yes"))
    await house.answer()
    await connecting
    await sent(house)
    ended = await asyncio.to_thread(house.told, "cozy", "disconnect", said=said)
    assert told in ended
    assert len(await server.docs()) == left
    assert not house.held()
    assert not (await server.told())["clients"]
    await until(lambda: not house.left)


async def test_a_cozy_that_does_not_answer_is_let_go_once_it_does(
    house, server, monkeypatch
):
    connecting = asyncio.create_task(house.connect(*GRANT, "--yes"))
    await house.answer()
    await connecting
    await sent(house)
    await server.control(down=True)
    monkeypatch.setattr(cozy, "WAIT_S", 0.1)
    waits = await asyncio.to_thread(house.told, "cozy", "disconnect", "--erase")
    assert "as soon as it does" in waits
    assert not house.held()
    await server.control(down=False)
    house.service.cozy.changed()
    await until(lambda: accounts.ending(house.data, "cozy") == accounts.ERASED)
    assert not await server.docs()
    ended = await asyncio.to_thread(house.told, "cozy", "disconnect")
    assert "is deleted there" in ended
