"""Set-up's first question: where the Linky speaks, and how."""

from __future__ import annotations

from cli import setup_words as words
from cli.doctor import CONSEIL
from cli.language import Words
from cli.setup_answers import NO, NoAnswer
from cli.setup_file import Draft
from cli.setup_ports import Heard, candidates, listen_to
from cli.setup_talk import Talk
from teleinfo.diagnosis import ADVICE
from teleinfo.errors import NotAPort
from teleinfo.mode import Mode


def find_linky(draft: Draft, talk: Talk, asked: str | None, seconds: float) -> None:
    """Listen, ask, and have the Linky read where it is; raise NoAnswer."""
    there = draft.of_kind("linky")
    now = str((there or {}).get("port", ""))
    if asked is None:
        heard = _listen(talk, _places(draft, now), seconds, now)
        if not heard:
            talk.say(words.NO_PORT)
        chosen = _choose(talk, heard, seconds, now)
    elif asked.strip().lower() in NO:
        chosen = None
    else:
        chosen = _named(talk, asked, seconds, now)
    if chosen is None:
        if there is not None:
            draft.meters.remove(there)
        return
    draft.put_linky(chosen)
    if chosen.mode is Mode.HISTORIC:
        talk.say(words.HISTORIC)
    elif not (chosen.speaks or chosen.busy):
        talk.say(words.UNHEARD, port=chosen.port)


def _places(draft: Draft, now: str) -> list[str]:
    first = draft.of_kind("linky")
    others = [m["port"] for m in draft.meters if m is not first and m.get("port")]
    return candidates([now] if now else [], map(str, others))


def _choose(talk: Talk, heard: list[Heard], seconds: float, now: str) -> Heard | None:
    """Ask which port it is, by its number or its name; None: there is no Linky."""
    good = [one.port for one in heard if one.speaks or (one.busy and one.port == now)]
    default = now if now in good else next(iter(good), now)
    shown = default or talk.said(words.NOT_THERE)
    if default and not talk.yes:
        shown = str([one.port for one in heard].index(default) + 1)
    while True:
        said = talk.ask(words.WHICH_PORT, shown).strip()
        if said.lower() in NO:
            return None
        numbers = {str(number): one for number, one in enumerate(heard, 1)}
        found = numbers.get(said) or next((o for o in heard if o.port == said), None)
        if found is not None:
            return found
        try:
            return _named(talk, said, seconds, now)
        except NoAnswer:
            talk.say(words.NO_SUCH_PORT, said=said)


def _named(talk: Talk, port: str, seconds: float, now: str) -> Heard:
    """Listen to a port that was named; raise NoAnswer where it can be none."""
    if not port.startswith("/"):
        raise NoAnswer(f"{port!r} is no port", hint="see ls /dev/serial/by-id/")
    (heard,) = _listen(talk, [port], seconds, now)
    if isinstance(heard.refused, NotAPort):
        raise NoAnswer(heard.refused.message, hint=heard.refused.hint)
    return heard


def _listen(talk: Talk, places: list[str], seconds: float, now: str) -> list[Heard]:
    if not places:
        return []
    talk.say(words.LISTENING, count=len(places), seconds=seconds)
    heard = listen_to(places, seconds, now)
    for number, one in enumerate(heard, 1):
        talk.say(words.PORT, number=number, told=told(talk, one, now))
    return heard


def told(talk: Talk, one: Heard, now: str) -> str:
    """Say what is at a port; `now` is the one that is configured."""
    found = one.diagnosis
    if one.speaks and one.mode is not None and found is not None:
        mode = talk.said(words.MODES[one.mode])
        return talk.said(words.FOUND, port=one.port, mode=mode, baud=found.baud)
    if one.busy and one.port == now:
        return talk.said(words.BUSY, port=one.port)
    if found is not None:
        why = talk.said(Words(CONSEIL[found.verdict], ADVICE[found.verdict]))
    else:
        kinds = words.REFUSED.items()
        known = [said for kind, said in kinds if isinstance(one.refused, kind)]
        why = talk.said(known[0]) if known else str(one.refused)
    return talk.said(words.NOTHING, port=one.port, why=why)
