"""A home that was lived in is handed over: nothing of it is left, nobody gets in.

Three fluids, a service with its token and its MQTT login, a writer, owner's tokens, a
backup, a dropped file, an open network; the service runs all the while.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import ssl
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from api.owner_tokens import add
from cli.lan import set_open
from cli.main import app
from edge.backup import backup
from edge.broker.address import Address, Login
from edge.broker.connection import Connection
from edge.broker.parts import owner_login
from edge.config import load_config
from edge.decisions import AddWriter, CreateService
from edge.errors import BrokerError
from edge.journal.file import wall_ms
from edge.journal.leaving import HANDED
from edge.portability.sealed import opened
from edge.sample import millis
from edge.service.control import ask
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real.brokers import MOSQUITTO, until
from tests.real.erased_house import contents
from tests.real.home import free_port
from tests.real.test_consent_cli import House

PLACE = Path(__file__).parents[1] / "edge"
sys.path[:0] = [str(PLACE / "importing"), str(PLACE / "portability")]  # no packages

from packed_house import SERIAL, PackedHouse  # noqa: E402 - found by the path above

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

PHRASE = "four words nobody guesses"
PRM, PCE = "01234567890123", "21098765432104"
FILE = "the-curve-of-spring.csv"
SPRING = millis(datetime(2026, 4, 1, tzinfo=ZoneInfo("Europe/Paris")))
SHOP = {"name": "Coach Durand", "controller": "Durand", "contact": "durand@example.org"}
ENERGY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "conseil",
    "channels": ["rest", "mqtt"],
}
METERS = f"""
identifier = "{PRM}"
[mqtt]
url = "managed"
listen = "127.0.0.1:{{mqtt}}"
[lan]
open = true
name = "chez-dupont"
https = "127.0.0.1:{{https}}"
mqtt = "127.0.0.1:{{mqtts}}"
[[meters]]
id = "gas"
kind = "gazpar"
identifier = "{PCE}"
[[meters]]
id = "water"
kind = "water"
"""


class Lived(House):
    """A home of three fluids, with all that a household brings into it."""

    def __init__(self, path):
        super().__init__(path)
        self.ports = {one: free_port() for one in ("mqtt", "https", "mqtts")}
        with self.config.open("a") as file:
            file.write(METERS.format(**self.ports).lstrip())
        self.phrase, self.stick = path / "phrase", path / "stick"
        self.phrase.write_text(f"{PHRASE}\n")
        self.stick.mkdir()

    async def fill(self):
        lived = PackedHouse(self.data)
        await lived.live(halves=480, first_ms=SPRING)
        lived.close()

    def furnish(self):
        """Let a service in, a writer and a program; back up; drop a file."""
        made = ask(self.data, CreateService(SHOP, [ENERGY], ["linky"], "fr"))
        self.token, self.ids = made["token"], [made["service"], *made["consents"]]
        made = ask(self.data, AddWriter("garage", "water"))
        self.writer = made["token"]
        _, self.named = add(self.data, "tablette de Paul", 365, wall_ms())
        self.owner = (self.data / "owner.token").read_text().strip()
        (self.data / "backups").mkdir(exist_ok=True)
        backup(self.data, self.data / "backups" / "releve-1.tar.gz")
        refused = self.data / "import" / "refused"
        refused.mkdir(parents=True, exist_ok=True)
        (refused / FILE).write_text(f"{FILE}: nothing that was understood\n")

    @property
    def tokens(self):
        return [self.token, self.named, self.owner, self.writer]

    @property
    def login(self):
        """Give what the service comes in with, by MQTT; None while it isn't made."""
        for path in (self.data / "broker" / "services").glob("*.json"):
            kept = json.loads(path.read_bytes())
            return Login(kept["user"], kept["password"])
        return None

    def secrets(self):
        """Give all that tells the old home from another, or opens its doors."""
        found = [*self.ids, self.login.user, self.login.password, self.owner]
        found += [path.read_text() for path in self.data.rglob("*.password")]
        found += ["Coach Durand", "garage", "tablette de Paul", FILE, SERIAL]
        keys = ("lan/authority.pem", "lan/server.pem")
        found += [(self.data / one).read_text().splitlines()[2] for one in keys]
        hashes = [hashlib.sha256(one.encode()) for one in self.tokens]
        kept = {one.strip().encode() for one in found}
        kept |= {hashes[0].digest(), *(one.hexdigest().encode() for one in hashes[1:])}
        return kept - {hashes[2].hexdigest().encode()}  # it stands there in clear

    def leave(self, *words, code=0):
        given = ("--keep-export", self.stick, "--passphrase-file", self.phrase)
        return self.type("handover", "--yes", *map(str, given), *words, code=code)

    @property
    def pack(self):
        (found,) = self.stick.glob("*.releve")
        return found

    @property
    def receipt(self):
        (found,) = self.stick.glob("*.receipt.json")
        return json.loads(found.read_text())


@pytest.fixture
async def home(tmp_path):
    home = Lived(tmp_path)
    await home.fill()
    line = PtyLine(
        VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000),
        link=home.tic,
    )
    speaking = asyncio.create_task(line.run())
    yield home
    home.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def enters(port, login, client_id=None):
    address = Address("127.0.0.1", port)
    try:
        connection = await Connection.open(address, login, client_id or login.user)
    except BrokerError:
        return False
    await connection.close()
    return True


def rows(pack):
    """Give the readings of a pack, each as it is told."""
    with pack.open("rb") as file:
        whole = b"".join(opened(file, PHRASE))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return sorted(archive.read("readings.csv").splitlines())


def found(directory, needles):
    """Give those that any file of a directory holds."""
    there = set()
    for path in directory.rglob("*"):
        if path.is_file():
            texts = contents(path)
            there |= {one for one in needles if any(one in some for some in texts)}
    return there


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto")
async def test_a_home_that_is_handed_over_is_nowhere_and_the_next_is_another(
    home, tmp_path
):
    await asyncio.to_thread(home.begin)
    await asyncio.to_thread(home.furnish)
    login, mqtt = await until(lambda: home.login), home.ports["mqtt"]
    await until_so(lambda: enters(mqtt, login))
    await home.until("/api/v1/meters/linky/latest", lambda said: said["values"])
    https = ("127.0.0.1", home.ports["https"])
    shown = ssl.get_server_certificate(https)
    secrets = home.secrets()
    assert found(home.data, secrets) == secrets

    said = await asyncio.to_thread(home.leave)
    assert "Handed over." in said
    assert {path.name for path in home.data.iterdir()} == {"lock", HANDED}
    assert home.process.wait(30) == 0, "the service ended by itself"
    told = (home.config.read_text() + json.dumps(home.receipt)).encode()
    named = {PRM.encode(), PCE.encode(), b"chez-dupont"}
    assert not [one for one in secrets | named if one in told]
    taken_back = {**home.receipt["taken_back"], "at": ""}
    assert taken_back == {"at": "", "consents": 1, "services": 1, "writers": 1}
    assert home.receipt["erased"]

    # the same machine, a new household
    set_open(home.config, opened=True)
    await asyncio.to_thread(home.begin)
    await home.until("/api/v1/meters/linky/latest", lambda said: said["values"])
    assert {home.ask("/api/v1/meters", one) for one in home.tokens} == {401}
    await until((home.data / "broker" / "mosquitto.pid").exists)
    ours = owner_login(load_config(home.config))
    await until_so(lambda: enters(mqtt, ours.login, ours.client_id))
    assert not await enters(mqtt, login)
    assert await asyncio.to_thread(ssl.get_server_certificate, https) != shown
    assert found(home.data, secrets) == set()
    assert home.stop()[0] == 0

    # another home, the same household
    (tmp_path / "new").mkdir()
    new, again = Lived(tmp_path / "new"), tmp_path / "again.releve"
    for words in (("import", home.pack), ("export", again)):
        typed = [*words, "--passphrase-file", home.phrase, "--config", new.config]
        done = await asyncio.to_thread(CliRunner().invoke, app, list(map(str, typed)))
        assert done.exit_code == 0, done.output
    assert rows(again) == rows(home.pack)
    assert len(rows(again)) > 1000


async def until_so(true, seconds=60):
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - a broker has no event
            await asyncio.sleep(0.1)  # asks until it is so
