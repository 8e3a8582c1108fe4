"""`releve setup` beside virtual meters: what it hears, writes, and what then runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest
from typer.testing import CliRunner

from cli import setup_ports
from cli import setup_words as words
from cli.main import app
from edge.config import load_config
from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
MS = re.MULTILINE | re.DOTALL
FRENCH = {**os.environ, "LC_ALL": "fr_FR.UTF-8"}
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8"}


@contextmanager
def speaking(link: Path, *words: str) -> Iterator[str]:
    """Have a simulated meter speak in a process of its own; give its port."""
    line = [*RELEVE, "simulate", "linky", "--link", str(link), "--speed", "4", *words]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == str(link)
        try:
            yield str(link)
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.fixture
def home(tmp_path) -> Iterator[Home]:
    """Give a home that has no configuration yet."""
    home = Home(tmp_path)
    home.config.unlink()
    yield home
    home.end()


def setup(home: Home, *words: str, env: dict[str, str] = ENGLISH):
    return subprocess.run(
        [*RELEVE, "setup", "--config", home.config, "--data-dir", home.data, *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


class Terminal:
    """A terminal at which a command runs; what is typed answers what is read."""

    def __init__(self, *words: str, env: dict[str, str]) -> None:
        self._ours, theirs = os.openpty()
        self._process = subprocess.Popen(
            [*RELEVE, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=env,
            start_new_session=True,  # a password is asked here, not at ours
            # A test run in the background ignores Ctrl-C, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing else is done there
        )
        os.close(theirs)
        self.said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def until(self, words: str) -> None:
        """Read on to these words."""
        seen = len(self.said)
        while words not in self.said[seen:]:
            self.said += os.read(self._ours, 4096).decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._ours, f"{text}\n".encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Read what is left; give how it ended."""
        try:
            while True:
                self.said += os.read(self._ours, 4096).decode(errors="replace")
        except OSError:  # the other end is closed
            return self._process.wait(timeout=60)


@pytest.mark.parametrize(
    ("mode", "said"),
    [("standard", "standard mode (9600 baud)"), ("historic", "historic mode (1200")],
)
async def test_what_it_writes_is_what_the_service_then_runs_on(home, mode, said):
    with speaking(home.tic, "--mode", mode) as port:
        done = setup(home, "--yes", "--port", port, "--water", "files")
        assert done.returncode == 0, done.stderr
        assert f"✓ {port}: a Linky speaks, in {said}" in done.stdout
        assert ("Your meter speaks in historic mode" in done.stdout) == (
            mode == "historic"
        )
        checked = CliRunner().invoke(
            app, ["check-config", "--config", str(home.config)]
        )
        assert f"meter linky: linky on {port}, mode auto" in checked.output
        assert "meter water: water on -" in checked.output
        home.start(
            RELEVE_API__LISTEN=f"127.0.0.1:{home.port}",
            RELEVE_JOURNAL__COMMIT_SECONDS="1",
        )
        latest = await home.until(
            "/api/v1/meters/linky/latest", lambda answer: answer["values"]
        )
        assert latest["values"]
        before = home.config.read_bytes()
        listen = {"RELEVE_API__LISTEN": f"127.0.0.1:{home.port}"}
        again = setup(home, "--yes", "--port", port, env=ENGLISH | listen)
        assert f"✓ {port}: Relevé reads it at present, in {mode} mode" in again.stdout
        assert ("Your meter speaks in historic mode" in again.stdout) == (
            mode == "historic"
        )
        assert "stays as it is" in again.stdout
        assert home.config.read_bytes() == before
        assert home.stop()[0] == 0, home.said


def test_a_household_in_historic_mode_is_told_what_to_ask_its_supplier(home):
    with speaking(home.tic, "--mode", "historic") as port:
        done = setup(home, "--yes", "--port", port, env=FRENCH)
    told = " ".join(done.stdout.split())
    assert "un Linky parle, en mode historique (1200 bauds)" in told
    assert "Il y manque la tension" in told
    assert "votre fournisseur d'électricité" in told
    assert "passe en mode standard" in told


def test_a_uart_without_parity_is_read_so_from_then_on(home):
    with speaking(home.tic, "--eight-bits") as port:
        done = setup(home, "--yes", "--port", port, "--seconds", "8")
        assert done.returncode == 0, done.stdout
        (meter,) = tomllib.loads(home.config.read_text())["meters"]
        assert meter["parity"] == "software"


def test_a_port_where_nobody_speaks_is_kept_for_when_it_is_plugged_in(home):
    ours, theirs = os.openpty()
    port = os.ttyname(theirs)
    os.close(theirs)
    done = setup(home, "--yes", "--port", port, "--seconds", "1")
    os.close(ours)
    assert done.returncode == 0
    assert f"✗ {port}: nothing arrives" in done.stdout
    assert f"! No meter speaks at {port} at present" in done.stdout
    assert load_config(home.config).meters[0].port == port


def test_a_port_that_is_not_there_is_told(home):
    done = setup(home, "--yes", "--port", "/dev/serial/by-id/none", env=FRENCH)
    assert "ce port n'est pas là : branchez-le" in done.stdout
    assert home.config.exists()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give the folder where this machine's ports are, and no other port."""
    (tmp_path / "by-id").mkdir()
    monkeypatch.setattr(setup_ports, "BY_ID", tmp_path / "by-id")
    for name in ("TIC", "PINS"):
        monkeypatch.setattr(setup_ports, name, tmp_path / "none")
    monkeypatch.setattr(setup_ports, "ports", list)
    return tmp_path / "by-id"


def found(home: Home, *words: str, typed: str | None = None) -> str:
    line = ["setup", "--config", str(home.config), "--seconds", "10", *words]
    result = CliRunner().invoke(app, line, input=typed, env={"LC_ALL": "C"})
    assert result.exit_code == 0, result.output
    return result.output


def test_of_two_ports_the_one_where_a_linky_speaks_is_taken(home, machine):
    ours, theirs = os.openpty()
    (machine / "usb-Other").symlink_to(os.ttyname(theirs))
    os.close(theirs)
    with speaking(machine / "usb-TIC") as port:
        said = found(home, "--yes")
    os.close(ours)
    assert re.search(r"1  ✗ .*usb-Other: nothing arrives", said)
    assert f"2  ✓ {port}: a Linky speaks" in said
    assert load_config(home.config).meters[0].port == port


def test_of_two_linkys_the_household_says_which_by_its_number(home, machine):
    with (
        speaking(machine / "usb-A") as first,
        speaking(machine / "usb-B", "--mode", "historic") as second,
    ):
        said = found(home, typed="2\n1\n1\n1\nn\nn\ny\n")
        assert f"1  ✓ {first}" in said
        assert load_config(home.config).meters[0].port == second
        said = found(home, typed="\n" * 7)
        assert f"1  ✓ {second}" in said
        assert "its path, or none) [1]" in said
    assert load_config(home.config).meters[0].port == second


def test_the_one_that_the_service_reads_stays_though_another_speaks(home, machine):
    with speaking(machine / "usb-A") as first, speaking(machine / "usb-B") as second:
        found(home, "--yes", "--port", second)
        line = [*RELEVE, "record", second, str(home.data) + ".capture"]
        with subprocess.Popen(line, stdout=subprocess.DEVNULL) as reader:
            while not setup_ports.is_open(second):
                assert reader.poll() is None
            said = found(home, "--yes")
            reader.send_signal(signal.SIGINT)
    assert f"✓ {second}: read already" in said
    assert f"✓ {first}: a Linky speaks" in said
    assert load_config(home.config).meters[0].port == second


def test_at_a_terminal_a_french_household_is_led_to_the_end(home):
    words = ("setup", "--config", str(home.config), "--port", str(home.tic))
    with speaking(home.tic), Terminal(*words, env=FRENCH) as terminal:
        for asked, answer in (
            ("Réponse (Entrée : aucun)", "3"),
            ("Numéro GPIO", ""),
            ("Litres par impulsion", ""),
            ("Ce que le compteur affiche", "1234,5"),
            ("Réponse (Entrée : aucun)", "2"),
            ("Réponse (Entrée : non)", "3"),
            ("Sa machine", "nas"),
            ("Nom d'utilisateur", "maison"),
            ("(ne s'affiche pas): ", "secret@1"),  # its last space: it is hidden now
            ("[o/N]", "o"),
            ("[o/N]", ""),
            ("[O/n]", "oui"),
        ):
            terminal.until(asked)
            terminal.type(answer)
        assert terminal.end() == 0, terminal.said
    assert "est écrit et vérifié" in terminal.said
    assert "Sur un téléphone, ce code mène à la page du certificat" in terminal.said
    assert "▄" in terminal.said
    assert "secret" not in terminal.said
    config = load_config(home.config)
    assert [meter.id for meter in config.meters] == ["linky", "gas", "water"]
    assert config.mqtt.url == "mqtt://maison:secret%401@nas:1883"
    assert config.lan.open


@pytest.mark.parametrize("moment", ["Listening", "Answer"])
def test_ctrl_c_leaves_what_was_there(home, moment):
    text = f'[[meters]]\nid = "linky"\nport = "{home.tic}"\n'
    home.config.write_text(text)
    words = ("setup", "--config", str(home.config), "--seconds", "3")
    with speaking(home.tic), Terminal(*words, env=ENGLISH) as terminal:
        before = {path.name for path in home.config.parent.iterdir()}
        terminal.until("Listening")
        if moment == "Answer":
            terminal.until("Port of the")
            terminal.type("")
            terminal.until(moment)
        terminal.interrupt()
        assert terminal.end() == 1
        assert {path.name for path in home.config.parent.iterdir()} == before
    assert "Nothing is written." in terminal.said
    assert home.config.read_text() == text


def test_a_port_that_another_program_has_open_keeps_its_speed(home, machine):
    ours, theirs = os.openpty()
    (machine / "usb-Zigbee").symlink_to(os.ttyname(theirs))
    line = [sys.executable, "-c", "print(1, flush=True); input()"]
    with subprocess.Popen(line, stdin=theirs, stdout=subprocess.PIPE) as program:
        assert program.stdout
        program.stdout.readline()
        before = termios.tcgetattr(theirs)
        said = found(home, "--yes", "--water", "files")
        assert termios.tcgetattr(theirs) == before
        os.write(ours, b"\n")
    for end in (ours, theirs):
        os.close(end)
    assert "usb-Zigbee: another program uses it: it is not listened to" in said


def text(page: str) -> str:
    return (ROOT / page).read_text()


@pytest.mark.parametrize(
    ("page", "language", "dial", "yes"),
    [
        ("docs/install.md", "en", "1234.5", "y"),
        ("docs/fr/installation.md", "fr", "1234,5", "o"),
    ],
)
def test_the_guides_show_what_it_says(home, machine, page, language, dial, yes):
    answers = ("", "3", "", "", dial, "2", "", yes, "", "")
    shown = re.search(r"^```text\n\$ sudo releve setup.*?\n(.*?)^```", text(page), MS)
    with speaking(machine / "usb-FTDI_TIC-if00-port0"):
        line = ("--language", language, "--seconds", "15")
        said = found(home, *line, typed="".join(f"{one}\n" for one in answers))
    said = said.replace(str(machine), "/dev/serial/by-id")
    said = said.replace(str(home.config), "/etc/releve/releve.toml")
    assert shown
    assert shown[1] in "".join(f"{line.rstrip()}\n" for line in said.splitlines())


@pytest.mark.parametrize("page", ["docs/install.md", "docs/fr/installation.md"])
def test_the_guides_give_the_words_to_ask_the_supplier(page):
    asked = "la télé-information client (TIC) de mon compteur Linky passe en mode"
    said = " ".join(words.HISTORIC.fr.split())
    assert asked in said
    assert asked in " ".join(text(page).split())
