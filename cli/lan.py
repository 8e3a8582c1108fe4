"""`releve lan`: open the local network, encrypted; close it; show how it is reached."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import lan_words as words
from cli.language import Language, Words, spoken
from cli.options import ConfigFile
from edge.config import Config, ConfigError, load_config
from edge.config.load import DEFAULT_PATHS
from edge.config.writing import replace, with_key
from edge.lan.names import Names, names_of
from edge.lan.place import public_file

if TYPE_CHECKING:
    from edge.lan.certificates import Certificates

app = typer.Typer(
    help="Let other machines of the network in, encrypted, or not.",
    no_args_is_help=True,
)
ANSWER_S = 5.0


@app.command()
def on(
    *,
    new_ca: Annotated[
        bool,
        typer.Option(
            "--new-ca", help="Make another authority: devices must install it again."
        ),
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Open the network: HTTPS, MQTT over TLS, and mDNS says that a Relevé is here."""
    path = the_file(config)
    load_config(path)
    set_open(path, opened=True)
    found = load_config(path)
    step_down(found.data_dir)
    show_open(found, make(found, anew=new_ca))
    typer.echo(restart(path))


@app.command()
def off(config: ConfigFile = None) -> None:
    """Close the network; the certificate is kept for when it is opened again."""
    path = the_file(config)
    load_config(path)
    set_open(path, opened=False)
    say(words.CLOSED_NOW)
    typer.echo(restart(path))


@app.command()
def show(config: ConfigFile = None) -> None:
    """Show the address, the certificate's fingerprint, and a QR code of both."""
    found = load_config(config)
    step_down(found.data_dir)
    if not found.lan.open:
        say(words.CLOSED)
        return
    from edge.lan.certificates import present  # noqa: PLC0415 - where it is open

    held = present(found.data_dir)
    if held is None:
        say(words.NO_CERTIFICATE)
        return
    show_open(found, held)
    why = silent(found, held)
    say(words.ANSWERS) if why is None else say(words.SILENT, why=why)


def the_file(config: Path | None) -> Path:
    """Give the configuration that is to be changed; raise ConfigError without one."""
    path = config or next((one for one in DEFAULT_PATHS if one.exists()), None)
    if path is None:
        raise ConfigError("there is no configuration yet", hint="releve setup")
    return path


def set_open(path: Path, *, opened: bool) -> None:
    """Write lan.open into a configuration; raise ConfigError."""
    text = path.read_text(encoding="utf-8")
    changed = with_key(text, "lan", "open", value=opened)
    if changed != text:
        replace(path, changed)


def make(config: Config, *, anew: bool = False) -> Certificates:
    """Make the certificates that there aren't; raise LanError."""
    from edge.lan.certificates import Certificates  # noqa: PLC0415 - where it is open

    return Certificates.open(
        config.data_dir, _names(config), datetime.now(UTC), anew=anew
    )


def step_down(data_dir: Path) -> None:
    """As root, become whoever the data is: what root made there they couldn't open.

    Nor would root follow what a service that was taken over has laid there.
    """
    if os.geteuid() != 0 or not data_dir.exists():
        return
    whose = data_dir.stat()
    if whose.st_uid != 0:
        os.setgroups([])
        os.setgid(whose.st_gid)
        os.setuid(whose.st_uid)


def show_open(
    config: Config, held: Certificates, language: Language | None = None
) -> None:
    """Say how others reach this machine, and what proves that it is it."""
    host = held.names.host
    url = f"https://{host}:{config.lan.https.rpartition(':')[2]}"
    say(words.OPEN, language, url=url, fingerprint=held.fingerprint)
    if config.mqtt.url == "managed":
        say(words.MQTT, language, host=host, port=config.lan.mqtt.rpartition(":")[2])
    if missed := held.uncovered(_names(config)):
        say(words.UNCOVERED, language, names=", ".join(missed), host=host)
    if sys.stdout.isatty():
        say(words.SCAN, language)
    code = f"{url}/ca#sha256={held.fingerprint.replace(':', '')}"
    draw(code)


def draw(text: str) -> None:
    """Draw a QR code where a person looks; give a program the text."""
    if not sys.stdout.isatty():
        typer.echo(text)
        return
    import segno  # noqa: PLC0415 - for who looks

    segno.make(text, error="l", micro=False).terminal(compact=True)


def silent(config: Config, held: Certificates) -> str | None:
    """Give why nobody answers at the network's port; None when Relevé does."""
    host, _, port = config.lan.https.rpartition(":")
    here = "127.0.0.1" if host in ("0.0.0.0", "[::]") else host.strip("[]")  # noqa: S104 - read
    context = ssl.create_default_context(cafile=str(public_file(config.data_dir)))
    try:
        with (
            socket.create_connection((here, int(port)), ANSWER_S) as plain,
            context.wrap_socket(plain, server_hostname=held.names.host),
        ):
            return None
    except OSError as error:
        return str(error)


def installed(path: Path) -> bool:
    """Tell whether a configuration is that of a service of this system."""
    return Path("/run/systemd/system").is_dir() and path.is_relative_to("/etc")


def restart(path: Path) -> str:
    """Say what makes a configuration count."""
    if installed(path):
        return words.RESTART.said(spoken())
    return words.RESTART_BY_HAND.said(spoken()).format(path=path)


def say(sentence: Words, language: Language | None = None, **values: object) -> None:
    """Say it in a language, the reader's own unless another is named."""
    typer.echo(sentence.said(language or spoken()).format(**values))


def _names(config: Config) -> Names:
    return names_of(config.lan.name, config.api.hosts)
