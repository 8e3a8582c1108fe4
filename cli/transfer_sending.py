"""A parcel made ready for another Relevé, once it has proved that it gave the code."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from cli import transfer_place as place
from cli import transfer_words as words
from cli.cloud_place import said
from cli.draft import draft
from cli.lan import step_down
from cli.language import spoken
from cli.pack_options import Profile
from cli.passphrase import passphrase
from cli.progress import shown
from cli.transfer_wanted import Wanted
from edge.config import Config
from edge.errors import EdgeError
from edge.outgoing.destination import Destination
from edge.portability import door, home, sealed, writing
from edge.transfer.announcement import Announcement
from edge.transfer.code import Code
from edge.transfer.errors import TransferRefused
from edge.transfer.parcel import Parcel
from edge.transfer.parcels import Parcels
from edge.transfer.peer import Peer
from edge.transfer.sending import FINAL, Sending

Tell = Callable[[str, float], None]
CODE_MOST = 200


def ready(
    config: Config,
    url: str,
    wanted: Wanted,
    code_file: Path | None,
    passphrase_file: Path | None,
) -> Parcel:
    """Give the parcel that goes there: the one under way, else another.

    Raises OutgoingRefused, TransferRefused, TransferLost, PackRefused.
    """
    to = Destination.parse(url).origin
    mine, now_ms = place.parcels(config), place.now_ms()
    under_way = [one for one in mine.all() if one.url == to and one.goes_on(now_ms)]
    if under_way:
        step_down(config.data_dir)
        one = under_way[0]
        size = place.sized(one.announced.size, spoken())
        when = place.when(one.made_ms, config)
        if one.asked != wanted.asked:
            raise TransferRefused(
                "another",
                f"another pack is under way there, {one.id}",
                hint="type the same words to go on, or `releve transfer cancel` it",
            )
        said(words.GOES_ON, id=one.id, when=when, size=size)
        with _ending(mine, one):
            asyncio.run(_greeted(to, one.secret))
        return one
    extract = wanted.extract(config)
    code = _code(code_file)
    if (known := mine.find(code.id)) is not None:
        return _handed(known, wanted)
    peer = asyncio.run(_greeted(to, code))
    said(words.REACHED, url=to, size=place.sized(peer.most, spoken()))
    secret = ""
    if extract is None:
        said(words.SEAL)
        secret = passphrase(passphrase_file, twice=True)
        sealed.fit(secret)
    step_down(config.data_dir)
    mine.tidy()
    pack = mine.room(code.id)
    try:
        with shown() as tell, draft(pack) as file:
            if extract is None:
                _whole(config, secret, file, tell)
                given = None
            else:
                given = door.written(config, extract, file, tell)
        profile = Profile.HOME if extract is None else Profile.EXTRACT
        announced = _announced(pack, profile)
        _fits(announced, peer)
        parcel = Parcel(
            *(code.id, to, place.now_ms(), peer.until_ms, announced, code.letters),
            service="" if given is None else given["service"],
            asked=wanted.asked,
        )
        mine.keep(parcel)
    except BaseException:
        mine.forget(code.id)
        raise
    if given is not None:
        _receipts(mine, code.id, given)
    return parcel


def _handed(parcel: Parcel, wanted: Wanted) -> Parcel:
    """Give what went by this code already; raise TransferRefused where it didn't."""
    if parcel.receipt is None or parcel.asked != wanted.asked:
        raise TransferRefused(
            "other-pack",
            "this code was used for another pack, or for one that was given up",
            hint="ask for another code: each is good for one",
        )
    return parcel


async def sent(config: Config, parcel: Parcel, tell: Tell) -> Parcel:
    """Send it to its end; raise OutgoingRefused, TransferRefused, TransferLost."""
    mine = place.parcels(config)
    if parcel.receipt is not None:
        return parcel

    def told(step: str, part: float) -> None:
        tell(words.STEPS[step].said(spoken()), part)

    with _ending(mine, parcel):
        going = Sending(mine, place.GUARD, told, place.PATIENCE_S, place.AGAIN_S)
        return await going.send(parcel)


@contextmanager
def _ending(mine: Parcels, parcel: Parcel) -> Iterator[None]:
    """Give a parcel up that is told to have no way any more."""
    try:
        yield
    except TransferRefused as error:
        if error.reason in FINAL:
            mine.give_up(parcel, error.message)
        raise


async def _greeted(url: str, code: Code) -> Peer:
    async with Peer.reached(Destination.parse(url), code, place.GUARD) as peer:
        return peer


def _code(file: Path | None) -> Code:
    if file is None:
        return Code.read(str(typer.prompt(words.CODE.said(spoken()), hide_input=True)))
    try:
        with file.open(encoding="utf-8") as text:
            return Code.read(text.read(CODE_MOST).partition("\n")[0])
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file} can't be read") from error


def _whole(config: Config, secret: str, to: object, tell: Tell) -> None:
    with home.opened(config) as found:
        sealing = sealed.Sealing(to, secret)  # type: ignore[arg-type] # a binary file
        for step, part in writing.HomePack(found).steps(sealing):
            tell(step, part)
        sealing.close()


def _announced(pack: Path, profile: Profile) -> Announcement:
    with pack.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Announcement(profile.value, file.tell(), digest)


def _fits(announced: Announcement, peer: Peer) -> None:
    if announced.size > announced.most(peer.most):
        size = place.sized(announced.size, spoken())
        raise TransferRefused(
            "too-large",
            f"{size} are more than is taken there",
            hint="part it by --from and --to, or have a code made with --max-size",
        )


def _receipts(mine: Parcels, transfer: str, given: dict[str, object]) -> None:
    """Keep the receipts of the consents that an extract was cut by."""
    for number, one in enumerate(given["receipts"], 1):  # type: ignore[arg-type, var-annotated] # ours
        file = mine.directory(transfer) / f"consent-{number}.json"
        with draft(file) as to:
            to.write(json.dumps(one, indent=2).encode())
        said(words.RECEIPT, file=file)
