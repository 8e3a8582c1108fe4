"""`releve backup --encrypt` seals; `releve restore` asks for what opens it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from edge.journal.journal import Journal
from edge.sample import Sample

PHRASE = "four words nobody guesses"


@pytest.fixture
def pi(tmp_path):
    """Give what runs a command for a home, a word typed where it asks."""
    path = tmp_path / "releve.toml"
    path.write_text(
        f'data_dir = "{tmp_path}/data"\n[[meters]]\nid = "linky"\nport = "/none"\n'
    )
    journal = Journal.open(tmp_path / "data")
    journal.add_sample(Sample("linky", 1_795_500_000_000, {"import_total_wh": 5}))
    asyncio.run(journal.commit())
    journal.close()

    def run(*words, typed="", data="data", language="C"):
        env = {"RELEVE_DATA_DIR": str(tmp_path / data), "LC_ALL": language}
        asked = [*map(str, words), "--config", str(path)]
        return CliRunner().invoke(app, asked, env=env, input=typed)

    return run


def test_a_passphrase_is_typed_twice_to_seal_and_once_to_open(pi, tmp_path):
    file = tmp_path / "kept.releve"
    made = pi("backup", file, "--encrypt", typed=f"{PHRASE}\n{PHRASE}\n")
    assert made.exit_code == 0, made.output
    assert "found equal, sealed" in made.output
    assert PHRASE not in made.output
    put_back = pi("restore", file, typed=f"{PHRASE}\n", data="new")
    assert "Restored" in put_back.output
    assert (tmp_path / "new" / "journal.db").exists()


def test_a_file_says_it_where_nobody_types(pi, tmp_path):
    secret, file = tmp_path / "secret", tmp_path / "kept.releve"
    secret.write_text(PHRASE + "\n")
    pi("backup", file, "--passphrase-file", secret)
    assert file.read_bytes().startswith(b"RELEVE-SEALED-")
    put_back = pi("restore", file, "--passphrase-file", secret, data="new")
    assert "Restored" in put_back.output


def test_a_wrong_one_is_told_in_a_sentence_and_restores_nothing(pi, tmp_path):
    file = tmp_path / "kept.releve"
    pi("backup", file, "--encrypt", typed=f"{PHRASE}\n{PHRASE}\n")
    refused = pi("restore", file, typed="four words nobody guessed\n", data="new")
    assert "the passphrase is wrong" in str(refused.exception)
    assert not (tmp_path / "new" / "journal.db").exists()


def test_one_that_is_soon_guessed_seals_nothing(pi, tmp_path):
    refused = pi("backup", tmp_path / "x", "--encrypt", typed="secret\nsecret\n")
    assert "12 characters at least" in str(refused.exception)
    assert not (tmp_path / "x").exists()


def test_a_store_is_made_anew_of_a_sealed_one_which_the_service_is_lent(
    pi, tmp_path, monkeypatch
):
    file, lent = tmp_path / "kept.releve", []

    async def sent(_data_dir, command):
        path = Path(command.backup)
        lent.append((path, await asyncio.to_thread(path.read_bytes)))

    monkeypatch.setattr("cli.store.send", sent)
    pi("backup", file, "--encrypt", typed=f"{PHRASE}\n{PHRASE}\n")
    done = pi("store", "rebuild", "--backup", file, typed=f"{PHRASE}\n")
    assert done.exit_code == 0, done.output
    ((path, data),) = lent
    assert data.startswith(b"\x1f\x8b")
    assert not path.exists()
    refused = pi("store", "rebuild", "--backup", file, typed="another one it is\n")
    assert "the passphrase is wrong" in str(refused.exception)
    assert not list((tmp_path / "data" / "staged").iterdir())


def test_it_is_said_in_french_too(pi, tmp_path):
    file, french = tmp_path / "kept.releve", "fr_FR.UTF-8"
    typed = f"{PHRASE}\n{PHRASE}\n"
    made = pi("backup", file, "--encrypt", typed=typed, language=french)
    assert "Phrase secrète" in made.output
    assert "trouvée identique, scellée" in made.output
    put_back = pi("restore", file, typed=f"{PHRASE}\n", data="new", language=french)
    assert "Chaque service reste en pause" in put_back.output


def test_what_is_not_sealed_asks_for_none(pi, tmp_path):
    file = tmp_path / "kept.tar.gz"
    assert "found equal." in pi("backup", file).output
    assert "Restored" in pi("restore", file, data="new").output
