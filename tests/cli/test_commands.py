"""Each command says what it did in plain words, or what to do, in one sentence."""

import asyncio
import json
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.main import COMMANDS, app
from cli.watch import Screen
from edge.config import load_config
from edge.errors import EdgeError
from edge.gate import Refused
from edge.gate.verdict import Reason
from edge.journal.journal import Journal
from edge.sample import Sample

T0 = 1_795_500_000_000


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(
        f'data_dir = "{tmp_path}/data"\n[api]\nlisten = "127.0.0.1:1"\n'
        f'[[meters]]\nid = "linky"\nport = "{tmp_path}/none"\n'
    )
    return path


@pytest.fixture
def run(config):
    def run(*words, env=None):
        return CliRunner().invoke(app, [*words, "--config", str(config)], env=env)

    return run


@pytest.fixture
def journal(config):
    journal = Journal.open(load_config(config).data_dir)
    asyncio.run(fill(journal))
    yield journal
    journal.close()


async def fill(journal):
    journal.add_sample(Sample("linky", T0, {"import_total_wh": 5}))
    refused = Refused("import_total_wh", 9, Reason.JUMP, T0, meter="linky")
    await journal.quarantine([refused])
    await journal.register("roller")
    await journal.commit()


def said(result):
    return result.output if result.exit_code == 0 else str(result.exception)


def test_every_command_has_its_help():
    runner = CliRunner()
    for name in COMMANDS:
        result = runner.invoke(app, [name, "--help"])
        assert result.exit_code == 0, name
        assert len(result.output) > 80


def test_a_good_configuration_is_said_to_be(run):
    assert "The configuration is usable." in run("check-config").output


def test_a_wrong_configuration_is_explained(run, config):
    config.write_text("meters = 3")
    assert isinstance(run("check-config").exception, EdgeError)


def test_a_kind_that_no_package_brings_is_named(run, config):
    config.write_text('[[meters]]\nid = "m"\nkind = "heat"\n')
    assert "unknown kind, 'heat'" in str(run("check-config").exception)


def test_the_owners_token_is_made_once_and_private(run, tmp_path):
    token = run("owner-token").output.strip()
    assert len(token) > 30
    assert run("owner-token").output.strip() == token
    assert (tmp_path / "data" / "owner.token").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("journal")
def test_the_quarantine_is_shown_beside_a_running_service(run):
    shown = run("quarantine", "list", env={"COLUMNS": "200"}).output
    assert "import_total_wh" in shown
    assert "jump" in shown


@pytest.mark.usefixtures("journal")
def test_who_reads_the_journal_is_shown(run):
    assert "roller" in run("consumers").output


@pytest.mark.parametrize(
    "words",
    [
        ("quarantine", "list"),
        ("consumers",),
    ],
)
def test_without_a_journal_it_says_what_makes_one(run, words):
    assert "releve run" in str(run(*words).exception)


@pytest.mark.parametrize(
    "words",
    [
        ("quarantine", "accept", "1"),
        ("quarantine", "dismiss", "1"),
        ("device", "confirm", "linky"),
        ("store", "rebuild"),
        (
            "correct",
            "linky",
            "import_total_wh",
            "2026-11-01T10:00:00",
            "2026-11-01T11:00:00",
        ),
        ("watch",),
    ],
)
def test_without_a_service_a_command_says_how_to_start_it(run, words):
    result = run(*words)
    assert "releve run" in str(result.exception)


def test_a_correction_that_ends_before_it_starts_is_refused(run):
    words = ("2026-11-01T11:00:00", "2026-11-01T10:00:00")
    result = run("correct", "linky", "import_total_wh", *words)
    assert "the end is not after the start" in str(result.exception)


@pytest.mark.usefixtures("journal")
def test_a_backup_is_made_beside_a_service_and_put_back_elsewhere(run, tmp_path):
    target = tmp_path / "kept.tar.gz"
    assert "found equal" in run("backup", str(target)).output
    refused = run("restore", str(target), "--force")
    assert "another Relevé writes in" in str(refused.exception)
    elsewhere = {"RELEVE_DATA_DIR": str(tmp_path / "elsewhere")}
    assert "Restored" in run("restore", str(target), env=elsewhere).output
    again = run("restore", str(target), env=elsewhere)
    assert "holds journal.db" in str(again.exception)
    assert "Restored" in run("restore", str(target), "--force", env=elsewhere).output


def test_a_restore_of_rubbish_is_refused(run, tmp_path):
    rubbish = tmp_path / "rubbish.tar.gz"
    rubbish.write_bytes(b"x" * 1000)
    assert isinstance(run("restore", str(rubbish)).exception, EdgeError)


@pytest.mark.parametrize(
    ("language", "words"), [("fr_FR.UTF-8", "libres"), ("C", "are free")]
)
def test_the_doctor_speaks_the_readers_language(run, language, words):
    result = run("doctor", "--seconds", "1", env={"LC_ALL": language})
    assert words in result.output
    assert result.exit_code == 1  # the port is not there, and it says so
    assert "✗ linky" in result.output


@pytest.mark.usefixtures("journal")
def test_the_doctor_looks_at_the_databases(run, tmp_path):
    (tmp_path / "data" / "store.db").write_bytes(b"rubbish" * 600)
    (tmp_path / "data" / "journal.db.damaged.20261124T000000Z").touch()
    shown = run("doctor", "--seconds", "1", env={"LC_ALL": "C"}).output
    assert "journal.db: sound" in shown
    assert "store.db is damaged" in shown
    assert "set aside" in shown


def test_the_watchers_screen_shows_text_as_text():
    screen = Screen()
    sample = {"at": "now", "meter": "linky", "values": {"apparent_power_va": 1234}}
    screen.take("sample", sample)
    screen.take("sample", {**sample, "values": {"tariff_option": "[red]evil"}})
    screen.take("event", {"at": "now", "meter": "linky", "kind": "tariff"})
    console = Console(width=100)
    with console.capture() as capture:
        console.print(screen.render())
    assert "[red]evil" in capture.get()
    assert "tariff" in capture.get()


def test_before_the_first_word_the_screen_says_that_it_waits():
    console = Console(width=100)
    with console.capture() as capture:
        console.print(Screen().render())
    assert "En attente du compteur" in capture.get()


def test_what_is_printed_for_machines_is_json(tmp_path):
    capture = tmp_path / "capture.tic"
    capture.write_bytes(b"\x02\nBASE 000000104 P\r\x03")
    result = CliRunner().invoke(app, ["decode", str(capture)])
    assert all(
        isinstance(json.loads(line), dict) for line in result.output.splitlines()
    )


def test_a_command_imports_no_other():
    code = (
        "import sys; sys.argv = ['releve', '--version']\n"
        "from cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted(m for m in sys.modules if m in ('numpy', 'fastapi', 'rich')))"
    )
    words = [sys.executable, "-c", code]
    said = subprocess.run(words, check=False, capture_output=True, text=True)
    assert said.stdout.splitlines()[-1] == "[]", said.stderr


def test_a_name_nearly_right_is_told_the_right_one():
    said = CliRunner().invoke(app, ["decod"])
    assert said.exit_code == 2
    assert "decode" in said.output + said.stderr
