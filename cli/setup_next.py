"""What a household does once its configuration is written: the commands to type."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from cli import lan, lan_words
from cli import setup_words as words
from cli.setup_answers import GAS, WATER
from cli.setup_file import SYSTEM
from cli.setup_talk import Talk
from edge.config import Config
from edge.config.load import DEFAULT_PATHS


def show_next(found: Config, path: Path, talk: Talk, *, systemd: bool) -> None:
    """Say what comes next: files, the network, the commands to type."""
    if any(_by_files(meter.kind, meter.model_extra or {}) for meter in found.meters):
        folder = found.imports.folder
        place = "" if folder is None else found.data_dir / folder
        talk.say(words.FILES if place else words.FILES_BY_HAND, folder=place)
    url = found.api.address
    if found.lan.open:
        url = _network_shown(found, path, talk) or url
    system = path.is_relative_to("/etc")
    releve = "sudo releve" if system else "releve"
    where = "" if path in DEFAULT_PATHS else f" --config {shlex.quote(str(path))}"
    if system and systemd:
        start = "sudo systemctl restart releve"
    else:
        start = f"{releve} run{where}"
    talk.say(words.NEXT)
    for command, why in (
        (start, words.START),
        (f"{releve} doctor{where}", words.DOCTOR),
        (f"{releve} pair{where}", words.PAIR),
        (f"{releve} watch{where}", words.WATCH),
    ):
        talk.say(words.COMMAND, command=command, why=talk.said(why, url=url))


def _by_files(kind: str, own: dict[str, object]) -> bool:
    return kind in (GAS.kind, WATER.kind) and not {"gpio", "mqtt"} & set(own)


def _network_shown(found: Config, path: Path, talk: Talk) -> str | None:
    """Show how others reach this machine; give the address, None before it has one."""
    served = path.is_relative_to(SYSTEM) and os.geteuid() == 0
    if served and not found.data_dir.exists():
        # what root made there the service could not open: it makes it itself
        talk.say(lan_words.NO_CERTIFICATE)
        return None
    lan.step_down(found.data_dir)
    held = lan.make(found)
    lan.show_open(found, held, talk.language)
    return f"https://{held.names.host}:{found.lan.https.rpartition(':')[2]}"
