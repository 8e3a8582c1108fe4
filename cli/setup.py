"""`releve setup`: the first contact. It finds the meter, asks little, writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import setup_file
from cli import setup_words as words
from cli.language import Language, spoken
from cli.setup_answers import (
    GAS,
    WATER,
    Counted,
    NoAnswer,
    NoBroker,
    broker_of,
    meter_of,
)
from cli.setup_file import Draft
from cli.setup_linky import find_linky
from cli.setup_next import show_next
from cli.setup_talk import Talk
from edge.config import KeepConfig, load_config
from edge.errors import BrokerError

SYSTEMD = Path("/run/systemd/system")
FOR_EVER, THREE_YEARS = 0, KeepConfig().half_hours
"""Days that half-hours are kept."""


def setup(  # noqa: PLR0913 - each is an answer
    *,
    port: Annotated[
        str | None,
        typer.Option(help="The Linky's port, or none; else the one where it speaks."),
    ] = None,
    gas: Annotated[
        str | None,
        typer.Option(help="none, files, gpio=17,pulse=10, or mqtt=everblu,ids=…."),
    ] = None,
    water: Annotated[
        str | None,
        typer.Option(help="The same: gpio=27,pulse=1, or mqtt=wmbusmeters,ids=…."),
    ] = None,
    mqtt: Annotated[
        str | None,
        typer.Option(help="none, managed, or mqtt://… (others see a command line)."),
    ] = None,
    network: Annotated[
        bool | None,
        typer.Option("--lan/--no-lan", help="Open the local network, encrypted."),
    ] = None,
    for_ever: Annotated[
        bool | None,
        typer.Option(
            "--half-hours-for-ever/--half-hours-three-years",
            help="How long half-hours stay; days, months and years always do.",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where everything is kept.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, max=120, help="How long to listen to each port.")
    ] = 15.0,
    language: Annotated[
        Language | None, typer.Option(help="The language of the questions.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take what is found.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The file to write."),
    ] = None,
) -> None:
    """Find the meter, add gas and water, and write the configuration; nothing is lost.

    What stands in a configuration already is the answer unless another is given; the
    file of before is kept beside it. Until the last answer nothing is written.
    """
    talk = Talk(language or spoken(), yes)
    draft = Draft.of(setup_file.place(config))
    try:
        _greet(draft, talk)
        if data_dir is not None:
            draft.document["data_dir"] = str(data_dir.absolute())
        find_linky(draft, talk, port, seconds)
        for counted, word in ((GAS, gas), (WATER, water)):
            _counted(draft, talk, counted, word)
        _mqtt(draft, talk, mqtt)
        _network(draft, talk, network)
        _kept(draft, talk, for_ever)
        agreed = _agreed(draft, talk)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo(err=True)
        agreed = False
    if not agreed:
        talk.complain(words.NOT_WRITTEN)
        raise typer.Exit(1)
    _write(draft, talk)
    show_next(load_config(draft.path), draft.path, talk, systemd=SYSTEMD.is_dir())


def _greet(draft: Draft, talk: Talk) -> None:
    if not talk.yes:
        talk.say(words.HELLO, path=draft.path)
    if draft.damaged:
        talk.say(words.DAMAGED, path=draft.path)


def _counted(draft: Draft, talk: Talk, counted: Counted, given: str | None) -> None:
    now = _now(talk, draft.of_kind(counted.kind))
    while True:
        word = talk.counted(counted, now) if given is None else given
        if word is None:
            return
        try:
            draft.put(counted, meter_of(counted, word))
        except NoAnswer as error:
            if given is not None:
                raise
            talk.say(words.WRONG, why=error)
        else:
            return


def _now(talk: Talk, there: dict[str, object] | None) -> str:
    if there is None:
        return talk.said(words.NOT_THERE)
    if "gpio" in there:
        how = f"GPIO {there['gpio']}"
    else:
        how = "MQTT" if "mqtt" in there else talk.said(words.BY_FILES)
    return talk.said(words.AS_IT_IS, how=how)


def _mqtt(draft: Draft, talk: Talk, given: str | None) -> None:
    while True:
        word = talk.broker(_broker_now(draft, talk)) if given is None else given
        try:
            if word is not None:
                draft.put_broker(broker_of(word))
            draft.look_for_the_broker()
        except NoBroker:
            if given is not None or talk.yes:
                raise
            talk.say(words.A_BROKER_OF_YOURS)
        except NoAnswer as error:
            if given is not None:
                raise
            talk.say(words.WRONG, why=error)
        else:
            break
    if draft.url() == "managed":
        _look_for_mosquitto(talk)


def _broker_now(draft: Draft, talk: Talk) -> str:
    url = draft.url()
    if not url:
        return talk.said(words.NO_MQTT)
    # an address may hold a password, which no question repeats
    how = url if url == "managed" else "mqtt://…"
    return talk.said(words.AS_IT_IS, how=how)


def _look_for_mosquitto(talk: Talk) -> None:
    from edge.broker.mosquitto import find  # noqa: PLC0415 - MQTT, where asked for

    try:
        find()
    except BrokerError as error:
        talk.say(words.WRONG, why=error)


def _network(draft: Draft, talk: Talk, asked: bool | None) -> None:  # noqa: FBT001 - yes, no, or not said
    now = bool(draft.document.get("lan", {}).get("open", False))
    wanted = talk.agree(words.LAN, default=now) if asked is None else asked
    if wanted or now:
        draft.table("lan")["open"] = wanted


def _kept(draft: Draft, talk: Talk, asked: bool | None) -> None:  # noqa: FBT001 - same
    now = draft.document.get("keep", {}).get("half_hours", THREE_YEARS)
    if asked is None and now not in (FOR_EVER, THREE_YEARS):
        return  # the owner's own number of days
    default = now == FOR_EVER
    wanted = (
        talk.agree(words.KEEP_HALF_HOURS, default=default) if asked is None else asked
    )
    if wanted != default:
        draft.table("keep")["half_hours"] = FOR_EVER if wanted else THREE_YEARS


def _agreed(draft: Draft, talk: Talk) -> bool:
    """Tell whether it is to be written; raise what is wrong with it."""
    if not draft.meters:
        talk.complain(words.NO_METER)
        raise typer.Exit(2)
    draft.look()
    if not draft.changed:
        return True
    if draft.drops_comments():
        talk.say(words.COMMENTS_STAY_BEHIND)
    return talk.agree(words.WRITE, default=True, path=draft.path)


def _write(draft: Draft, talk: Talk) -> None:
    if not draft.changed:
        talk.say(words.UNCHANGED, path=draft.path)
        return
    before = draft.write(talk.language)
    talk.say(words.WRITTEN, path=draft.path)
    if before is not None:
        talk.say(words.KEPT, path=before)
