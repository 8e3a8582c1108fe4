"""`releve export` writes a home; `releve import` takes it on the next Pi."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.main import app

PHRASE = "a battery, some staples and a horse"
CURVE = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    "01234567890123;Courbe de charge;01/01/2023;01/01/2024;Energie active;"
    "Consommation;Comptage Brut;W;30\nHorodate;Valeur\n"
    "2023-01-01T00:30:00+01:00;460\n"
    "2023-01-01T01:00:00+01:00;500\n"
)


class Pi:
    """One Pi of a household: its configuration, and its commands."""

    def __init__(self, directory):
        directory.mkdir()
        self.config = directory / "releve.toml"
        self.config.write_text(
            f'data_dir = "{directory}/data"\n[imports]\nfolder = ""\n'
            f'[[meters]]\nid = "linky"\nport = "{directory}/none"\n'
        )
        self.secret = directory / "secret"
        self.secret.write_text(PHRASE + "\n")

    def __call__(self, *words, sealed=True, language="en"):
        env = {"LC_ALL": f"{language}_FR.UTF-8", "LC_MESSAGES": "", "LANG": ""}
        asked = [*map(str, words), "--config", str(self.config)]
        asked += ["--passphrase-file", str(self.secret)] if sealed else []
        return CliRunner().invoke(app, asked, env=env)


@pytest.fixture
def old(tmp_path):
    pi = Pi(tmp_path / "old")
    curve = tmp_path / "curve.csv"
    curve.write_text(CURVE)
    assert pi("import", curve, sealed=False).exit_code == 0
    return pi


@pytest.fixture
def new(tmp_path):
    return Pi(tmp_path / "new")


def test_a_home_is_written_and_taken_on_the_next_pi(old, new, tmp_path):
    pack = tmp_path / "home.releve"
    written = old("export", pack)
    assert written.exit_code == 0, written.output
    assert "linky: 2 rows" in written.output
    assert pack.stat().st_mode & 0o777 == 0o600
    taken = new("import", pack)
    assert taken.exit_code == 0, taken.output
    assert "2 rows taken, 0 there already" in taken.output
    assert "0 rows taken, 2 there already" in new("import", pack).output


def test_nothing_of_a_pack_can_be_read_without_its_passphrase(old, tmp_path):
    pack = tmp_path / "home.releve"
    old("export", pack)
    data = pack.read_bytes()
    for word in (b"linky", b"readings.csv", b"import_load_curve_w"):
        assert word not in data
    assert PHRASE.encode() not in data


def test_a_wrong_passphrase_takes_nothing_and_says_so(old, new, tmp_path):
    pack = tmp_path / "home.releve"
    old("export", pack)
    new.secret.write_text("another one of many letters")
    result = new("import", pack)
    assert result.exit_code == 1
    assert "refused. the passphrase is wrong" in result.output
    told = json.loads(new("import", "--json", pack).stdout)
    assert told["file"] == str(pack)
    assert "passphrase is wrong" in told["refused"]


def test_what_came_of_a_pack_is_told_to_programs(old, new, tmp_path):
    pack = tmp_path / "home.releve"
    old("export", pack)
    told = json.loads(new("import", "--json", pack).stdout)
    assert (told["rows"], told["kept"], told["meters"]) == (2, 0, ["linky"])


def test_a_sealed_pack_has_no_preview_and_nothing_is_taken(old, new, tmp_path):
    pack = tmp_path / "home.releve"
    old("export", pack)
    result = new("import", "--dry-run", pack)
    assert result.exit_code == 1
    assert "has no preview" in result.output
    assert "2 rows taken" in new("import", pack).output


def test_a_passphrase_that_is_soon_guessed_writes_nothing(old, tmp_path):
    old.secret.write_text("secret")
    result = old("export", tmp_path / "home.releve")
    assert result.exit_code != 0
    assert "12 characters at least" in str(result.exception)
    assert not list(tmp_path.glob("*home.releve*"))


def test_what_is_said_is_said_in_french_too(old, tmp_path):
    said = old("export", tmp_path / "home.releve", language="fr").output
    assert "Mo, scellé" in said


def test_an_extract_is_given_with_a_receipt_that_verifies(old, tmp_path):
    pack = tmp_path / "extract.zip"
    words = ["--granularity", "day", "--from", "2022-12-01", "--to", "2023-02-01"]
    result = old("export", pack, *words, "--for", "My coach", sealed=False)
    assert result.exit_code == 0, result.output
    receipt = tmp_path / "extract.zip.receipt-1.json"
    assert f"receipt: {receipt}" in result.output
    assert receipt.stat().st_mode & 0o777 == 0o600
    proved = old("consents", "verify", receipt, sealed=False)
    assert proved.exit_code == 0, proved.output
    listed = old("services", "list", sealed=False).output
    assert "My coach" in listed


def test_an_extract_names_who_gets_it(old, tmp_path):
    result = old("export", tmp_path / "e.zip", "--granularity", "day", sealed=False)
    assert result.exit_code != 0
    assert "say who gets the extract" in str(result.exception)
    assert not (tmp_path / "e.zip").exists()


def test_the_whole_home_is_cut_by_nothing(old, tmp_path):
    words = ["--profile", "home", "--from", "2022-12-01"]
    result = old("export", tmp_path / "home.releve", *words)
    assert "cut by nothing" in str(result.exception)
