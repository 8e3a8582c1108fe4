"""`releve setup`: the first contact. It finds the meter, asks little, writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import lan, setup_file
from cli import setup_words as words
from cli.doctor import CONSEIL
from cli.language import Language, Words, spoken
from cli.setup_answers import FILES, GAS, NONE, WATER, Fluid, NoAnswer, meter_of
from cli.setup_file import Draft
from cli.setup_ports import Heard, candidates, listen_to
from cli.setup_talk import Talk
from edge.config import load_config
from edge.errors import BrokerError
from teleinfo.diagnosis import ADVICE
from teleinfo.mode import Mode


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
    file of before is kept beside it.
    """
    talk = Talk(language or spoken(), yes)
    draft = Draft.of(setup_file.place(config))
    if not yes:
        talk.say(words.HELLO, path=draft.path)
    if draft.damaged:
        talk.say(words.DAMAGED, path=draft.path)
    if data_dir is not None:
        draft.document["data_dir"] = str(data_dir)
    draft.document.setdefault("data_dir", setup_file.data_dir(draft.path))
    _linky(draft, talk, port, seconds)
    for fluid, word in ((GAS, gas), (WATER, water)):
        _fluid(draft, talk, fluid, word)
    _mqtt(draft, talk, mqtt)
    _network(draft, talk, network)
    if not draft.meters:
        raise NoAnswer(
            "no meter was found or named",
            hint="plug it in, or name its port: --port /dev/serial/by-id/…",
        )
    if not talk.agree(words.WRITE, default=True, path=draft.path):
        talk.say(words.NOT_WRITTEN)
        raise typer.Exit(1)
    _written(draft, talk)


def _linky(draft: Draft, talk: Talk, port: str | None, seconds: float) -> None:
    there = draft.of_kind("linky")
    now = str(there["port"]) if there and "port" in there else None
    if port == NONE:
        if there is not None:
            draft.meters.remove(there)
        return
    known = {now: None} if now else {}
    places = [port] if port else list(dict.fromkeys([*known, *candidates()]))
    heard = _listen(talk, places, seconds, now)
    if not places:
        talk.say(words.NO_PORT)
    found = next((one.port for one in heard if one.speaks), None)
    if port is None:
        port = talk.ask(words.WHICH_PORT, found or now or NONE)
    if port == NONE:
        return
    if all(one.port != port for one in heard):
        heard += _listen(talk, [port], seconds, now)
    chosen = next(one for one in heard if one.port == port)
    draft.put_linky(port, chosen.parity)
    if chosen.mode is Mode.HISTORIC:
        talk.say(words.HISTORIC)
    elif not chosen.speaks and not (chosen.busy and port == now):
        talk.say(words.UNHEARD, port=port)


def _listen(
    talk: Talk, places: list[str], seconds: float, now: str | None
) -> list[Heard]:
    if not places:
        return []
    talk.say(words.LISTENING, ports=", ".join(places), seconds=seconds)
    heard = listen_to(places, seconds)
    for one in heard:
        _told(talk, one, now)
    return heard


def _told(talk: Talk, one: Heard, now: str | None) -> None:
    if one.speaks and one.mode is not None and one.diagnosis is not None:
        mode = words.MODES[one.mode].said(talk.language)
        baud = one.diagnosis.baud
        talk.say(words.FOUND, port=one.port, mode=mode, baud=baud)
    elif one.busy and one.port == now:
        talk.say(words.BUSY, port=one.port)
    elif one.diagnosis is not None:
        verdict = one.diagnosis.verdict
        why = Words(CONSEIL[verdict], ADVICE[verdict]).said(talk.language)
        talk.say(words.NOTHING, port=one.port, why=why)
    else:
        talk.say(words.NOTHING, port=one.port, why=one.error)


def _fluid(draft: Draft, talk: Talk, fluid: Fluid, word: str | None) -> None:
    there = draft.of_kind(fluid.kind)
    if word is None:
        word = talk.fluid(fluid, _now(talk, there))
    if word is None:
        return
    table = meter_of(fluid, word)
    draft.put(fluid, table)
    if word == FILES:
        folder = Path(str(draft.document["data_dir"])) / "import"
        talk.say(words.FILES, folder=folder)


def _now(talk: Talk, there: dict[str, object] | None) -> str:
    if there is None:
        return words.NOT_THERE.said(talk.language)
    if "gpio" in there:
        return f"GPIO {there['gpio']}"
    return "MQTT" if "mqtt" in there else FILES


def _mqtt(draft: Draft, talk: Talk, word: str | None) -> None:
    said = draft.document.get("mqtt")
    now = str(said.get("url", NONE)) if isinstance(said, dict) else NONE
    if word is None:
        # an address may hold a password, which no question repeats
        word = talk.broker(now if now in (NONE, "managed") else "mqtt://…")
    if word == NONE:
        draft.table("mqtt").pop("url", None)
        if not draft.table("mqtt"):
            del draft.document["mqtt"]
    elif word is not None:
        draft.table("mqtt")["url"] = word
    url = str(draft.document.get("mqtt", {}).get("url", NONE))
    if any("mqtt" in meter for meter in draft.meters) and url in (NONE, "managed"):
        raise NoAnswer(
            "a meter that a program publishes is heard on a broker of yours",
            hint="name it: --mqtt mqtt://name:password@machine:1883",
        )
    if url == "managed":
        _look_for_mosquitto(talk)


def _look_for_mosquitto(talk: Talk) -> None:
    from edge.broker.mosquitto import find  # noqa: PLC0415 - MQTT, where asked for

    try:
        find()
    except BrokerError as error:
        talk.say(words.NO_MOSQUITTO, why=error)


def _network(draft: Draft, talk: Talk, asked: bool | None) -> None:  # noqa: FBT001 - yes, no, or not said
    said = draft.document.get("lan")
    now = bool(said.get("open")) if isinstance(said, dict) else False
    wanted = talk.agree(words.LAN, default=now) if asked is None else asked
    if wanted or now:
        draft.table("lan")["open"] = wanted


def _written(draft: Draft, talk: Talk) -> None:
    existed = draft.path.exists()
    before = draft.write(talk.language)
    if before is None and existed:
        talk.say(words.UNCHANGED, path=draft.path)
    else:
        talk.say(words.WRITTEN, path=draft.path)
    if before is not None:
        talk.say(words.KEPT, path=before)
    found = load_config(draft.path)
    url = f"http://{found.api.listen}/"
    if found.lan.open:
        lan.step_down(found.data_dir)
        held = lan.make(found)
        url = f"https://{held.names.host}:{found.lan.https.rpartition(':')[2]}/"
        lan.show_open(found, held)
    talk.say(words.NEXT, start=_start(draft.path), url=url)


def _start(path: Path) -> str:
    if Path("/run/systemd/system").is_dir() and path.is_relative_to("/etc"):
        return "sudo systemctl restart releve"
    return f"releve run --config {path}"
