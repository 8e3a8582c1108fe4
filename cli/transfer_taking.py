"""What came by a transfer: looked at, accepted or refused, and its papers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import import_words
from cli import transfer_place as place
from cli import transfer_words as words
from cli.cloud_place import said
from cli.display import shown as fit
from cli.lan import step_down
from cli.language import spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.config import Config, load_config
from edge.errors import EdgeError

if TYPE_CHECKING:
    from edge.importing.report import Report
    from edge.transfer.offer import Offer
    from edge.transfer.offers import Offers

REFUSED, SOME_REFUSED = 1, 3
Meter = Annotated[
    str | None, typer.Option(help="Which meter it is of, where that isn't clear.")
]


def preview(
    transfer: place.Transfer,
    *,
    meter: Meter = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Look into what came, and take nothing of it."""
    settings, typed = load_config(config), _typed(passphrase_file)
    with _waiting(settings, transfer) as (_, offer):
        if offer.announced.profile == "extract":  # type: ignore[union-attr] # it is whole
            _lines(settings, _imported(settings, offer, meter, dry_run=True))
        else:
            secret = typed or passphrase(None, twice=False)
            from cli import transfer_home  # noqa: PLC0415 - brings cryptography

            transfer_home.show(settings, offer, secret)
        said(words.NOTHING_YET, id=offer.id)


def accept(
    transfer: place.Transfer,
    *,
    meter: Meter = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Take what came into this home; what was granted elsewhere grants nothing here.

    Exit status: 0 all was taken, 3 rows were refused, 1 it was refused whole.
    """
    from edge.transfer.offer import State  # noqa: PLC0415 - as above

    settings, typed = load_config(config), _typed(passphrase_file)
    with _waiting(settings, transfer) as (offers, offer):
        if offer.announced.profile == "extract":  # type: ignore[union-attr] # it is whole
            report = _imported(settings, offer, meter, dry_run=False)
            _lines(settings, report)
            if report.whole:
                raise typer.Exit(REFUSED)
            offers.end(offer.id, State.TAKEN)
            if report.refused:
                raise typer.Exit(SOME_REFUSED)
            return
        secret = typed or passphrase(None, twice=False)
        from cli import transfer_home  # noqa: PLC0415 - brings cryptography

        transfer_home.take(settings, offers, offer, secret)
        offers.end(offer.id, State.TAKEN)


def refuse(transfer: place.Transfer, config: ConfigFile = None) -> None:
    """Take nothing of what came, or still comes; it is erased."""
    from edge.transfer.offer import State  # noqa: PLC0415 - as above

    settings = load_config(config)
    step_down(settings.data_dir)
    offers = place.offers(settings)
    one = place.meant(transfer, [one.id for one in offers.all() if not one.ended])
    offers.end(one, State.REFUSED)
    said(words.REFUSED, id=one)


def receipt(transfer: place.Transfer, config: ConfigFile = None) -> None:
    """Show a transfer's receipt, the same on both sides, if its signature is right."""
    from edge.transfer.receipt import check  # noqa: PLC0415 - as above

    settings = load_config(config)
    step_down(settings.data_dir)
    comes, goes = place.offers(settings), place.parcels(settings)
    known = {one.id: one.receipt for one in comes.all() if one.receipt}
    known |= {one.id: one.receipt for one in goes.all() if one.receipt}
    found = known[place.meant(transfer, [*known])]
    check(found)
    typer.echo(json.dumps(found, indent=2))


def consents(transfer: place.Transfer, config: ConfigFile = None) -> None:
    """Show what was granted in the home that a pack is from; it holds nothing here."""
    from cli import transfer_home  # noqa: PLC0415 - as above

    settings = load_config(config)
    step_down(settings.data_dir)
    offers = place.offers(settings)
    one = place.meant(transfer, [one.id for one in offers.all()])
    transfer_home.show_consents(offers, one)


COMMANDS: tuple[Callable[..., None], ...] = (
    *(preview, accept, refuse),
    *(receipt, consents),
)


def _typed(file: Path | None) -> str:
    """Give what a file says, before root steps down: it may be root's alone."""
    return "" if file is None else passphrase(file, twice=False)


@contextmanager
def _waiting(settings: Config, typed: str) -> Iterator[tuple[Offers, Offer]]:
    """Lend a pack that waits for its owner's word; raise EdgeError."""
    from edge.transfer.offer import State  # noqa: PLC0415 - as above

    step_down(settings.data_dir)
    offers = place.offers(settings)
    place.tidy(settings)
    whole = {one.id: one for one in offers.all() if one.state is State.WHOLE}
    found = whole[place.meant(typed, [*whole])]
    if not offers.pack(found.id).is_file():
        raise EdgeError(
            "what came is here no more: what was erased went from it, too",
            hint="refuse it, and have it sent anew",
        )
    yield offers, found


def _imported(
    settings: Config, offer: Offer, meter: str | None, *, dry_run: bool
) -> Report:
    """Have an extract be imported, as any file from outside."""
    from edge.importing.door import opened  # noqa: PLC0415 - as above
    from edge.importing.plain_file import plain_bytes  # noqa: PLC0415 - same
    from edge.importing.reading import Asked  # noqa: PLC0415 - same

    data = plain_bytes(place.offers(settings).pack(offer.id))
    asked = Asked(f"transfer-{offer.id[:8]}.zip", meter, dry_run=dry_run)

    async def run(tell: Any) -> Report:
        async with opened(settings, dry_run=dry_run) as door:
            return await door.take(data, asked, tell)

    with shown() as tell:

        def told(step: str, part: float) -> None:
            tell(import_words.STEPS[step].said(spoken()), part)

        return asyncio.run(run(told))


def _lines(settings: Config, report: Report) -> None:
    for line in import_words.lines(report, spoken(), settings.zone):
        typer.echo(fit(line))
