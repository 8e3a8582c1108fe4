"""`releve handover` without a service: said first, asked for, done, taken along."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli import checkup, handover_home
from cli.main import app
from edge.config import load_config
from edge.consent.consents import Choice, Consents
from edge.consent.credentials import Credentials
from edge.consent.records import Declared
from edge.consent.terms import read_all
from edge.consent.writers import Writers
from edge.errors import JournalError
from edge.handover import handing
from edge.handover.begun import Begun
from edge.handover.handing import Handing
from edge.host import HostClock
from edge.journal.file import DirectoryLock
from edge.journal.journal import Journal
from edge.journal.leaving import HANDED, WORD
from edge.portability import sealed

NEW = {"lock", HANDED}
PHRASE = "a battery, some staples and a horse"
PARIS = ZoneInfo("Europe/Paris")
PRM = "01234567890123"
CURVE = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    f"{PRM};Courbe de charge;01/01/2023;01/01/2024;Energie active;"
    "Consommation;Comptage Brut;W;30\nHorodate;Valeur\n"
    "2023-01-01T00:30:00+01:00;460\n"
    "2023-01-01T01:00:00+01:00;500\n"
)
SHOP = Declared("Shop", "Shop Inc.", "shop@example.org", leaves_home=False)
ENERGY = [
    {
        "type": "releve",
        "fluid": "electricity",
        "class": "energy",
        "granularity": "day",
        "purpose": "advice",
        "channels": ["rest"],
        "history": "P1Y",
        "duration": "P1Y",
    }
]


class Pi:
    """One machine: its configuration, its stick, and its commands."""

    def __init__(self, directory):
        directory.mkdir()
        self.data = directory / "data"
        self.config = directory / "releve.toml"
        self.config.write_text(
            f'data_dir = "{self.data}"\n'
            f'[[meters]]\nid = "chez-dupont"\nport = "{directory}/none"\n'
            f'identifier = "{PRM}"\n'
        )
        self.secret = directory / "secret"
        self.secret.write_text(PHRASE + "\n")
        self.stick = directory / "stick"
        self.stick.mkdir()

    def __call__(self, *words, language="en", typed=None):
        env = {"LC_ALL": f"{language}_FR.UTF-8", "LC_MESSAGES": "", "LANG": ""}
        asked = [*map(str, words), "--config", str(self.config)]
        return CliRunner().invoke(app, asked, env=env, input=typed)

    def handover(self, *words, **how):
        given = ("--passphrase-file", self.secret, "--keep-export", self.stick)
        return self("handover", *given, *words, **how)

    def files(self):
        """Give what is there; who looks at SQLite leaves its companions behind."""
        names = {path.name for path in self.data.iterdir()}
        return {one for one in names if not one.endswith(("-wal", "-shm"))}

    @property
    def pack(self):
        (found,) = self.stick.glob("*.releve")
        return found

    @property
    def receipt(self):
        (found,) = self.stick.glob("*.receipt.json")
        return json.loads(found.read_text())


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", 4)


def furnish(directory):
    """Give a home with a file, a service, a writer and a token of its owner's."""
    made = Pi(directory / "old")
    curve = directory / "curve.csv"
    curve.write_text(CURVE)
    assert made("import", curve).exit_code == 0
    consents = Consents.open(made.data, HostClock(), PARIS)
    choice = Choice(read_all(ENERGY)[0], frozenset({"chez-dupont"}))
    service, _ = consents.give(SHOP, [choice], {"way": "shell", "language": "en"})
    Credentials(consents.ledger).issue_long(service.id)
    Writers(consents).add("node", "chez-dupont")
    consents.close()
    assert made("owner-token").exit_code == 0
    return made


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """Give a home's directory, made once: each test has a copy of it."""
    return furnish(tmp_path_factory.mktemp("lived-in")).data


@pytest.fixture
def pi(lived_in, tmp_path):
    made = Pi(tmp_path / "old")
    shutil.copytree(lived_in, made.data)
    return made


def test_all_is_taken_along_then_gone(pi, tmp_path):
    done = pi.handover("--yes")
    assert done.exit_code == 0, done.output
    assert "read back whole" in done.output
    assert pi.files() == NEW
    said = pi.receipt
    assert (said["taken_back"]["consents"], said["taken_back"]["writers"]) == (1, 1)
    assert said["pack"]["rows"] == 2
    assert said["erased"] >= said["erasing_since"] >= said["taken_back"]["at"]
    new = Pi(tmp_path / "new")
    taken = new("import", pi.pack, "--passphrase-file", new.secret)
    assert taken.exit_code == 0, taken.output
    assert "2 rows taken" in taken.output


def test_the_receipt_and_the_configuration_name_nobody(pi):
    assert pi.handover("--yes").exit_code == 0
    for text in (json.dumps(pi.receipt), pi.config.read_text()):
        assert not [one for one in (PRM, "dupont", "Shop") if one in text]
    assert 'id = "linky"' in pi.config.read_text()
    assert f'port = "{pi.config.parent}/none"' in pi.config.read_text()


def test_a_dry_run_says_it_all_and_changes_nothing(pi):
    before = pi.files()
    said = pi("handover", "--dry-run")
    assert said.exit_code == 0, said.output
    assert "consents: 1, of services: 1; writers: 1" in said.output
    assert "What remains, out of reach:" in said.output
    assert pi.files() == before


@pytest.mark.parametrize("typed", ["\n\n\nno\n", "yes\n"])
def test_without_the_word_nothing_is_changed(pi, typed):
    before = pi.files()
    said = pi.handover(typed=typed)
    assert said.exit_code == 1
    assert "Nothing is changed." in said.output
    assert pi.files() == before
    assert list(pi.stick.iterdir()) == []


def test_it_speaks_french_where_the_household_does(pi):
    said = pi.handover(typed="remettre\n", language="fr")
    assert said.exit_code == 0, said.output
    assert "Remis. Votre reçu" in said.output
    assert "opérateur" in pi.receipt["remains"][0]


def test_it_asks_where_the_pack_is_to_be_kept(pi):
    given = ("--passphrase-file", pi.secret)
    said = pi("handover", *given, typed=f"{pi.stick}\nhand over\n")
    assert said.exit_code == 0, said.output
    assert pi.pack.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say where your pack is to be kept"),
        (("--keep-export", "{data}"), "is erased with the home"),
        (("--keep-export", "{data}-collect"), "is erased with the home"),
        (("--keep-export", "{data}/../nowhere"), "is no directory"),
    ],
)
def test_a_pack_has_a_place_that_stays(pi, words, why):
    pi.data.with_name("data-collect").mkdir()
    given = [one.format(data=pi.data) for one in words]
    said = pi("handover", "--yes", "--passphrase-file", pi.secret, *given)
    assert why in str(said.exception)
    assert Begun.of(pi.data) is None


def test_what_is_not_ours_is_never_erased(pi):
    (pi.data / "holiday.jpg").write_bytes(b"mine")
    said = pi.handover("--yes")
    assert "none of Relevé's: holiday.jpg" in str(said.exception)
    assert (pi.data / "journal.db").exists()


def test_a_home_that_is_left_is_opened_by_nobody_and_gone_on_with(pi, monkeypatch):
    def cut(*_given, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(Handing, "outside", cut)
    assert pi.handover("--yes").exit_code != 0
    with pytest.raises(JournalError, match="a handover was begun"):
        Journal.open(pi.data)
    for other in (("erase", "--all", "--yes"), ("run",), ("backup", pi.stick / "b")):
        assert "a handover was begun" in str(pi(*other).exception), other
    finding = checkup.data_dir(load_config(pi.config))
    assert (finding.level, "a handover was begun" in finding.words.en) == ("✗", True)
    monkeypatch.undo()
    monkeypatch.setattr(sealed, "LOG_N", 4)
    said = pi("handover")
    assert said.exit_code == 0, said.output
    assert "it goes on" in said.output
    assert pi.files() == NEW
    assert pi.receipt["erased"]


def test_a_service_that_starts_first_empties_it_and_the_receipt_is_closed_later(
    pi, monkeypatch
):
    def cut(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(Handing, "empty", cut)
    assert pi.handover("--yes").exit_code != 0
    assert (pi.data / WORD).exists()
    assert pi.receipt["erased"] is None
    Journal.open(pi.data).close()
    assert "journal.db" in pi.files()
    assert not pi.files() & {WORD, "consent.db", "owner.token", "store.db"}
    again = pi.handover("--yes")
    assert again.exit_code == 0, again.output
    assert pi.receipt["erased"]
    assert "journal.db" in pi.files(), "the new home is nobody's to hand over"


def test_a_service_that_comes_first_at_the_end_has_done_it(pi, monkeypatch):
    clear, came = Handing.clear, []

    def cleared(self, begun):
        begun = clear(self, begun)
        came.append(Journal.open(pi.data, ballast_bytes=0))
        return begun

    monkeypatch.setattr(Handing, "clear", cleared)
    monkeypatch.setattr(handing, "FEW_S", 0.2)
    done = pi.handover("--yes")
    came[0].close()
    assert done.exit_code == 0, done.output
    assert pi.receipt["erased"]
    assert "journal.db" in pi.files()


def test_a_service_that_does_not_end_is_said_and_nothing_is_lost(pi, monkeypatch):
    monkeypatch.setattr(handing, "FEW_S", 0.2)
    came = []

    def told(_self):
        came.append(DirectoryLock(pi.data))
        return 0.2, ": it refuses"

    monkeypatch.setattr(Handing, "_told", told)
    said = pi.handover("--yes")
    came[0].release()
    assert "runs here still, or another command: it refuses" in str(said.exception)
    assert (pi.data / "journal.db").exists()
    monkeypatch.undo()
    assert pi.handover().exit_code == 0


def test_of_two_that_go_on_with_it_one_ends_it_and_the_new_home_is_let_be(
    pi, monkeypatch
):
    look = Handing.look

    def other(self, begun):
        monkeypatch.setattr(Handing, "look", look)
        assert pi.handover().exit_code == 0
        Journal.open(pi.data, ballast_bytes=0).close()
        look(self, begun)

    monkeypatch.setattr(Handing, "look", other)
    said = pi.handover("--yes")
    assert "another command went on with it" in str(said.exception)
    assert "journal.db" in pi.files()
    assert pi.receipt["erased"]


def test_nothing_goes_while_the_pack_is_not_there(pi, monkeypatch):
    look = handing.receipt.look_for_the_pack

    def lost(begun):
        pi.pack.rename(pi.stick / "elsewhere")
        look(begun)

    monkeypatch.setattr(handing.receipt, "look_for_the_pack", lost)
    said = pi.handover("--yes")
    assert "nothing goes without your pack" in str(said.exception)
    assert (pi.data / "store.db").exists()
    monkeypatch.undo()
    moved = pi.config.parent / "another"
    moved.mkdir()
    monkeypatch.setattr(sealed, "LOG_N", 4)
    (pi.stick / "elsewhere").rename(moved / Begun.of(pi.data).pack["file"])
    done = pi("handover", "--keep-export", moved)
    assert done.exit_code == 0, done.output
    assert pi.files() == NEW
    assert len(list(moved.glob("*.receipt.json"))) == 1


def test_a_home_that_is_new_has_nothing_to_hand_over(pi):
    assert pi.handover("--yes").exit_code == 0
    again = pi.handover("--yes")
    assert again.exit_code == 0, again.output
    assert "handed over already" in again.output
    assert len(list(pi.stick.iterdir())) == 2


def test_where_nothing_was_ever_kept_it_says_so(tmp_path):
    pi = Pi(tmp_path / "empty")
    pi.data.mkdir()
    said = pi.handover("--yes")
    assert "there is no journal" in str(said.exception)


def test_what_asks_portals_is_ended_or_its_end_is_asked_for(pi):
    with pi.config.open("a") as file:
        file.write('[[collectors]]\nkind = "grdf"\n')
    said = pi.handover("--yes")
    assert "End `releve collect` yourself" in said.output
    home = handover_home.leaving_of(pi.config)
    assert home.end_collectors(), "nobody asks any more: the table is gone"


def test_the_packages_unit_is_ended_for_good(pi, tmp_path, monkeypatch):
    with pi.config.open("a") as file:
        file.write('[[collectors]]\nkind = "grdf"\n')
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/told\n')
    systemctl.chmod(0o755)
    monkeypatch.setattr(handover_home, "installed", lambda _path: True)
    monkeypatch.setattr(handover_home.os, "geteuid", lambda: 0)
    monkeypatch.setattr(handover_home.shutil, "which", lambda _name: str(systemctl))
    assert handover_home.leaving_of(pi.config).end_collectors()
    told = (tmp_path / "told").read_text()
    assert told == "disable --now releve-collect.service\n"


def test_a_configuration_in_the_home_itself_stays_there(tmp_path, lived_in):
    pi = Pi(tmp_path / "old")
    shutil.copytree(lived_in, pi.data)
    inside = pi.data / "releve.toml"
    shutil.move(pi.config, inside)
    pi.config = inside
    (pi.data / "releve.toml.before").write_text("dupont")
    done = pi.handover("--yes")
    assert done.exit_code == 0, done.output
    assert pi.files() == NEW | {"releve.toml"}


def test_variables_that_would_win_are_named(pi, monkeypatch):
    monkeypatch.setenv("RELEVE_MQTT__PREFIX", "dupont")
    monkeypatch.setenv("RELEVE_SOMETHING", "else")
    said = pi("handover", "--dry-run")
    assert "To be taken out by you, for a variable wins: RELEVE_MQTT__PREFIX\n" in (
        said.output
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="an administrator's")
def test_typed_by_an_administrator_what_stays_is_the_services(pi):
    other = 65_534
    for path in (pi.data, *pi.data.rglob("*")):
        os.chown(path, other, other)
    os.chown(pi.stick, other - 1, other - 1)
    place = Path(tempfile.gettempdir())
    for path in pi.config.parents:
        if place in path.parents:
            path.chmod(0o755)  # else who the data is can't come there
    done = pi.handover("--yes")
    assert done.exit_code == 0, (done.output, done.exception)
    assert {path.stat().st_uid for path in pi.data.iterdir()} == {other}
    assert {path.stat().st_uid for path in pi.stick.iterdir()} == {other - 1}
    assert oct(pi.pack.stat().st_mode & 0o777) == "0o600"
