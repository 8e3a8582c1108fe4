"""`releve transfer send`, typed before a real Relevé that receives by TLS."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli import transfer_place
from cli.main import app
from edge.consent.consents import Consents
from edge.host import HostClock
from edge.transfer.offer import State
from tests.cli.test_transfer import DAYS, Pi
from tests.real import transfer_child
from tests.real.transfer_house import Between, Receiver, listening

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]

EXTRACT = ("--for", "My coach", "--from", "2026-01-01")
WAITS = 3


class Sender(Pi):
    """A home with two days, and a shell to send them from."""

    def __init__(self, directory, like=None):
        super().__init__(directory)
        self.code = directory / "code"
        if like is not None:
            shutil.copytree(like.data, self.data, dirs_exist_ok=True)
            return
        days = directory / "days.csv"
        days.write_text(DAYS)
        self.told("import", "--register", "import_total_wh", days)

    def send(self, port, *words, code=None, **more):
        if code is not None:
            self.code.write_text(f"{code}\n")
        files = ("--code-file", self.code, "--passphrase-file", self.secret)
        url = f"https://127.0.0.1:{port}"
        return asyncio.to_thread(self, "transfer", "send", url, *files, *words, **more)

    @property
    def parcels(self):
        return transfer_place.parcels(_Config(self.data))


class _Config:
    def __init__(self, data_dir):
        self.data_dir = data_dir


@pytest.fixture(autouse=True)
def eased(monkeypatch):
    for of, name in transfer_child.EASED:
        monkeypatch.setattr(of, name, getattr(of, name))
    transfer_child.eased()


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    return Sender(tmp_path_factory.mktemp("lived") / "home")


@pytest.fixture
def sender(tmp_path, lived):
    return Sender(tmp_path / "sender", lived)


@pytest.fixture
def receiver(tmp_path):
    return Receiver(tmp_path / "receiver", time.time_ns() // 1_000_000)


async def test_an_extract_is_sent_with_its_consents_receipts_and_a_line_of_who_read(
    sender, receiver
):
    transfer, code = receiver.offer()
    async with listening(receiver) as port:
        done = await sender.send(port, *EXTRACT, code=code)
    assert done.exit_code == 0, done.output
    assert "knows the code; it takes 256.0 MB at most" in done.output
    assert receiver.offers.find(transfer).state is State.WHOLE
    assert receiver.offers.pack(transfer).read_bytes().startswith(b"PK")
    receipt = sender.parcels.directory(transfer) / "consent-1.json"
    assert json.loads(receipt.read_text())["@type"] == "dpv:ConsentReceipt"
    verified = await asyncio.to_thread(sender.told, "consents", "verify", receipt)
    assert "receipt" in verified
    assert "My coach" in await asyncio.to_thread(sender.told, "services", "list")
    reads = await asyncio.to_thread(sender.told, "services", "reads")
    assert "My coach" in reads


async def test_what_was_interrupted_goes_on_by_the_same_words_and_is_not_made_anew(
    sender, receiver
):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=3_000, cuts=1_000) as between,
    ):
        done = await sender.send(between.port, code=code)
        assert done.exit_code == WAITS, done.output
        assert "Nothing is lost: the same command goes on" in done.output
        made = sender.parcels.pack(transfer).read_bytes()
        between.cuts = 0
        sender.code.unlink()  # neither code nor passphrase is asked again
        sender.secret.unlink()
        done = await sender.send(between.port)
    assert done.exit_code == 0, done.output
    assert f"Going on with transfer {transfer}" in done.output
    assert receiver.offers.pack(transfer).read_bytes() == made
    listed = await asyncio.to_thread(sender.told, "transfer", "list")
    assert "handed over" in listed


async def test_other_words_never_send_the_pack_that_is_under_way(sender, receiver):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=3_000, cuts=1_000) as between,
    ):
        await sender.send(between.port, code=code)
        between.cuts = 0
        done = await sender.send(between.port, *EXTRACT)
    assert f"another pack is under way there, {transfer}" in str(done.exception)
    assert sender.parcels.find(transfer).sends
    assert receiver.offers.find(transfer).received == 0


async def test_a_code_by_which_all_was_handed_over_already_says_so_and_makes_nothing(
    sender, receiver
):
    """As where it was cut off between the receipt and the word on it."""
    transfer, code = receiver.offer()
    async with listening(receiver) as port:
        await sender.send(port, code=code)
        kept = sender.parcels.find(transfer)
        again = await sender.send(port)
        other = await sender.send(port, *EXTRACT)
    assert "used for another pack" in str(other.exception)
    assert again.exit_code == 0, again.output
    assert "with a signed receipt" in again.output
    assert sender.parcels.find(transfer) == kept
    sender.parcels.keep(replace(kept, receipt=None, why="cancelled"))
    done = await sender.send(port)
    assert "for one that was given up" in str(done.exception)


async def test_what_the_other_home_ended_is_given_up_here_and_nothing_of_it_stays(
    sender, receiver
):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=3_000, cuts=1_000) as between,
    ):
        await sender.send(between.port, code=code)
        receiver.offers.end(transfer, State.REFUSED)
        between.cuts = 0
        done = await sender.send(between.port)
    assert done.exit_code != 0
    assert "ended this transfer" in str(done.exception)
    assert not sender.parcels.pack(transfer).exists()
    assert not sender.parcels.find(transfer).sends


async def test_what_is_taken_back_meanwhile_goes_no_further_and_in_a_pause_waits(
    sender, receiver
):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=3_000, cuts=1_000) as between,
    ):
        await sender.send(between.port, *EXTRACT, code=code)
        between.cuts = 0
        for decide, said, stays in (
            (lambda consents: consents.pause(None), "is paused", True),
            (lambda consents: consents.resume(None), "", True),
            (withdrawn, "has ended", False),
        ):
            await asyncio.to_thread(decided, sender.data, decide)
            if said:
                done = await sender.send(between.port, *EXTRACT)
                assert said in str(done.exception)
            assert sender.parcels.pack(transfer).exists() is stays
    assert receiver.offers.find(transfer).received == 0


def withdrawn(consents):
    consents.withdraw(list(consents.standing.consents))


def decided(data_dir, decide):
    consents = Consents.open(data_dir, HostClock(), ZoneInfo("Europe/Paris"))
    try:
        decide(consents)
    finally:
        consents.close()


async def test_what_is_under_way_is_given_up_by_a_word(sender, receiver):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=3_000, cuts=1_000) as between,
    ):
        await sender.send(between.port, code=code)
    said = await asyncio.to_thread(sender.told, "transfer", "cancel", transfer)
    assert "given up" in said
    assert not sender.parcels.pack(transfer).exists()


async def test_more_than_the_other_home_takes_is_said_and_nothing_of_it_stays(
    sender, receiver
):
    transfer, code = receiver.offer(most=100)
    async with listening(receiver) as port:
        done = await sender.send(port, code=code)
    assert "more than is taken there" in str(done.exception)
    assert not sender.parcels.directory(transfer).exists()
    assert receiver.offers.find(transfer).announced is None


async def test_a_wrong_code_is_said_before_a_passphrase_is_asked_or_anything_made(
    sender, receiver
):
    receiver.offer()
    async with listening(receiver) as port:
        done = await sender.send(port, code="ABCD-EFGH-JKMN-PQRS-TVWX-YZ01")
    assert "no transfer waits there under this code" in str(done.exception)
    assert not (sender.data / "transfers" / "outgoing").exists()


async def test_a_passphrase_that_is_soon_guessed_seals_nothing(sender, receiver):
    transfer, code = receiver.offer()
    sender.secret.write_text("secret\n")
    async with listening(receiver) as port:
        done = await sender.send(port, code=code)
    assert "12 characters at least" in str(done.exception)
    assert not sender.parcels.directory(transfer).exists()


async def test_who_does_not_answer_is_said_in_french_too(sender, receiver):
    _, code = receiver.offer()
    async with listening(receiver) as port:
        pass
    done = await sender.send(port, code=code, language="fr")
    assert done.exit_code == WAITS
    assert "ne répond plus" in done.output


def test_the_code_is_asked_where_nobody_sees_it_and_is_no_option():
    said = CliRunner().invoke(app, ["transfer", "send", "--help"]).output
    assert "--code-file" in said
    assert "--code " not in said
