"""`releve handover`: the household moves out; all is taken along, and nothing stays."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import handover_words as words
from cli.cloud_place import GUARD, as_owner
from cli.draft import draft
from cli.handover_home import Leaving, leaving_of
from cli.language import Language, spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.errors import EdgeError
from edge.handover.refusal import HandoverRefused
from edge.sample import utc

if TYPE_CHECKING:
    from edge.handover.begun import Begun

NOT_SAID, WAITS = 1, 3


class Fate(StrEnum):
    """What becomes of what a Cozy holds."""

    ERASE = "erase"
    LEAVE = "leave"


def handover(  # noqa: PLR0913 - each is one thing that the household may say
    *,
    keep_export: Annotated[
        Path | None,
        typer.Option(help="The directory of your pack and receipt: a stick's."),
    ] = None,
    cozy: Annotated[
        Fate | None, typer.Option(help="What becomes of what your Cozys hold.")
    ] = None,
    without_reaching: Annotated[
        bool,
        typer.Option(
            "--without-reaching", help="Go on without places that don't answer."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what will be done; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Hand this machine over as you move out: export, take all back, erase, new ids.

    The service may run or not. Cut off, type it again: it goes on. Exit status: 0 all
    is done, 3 a place elsewhere must still be reached.
    """
    from edge.handover import receipt  # noqa: PLC0415 - `releve --help` needs none of it
    from edge.handover.begun import Begun  # noqa: PLC0415 - same

    language, home = spoken(), leaving_of(config)
    data_dir = home.config.data_dir
    begun = Begun.of(data_dir)
    unsaid = None if begun else receipt.left_open(keep_export, data_dir)
    if unsaid is not None and not dry_run:
        _ended(home, unsaid, language)
        return
    if begun is None and home.is_new:
        typer.echo(words.NEW_ALREADY.said(language))
        return
    if begun is None:
        home.look_for_one()
        for line in home.preview(language):
            typer.echo(line)
        if dry_run:
            return
        begun = _begin(
            home, (keep_export, passphrase_file, cozy), language, asks=not yes
        )
    else:
        at = utc(begun.begun_ms).astimezone(home.config.zone).date()
        typer.echo(words.GOES_ON.said(language).format(at.isoformat()))
        if dry_run:
            return
        if keep_export is not None:
            begun = replace(begun, place=str(keep_export.absolute()))
    _go_on(home, begun, language, without=without_reaching)


def _begin(
    home: Leaving,
    given: tuple[Path | None, Path | None, Fate | None],
    language: Language,
    *,
    asks: bool,
) -> Begun:
    """Have the pack made, and the home's word that it is left."""
    from edge.handover import packed  # noqa: PLC0415 - as above
    from edge.handover.begun import Begun  # noqa: PLC0415 - same
    from edge.handover.seen import held  # noqa: PLC0415 - same
    from edge.portability.sealed import fit  # noqa: PLC0415 - same

    keep_export, passphrase_file, fate = given
    home.look_before(language)
    place = _place(home, keep_export, language, asks=asks)
    cozys = _fates(home.cozys, fate, language, asks=asks)
    if asks:
        _ask(language)
    secret = passphrase(passphrase_file, twice=True)
    fit(secret)
    data_dir, begun_ms = home.config.data_dir, time.time_ns() // 1_000_000
    stamp = utc(begun_ms).strftime("%Y%m%dT%H%M%SZ")
    file = place / f"home-{stamp}.releve"
    with shown() as tell:
        with draft(file) as to, as_owner(data_dir):
            rows = packed.write(home.config, to, secret, tell)
        tell(file.name, 0.98)
        pack = packed.read_back(file, secret, data_dir, rows)
    _give(file)
    size = pack["bytes"] / 1e6
    typer.echo(words.KEPT.said(language).format(file=file, size=size))
    begun = Begun(
        *(begun_ms, str(place), pack, language.value),
        held=held(data_dir),
        cozys=cozys,
        stays=home.stays,
    )
    begun.begin(data_dir)
    return begun


def _place(
    home: Leaving, given: Path | None, language: Language, *, asks: bool
) -> Path:
    """Give where the pack is to be, a directory that stays; raise HandoverRefused."""
    if given is None:
        if not asks:
            raise HandoverRefused(
                "say where your pack is to be kept", hint="--keep-export DIR"
            )
        given = Path(typer.prompt(words.PLACE.said(language)))
    place = given.expanduser().resolve()
    if not place.is_dir():
        raise HandoverRefused(f"{given} is no directory that is there")
    if any(place.is_relative_to(one.resolve()) for one in home.places):
        raise HandoverRefused(
            f"{given} is erased with the home", hint="a USB stick, for instance"
        )
    return place


def _fates(
    names: tuple[str, ...], given: Fate | None, language: Language, *, asks: bool
) -> Mapping[str, str]:
    if names and given is None and not asks:
        raise HandoverRefused(
            "say what becomes of what your Cozy holds",
            hint="--cozy erase, or --cozy leave",
        )
    fates = {}
    for name in names:
        fate = given
        if fate is None:
            asked = words.COZY_ERASE.said(language).format(name)
            yes = typer.confirm(asked, default=True)
            fate = Fate.ERASE if yes else Fate.LEAVE
        fates[name] = fate.value
    return fates


def _ask(language: Language) -> None:
    word = words.WORD.said(language)
    if typer.prompt(words.ASK.said(language)).strip() != word:
        typer.echo(words.NOT_DONE.said(language), err=True)
        raise typer.Exit(NOT_SAID)


def _go_on(home: Leaving, begun: Begun, language: Language, *, without: bool) -> None:
    """Do what is left of a handover, in its order."""
    from edge.handover import receipt  # noqa: PLC0415 - as above
    from edge.handover.outside import places  # noqa: PLC0415 - same

    handing, data_dir = home.handing(Language(begun.language)), home.config.data_dir
    with shown() as tell:
        if not begun.emptying:
            if not home.end_collectors():
                typer.echo(words.COLLECTORS.said(language), err=True)
            with as_owner(data_dir):
                begun = handing.rights(begun)
                typer.echo(words.TAKEN_BACK.said(language))
                found = places(home.config, begun.cozys, GUARD)
                begun, why = handing.outside(begun, found, tell, without=without)
            for line in words.unreached(why, language):
                typer.echo(line, err=True)
            if why and not without:
                typer.echo(words.AGAIN.said(language), err=True)
                raise typer.Exit(WAITS)
            handing.look(begun)
            with as_owner(data_dir):  # as root, nothing that a service laid is followed
                handing.sweep(begun)
            begun = handing.clear(begun)
        path = receipt.begin(begun, handing.remains)
        with as_owner(data_dir):
            handing.empty()
    _ended(home, path, language)


def _ended(home: Leaving, path: Path, language: Language) -> None:
    from edge.handover import receipt  # noqa: PLC0415 - as above

    try:
        receipt.close(path, home.config.data_dir)
    except EdgeError as error:  # the home is erased all the same
        typer.echo(str(error), err=True)
    _give(path)
    typer.echo(words.DONE.said(language).format(path))
    typer.echo(words.START.said(language))


def _give(path: Path) -> None:
    """Have what an administrator wrote be whose directory it is in."""
    if os.geteuid() != 0:
        return
    whose = path.parent.stat()
    with (
        suppress(OSError),  # a stick's FAT knows of nobody
        os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file,
    ):
        # a link that was put in its place leads to what stays whose it is
        if os.fstat(file.fileno()).st_nlink == 1:
            os.fchown(file.fileno(), whose.st_uid, whose.st_gid)
