"""`releve transfer` in a shell: codes, what waits, what is taken of it or refused."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import transfer_consents as papers
from cli.main import app
from edge.portability import sealed as packs

EDGE = Path(__file__).parents[1] / "edge"
sys.path.append(str(EDGE / "transfer"))  # tests are no package

from transfer_home import Receiver, sealed  # noqa: E402 - found by the path above

PHRASE = "a battery, some staples and a horse"
DAYS = (
    "start,end,value,unit,quality,coverage,revision\n"
    "2026-01-01T00:00:00+01:00,2026-01-02T00:00:00+01:00,5200,Wh,raw,1,1\n"
    "2026-01-02T00:00:00+01:00,2026-01-03T00:00:00+01:00,5300,Wh,raw,1,1\n"
)


class Pi:
    """One Pi of a household: its configuration, its commands, what came to it."""

    def __init__(self, directory, *, shut=False):
        directory.mkdir()
        self.directory, self.data = directory, directory / "data"
        self.config = directory / "releve.toml"
        self.config.write_text(
            f'data_dir = "{self.data}"\n[imports]\nfolder = ""\n'
            f'[lan]\nopen = {str(not shut).lower()}\nname = "pi"\n'
            'https = "127.0.0.1:1"\n'
            f'[[meters]]\nid = "linky"\nport = "{directory}/none"\n'
        )
        self.secret = directory / "secret"
        self.secret.write_text(PHRASE + "\n")
        self.receiver = Receiver(self.data, time.time_ns() // 1_000_000)

    def __call__(self, *words, said="", language="en"):
        env = {"LC_ALL": f"{language}_FR.UTF-8", "LANG": "", "COLUMNS": "200"}
        asked = [*map(str, words), "--config", str(self.config)]
        return CliRunner().invoke(app, asked, input=said, env=env)

    def told(self, *words, **more):
        done = self(*words, **more)
        assert done.exit_code == 0, f"{done.output} {done.exception}"
        return done.output

    def refused(self, *words, **more):
        done = self(*words, **more)
        assert done.exit_code != 0, done.output
        return done.output + str(done.exception)

    def sealed(self):
        """Give this home's pack."""
        file = self.directory / "home.releve"
        self.told("export", file, "--passphrase-file", self.secret)
        return file.read_bytes()

    def extract(self):
        """Give an extract of it."""
        file = self.directory / "extract.zip"
        span = ("--from", "2026-01-01", "--to", "2026-02-01")
        self.told("export", file, "--for", "My coach", *span)
        return file.read_bytes()


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    pi = Pi(tmp_path_factory.mktemp("homes") / "old")
    days = pi.directory / "days.csv"
    days.write_text(DAYS)
    pi.told("import", "--register", "import_total_wh", days)
    pi.extract()  # and it has granted something
    return pi


@pytest.fixture(scope="module")
def home(old):
    """Give the pack of a home; a guess at its passphrase costs little."""
    dear, packs.LOG_N = packs.LOG_N, 4
    try:
        return old.sealed()
    finally:
        packs.LOG_N = dear


@pytest.fixture(scope="module")
def extract(old):
    return old.extract()


@pytest.fixture
def new(tmp_path):
    return Pi(tmp_path / "new")


def test_a_code_is_shown_with_the_address_and_until_when(new):
    said = new.told("transfer", "receive", "--for", "30m", "--max-size", "20M")
    assert "releve transfer send https://localhost:1" in said
    assert re.search(r"code: (?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}$", said, re.MULTILINE)
    assert "of 20.0 MB at most" in said
    (offer,) = new.receiver.offers.all()
    assert offer.until_ms - offer.made_ms == 30 * 60_000


def test_what_a_household_reads_is_french_as_well(new):
    said = new.told("transfer", "receive", language="fr")
    assert "de 256.0 Mo au plus" in said
    assert "Rien n'est repris sans votre accord" in said
    assert "code donné, rien n'est venu" in new.told("transfer", "list", language="fr")


def test_while_the_network_is_closed_nobody_is_waited_for(tmp_path):
    said = Pi(tmp_path / "shut", shut=True).refused("transfer", "receive")
    assert "releve lan on" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--max-size", "much"), "is no size"),
        (("--max-size", "0M"), "is no size"),
        (("--for", "1y"), "is no time"),
        (("--for", "30d"), "seven days at most"),
    ],
)
def test_a_bound_that_is_none_is_refused(new, words, why):
    assert why in new.refused("transfer", "receive", *words)
    assert new.receiver.offers.all() == []


def test_a_home_that_came_is_looked_at_then_taken_and_grants_nothing(home, new):
    transfer, _, _ = new.receiver.received(home)
    assert "waits for your word" in new.told("transfer", "list")
    secret = ("--passphrase-file", new.secret)
    shown = new.told("transfer", "preview", transfer[:5], *secret)
    assert "Meters: linky (electricity). Civil time: Europe/Paris." in shown
    assert "readings.csv" in shown
    assert new.receiver.state(transfer) == "whole"
    taken = new.told("transfer", "accept", transfer, *secret)
    assert "2 rows taken, 0 there already; meters: linky" in taken
    assert "which grant nothing" in shown
    assert not new.receiver.offers.pack(transfer).exists()
    said = new.told("transfer", "consents", transfer)
    assert "nothing of it holds here" in said
    assert "My coach" in said
    assert "electricity/energy/day" in said
    assert "no ledger of consents" in new.refused("services", "list")
    assert "taken" in new.told("transfer", "list")


def test_a_wrong_passphrase_takes_nothing_and_it_waits_still(home, new):
    transfer, _, _ = new.receiver.received(home)
    for command in ("preview", "accept"):
        said = new.refused("transfer", command, transfer, said="another of many\n")
        assert "passphrase is wrong" in said
    assert new.receiver.state(transfer) == "whole"


def test_a_home_with_other_meters_waits_until_they_are_configured(home, new):
    new.config.write_text(new.config.read_text().replace('"linky"', '"other"'))
    transfer, _, _ = new.receiver.received(home)
    secret = ("--passphrase-file", new.secret)
    assert "add it to releve.toml" in new.refused(
        "transfer", "accept", transfer, *secret
    )
    assert new.receiver.state(transfer) == "whole"


def test_an_extract_that_came_is_imported_as_any_file_from_outside(extract, new):
    transfer, _, _ = new.receiver.received(extract, "extract")
    shown = new.told("transfer", "preview", transfer)
    assert "2 rows, total 10,500 Wh" in shown
    assert "Nothing is taken" in shown
    assert "Imported as number 1" in new.told("transfer", "accept", transfer)
    assert f"transfer-{transfer[:8]}.zip" in new.told("import", "list")
    assert "no transfer" in new.refused("transfer", "accept", transfer)


def test_an_extract_that_can_not_be_read_is_not_accepted_and_waits(new):
    transfer, _, _ = new.receiver.received(b"PK\x03\x04" + bytes(500), "extract")
    for command in ("preview", "accept"):
        done = new("transfer", command, transfer)
        assert "refused" in done.output
        assert done.exit_code == (1 if command == "accept" else 0)
    assert new.receiver.state(transfer) == "whole"


def test_what_is_refused_is_erased_and_its_receipt_stays(new):
    transfer, _, told = new.receiver.received(sealed(5_000))
    assert "is erased" in new.told("transfer", "refuse", transfer)
    assert not new.receiver.offers.pack(transfer).exists()
    assert json.loads(new.told("transfer", "receipt", transfer)) == told["receipt"]


def test_a_receipt_that_was_changed_is_not_shown(new):
    transfer, _, _ = new.receiver.received(sealed(5_000))
    file = new.receiver.offers.directory(transfer) / "offer.json"
    file.write_text(file.read_text().replace('"size": 5', '"size": 6'))
    assert "no receipt" in new.refused("transfer", "receipt", transfer)


def test_a_code_is_taken_back(new):
    new.told("transfer", "receive")
    (offer,) = new.receiver.offers.all()
    assert "given up" in new.told("transfer", "cancel", offer.id)
    assert "over: cancelled" in new.told("transfer", "list")
    assert "no transfer" in new.refused("transfer", "cancel", offer.id)


@pytest.mark.parametrize("typed", ["", "5f7", "..", "*", "0" * 16])
def test_one_that_is_not_meant_for_sure_is_left_alone(new, typed):
    new.receiver.received(sealed(5_000))
    assert "list" in new.refused("transfer", "refuse", typed)


def test_what_an_erasure_took_is_said_to_be_gone(new):
    transfer, _, _ = new.receiver.received(sealed(5_000))
    new.receiver.offers.pack(transfer).unlink()
    said = new.refused("transfer", "preview", transfer)
    assert "here no more" in said


def test_an_erasure_takes_the_packs_that_wait(home, new):
    transfer, _, _ = new.receiver.received(home)
    secret = ("--passphrase-file", new.secret)
    new.told("transfer", "accept", transfer, *secret)
    transfer, _, _ = new.receiver.received(home)
    new.told("erase", "--all", "--yes")
    assert not new.receiver.offers.pack(transfer).exists()


def test_nothing_came_and_nothing_goes(new):
    assert "No transfer, neither way" in new.told("transfer", "list")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://pi.local", "no address to send to"),
        ("https://you:me@pi.local", "no address to send to"),
        ("https://127.0.0.1:8443", "this machine itself"),
        ("https://169.254.169.254", "a link-local address"),
    ],
)
def test_an_address_that_none_may_have_is_refused_before_anything_is_made(
    old, url, why
):
    code = old.directory / "code"
    code.write_text("ABCD-EFGH-JKMN-PQRS-TVWX-YZ01\n")
    said = old.refused("transfer", "send", url, "--code-file", code)
    assert why in said
    assert not (old.data / "transfers" / "outgoing").exists()


def test_what_is_no_code_is_said_and_never_shown(old):
    said = old.refused("transfer", "send", "https://pi.example", said="my cat\n")
    assert "24 letters and digits" in said
    assert "my cat" not in said


@pytest.mark.parametrize(
    "words", [("--profile", "extract"), ("--granularity", "day"), ("--meter", "linky")]
)
def test_who_gets_an_extract_is_to_be_said(old, words):
    assert "--for" in old.refused("transfer", "send", "https://pi.example", *words)


def test_the_whole_home_is_never_sent_for_an_extract(old):
    words = ("--profile", "home", "--for", "My coach")
    said = old.refused("transfer", "send", "https://pi.example", *words)
    assert "the whole home is cut by nothing" in said


@pytest.mark.parametrize(
    "record",
    [
        None,
        3,
        "text",
        [],
        {},
        {"dpv:hasProcess": {}, "dpv:hasConsentStatus": []},
        {"dct:identifier": ["x"], "dpv:hasDataController": "x"},
        {"dct:identifier": "x" * 10_000},
    ],
)
def test_whatever_another_home_says_of_its_consents_is_shown_or_left_out(record):
    (row,) = papers.rows([record])
    assert len(row) == 6
    assert all(len(cell) <= papers.LONGEST for cell in row)


def test_what_is_kept_of_them_is_read_as_it_was_kept(tmp_path):
    papers.keep(tmp_path / "papers", [{"dct:identifier": "é"}])
    assert papers.kept_in(tmp_path / "papers") == [{"dct:identifier": "é"}]
    for text in ("", "[1]", '{"@graph": 3}', "[" * 100):
        (tmp_path / "papers").write_text(text)
        assert papers.kept_in(tmp_path / "papers") == []
    assert papers.kept_in(tmp_path / "none") == []
