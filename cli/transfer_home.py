"""A home's pack that came by a transfer: opened by its passphrase, shown, taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from cli import transfer_place as place
from cli import transfer_words as words
from cli.cloud_place import said
from cli.display import shown as fit
from cli.language import spoken
from cli.progress import shown
from edge.config import Config
from edge.portability import door, kept, sealed
from edge.portability.opening import Opened, opened
from edge.private_file import write_private
from edge.transfer.offer import Offer
from edge.transfer.offers import CONSENTS, Offers

MOST = 8 << 20
"""Of what was granted in another home."""
SHOWN = 200


def show(settings: Config, offer: Offer, secret: str) -> None:
    """Say what a pack holds; nothing of it is taken."""
    with _opened(settings, offer, secret) as pack:
        pack.verify()
        home, consents = kept.read(pack), _granted(_consents(pack))
        meters = ", ".join(f"{one} ({of})" for one, of in home.meters.items())
        said(words.HOME_PREVIEW, meters=meters, zone=home.zone, consents=len(consents))
        for path, resource in pack.resources.items():
            said(words.FILE, path=path, size=place.sized(resource["bytes"], spoken()))


def take(settings: Config, offers: Offers, offer: Offer, secret: str) -> None:
    """Take a pack, and keep beside the receipt what was granted where it is from."""
    with _opened(settings, offer, secret) as pack:
        text = _consents(pack)
    with shown() as tell:
        taken = door.take(settings, offers.pack(offer.id), secret, tell)
    write_private(offers.directory(offer.id) / CONSENTS, text.encode())
    meters = ", ".join(taken.meters)
    said(words.TAKEN, rows=taken.rows, kept=taken.kept, meters=meters)
    said(words.CONSENTS, count=len(_granted(text)), id=offer.id)


def show_consents(offers: Offers, transfer: str) -> None:
    """Show what was granted in another home."""
    path = offers.directory(transfer) / CONSENTS
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST)
    except (OSError, UnicodeDecodeError):
        text = ""
    found = _granted(text)
    said(words.INACTIVE if found else words.NO_CONSENTS)
    for one in found[:SHOWN]:
        typer.echo(f"  {fit(json.dumps(one, ensure_ascii=False))}")


@contextmanager
def _opened(settings: Config, offer: Offer, secret: str) -> Iterator[Opened]:
    pack = place.offers(settings).pack(offer.id)
    with sealed.unsealed(pack, secret, settings.data_dir) as whole, opened(whole) as it:
        yield it


def _consents(pack: Opened) -> str:
    if kept.CONSENTS not in pack.resources:
        return ""
    with pack.text(kept.CONSENTS) as text:
        return text.read(MOST)


def _granted(text: str) -> list[Any]:
    """Give the records of consents that a text has; none of what is none."""
    try:
        found = json.loads(text)["@graph"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return found if isinstance(found, list) else []
