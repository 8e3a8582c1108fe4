"""A home's pack that came by a transfer: opened by its passphrase, shown, taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cli import transfer_consents as papers
from cli import transfer_place as place
from cli import transfer_words as words
from cli.cloud_place import said
from cli.display import show_table
from cli.language import spoken
from cli.progress import shown
from edge.config import Config
from edge.portability import door, kept, sealed
from edge.portability.opening import Opened, opened
from edge.transfer.offer import Offer
from edge.transfer.offers import CONSENTS, Offers


def show(settings: Config, offer: Offer, secret: str) -> None:
    """Say what a pack holds; nothing of it is taken."""
    with _opened(settings, offer, secret) as pack:
        pack.verify()
        home, consents = kept.read(pack), papers.granted(pack)
        meters = ", ".join(f"{one} ({of})" for one, of in home.meters.items())
        said(words.HOME_PREVIEW, meters=meters, zone=home.zone, consents=len(consents))
        for path, resource in pack.resources.items():
            said(words.FILE, path=path, size=place.sized(resource["bytes"], spoken()))


def take(settings: Config, offers: Offers, offer: Offer, secret: str) -> None:
    """Take a pack, and keep beside the receipt what was granted where it is from."""
    with _opened(settings, offer, secret) as pack:
        consents = papers.granted(pack)
    with shown() as tell:
        taken = door.take(settings, offers.pack(offer.id), secret, tell)
    papers.keep(offers.directory(offer.id) / CONSENTS, consents)
    meters = ", ".join(taken.meters)
    said(words.TAKEN, rows=taken.rows, kept=taken.kept, meters=meters)
    if consents:
        said(words.CONSENTS, count=len(consents), id=offer.id)


def show_consents(offers: Offers, transfer: str) -> None:
    """Show what was granted in another home."""
    found = papers.kept_in(offers.directory(transfer) / CONSENTS)
    said(words.INACTIVE if found else words.NO_CONSENTS)
    if found:
        heads = [one.said(spoken()) for one in words.CONSENT_COLUMNS]
        show_table(heads, papers.rows(found))


@contextmanager
def _opened(settings: Config, offer: Offer, secret: str) -> Iterator[Opened]:
    pack = place.offers(settings).pack(offer.id)
    with sealed.unsealed(pack, secret, settings.data_dir) as whole, opened(whole) as it:
        yield it
