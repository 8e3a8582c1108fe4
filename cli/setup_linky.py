"""Set-up's first question: where the Linky speaks, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cli import setup_words as words
from cli.doctor import CONSEIL
from cli.language import Words
from cli.local_api import get
from cli.setup_answers import NO, NoAnswer
from cli.setup_file import Draft
from cli.setup_ports import Heard, candidates, listen_to
from cli.setup_talk import Talk
from edge.config.load import config_of
from edge.errors import EdgeError
from teleinfo.diagnosis import ADVICE
from teleinfo.errors import NotAPort
from teleinfo.mode import Mode


def find_linky(draft: Draft, talk: Talk, asked: str | None, seconds: float) -> None:
    """Listen, ask, and have the Linky read where it is; raise NoAnswer."""
    there = draft.of_kind("linky")
    search = Search(draft, talk, seconds, str((there or {}).get("port", "")))
    if asked is None:
        chosen = search.choose()
    else:
        chosen = None if asked.strip().lower() in NO else search.named(asked)
    if chosen is None:
        if there is not None:
            draft.meters.remove(there)
        return
    draft.put_linky(chosen)
    if chosen.mode is Mode.HISTORIC:
        talk.say(words.HISTORIC)
    elif not (chosen.speaks or chosen.busy):
        talk.say(words.UNHEARD, port=chosen.port)


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the meter; `now` is the port that is configured, "" for none."""

    draft: Draft
    talk: Talk
    seconds: float
    now: str

    def choose(self) -> Heard | None:
        """Ask which port it is, by number or name; None: there is no Linky."""
        heard = self._listen(self._places())
        if not heard:
            self.talk.say(words.NO_PORT)
        default = self._default(heard)
        shown = default or self.talk.said(words.NOT_THERE)
        if default and not self.talk.yes:
            shown = str([one.port for one in heard].index(default) + 1)
        known = {str(number): one for number, one in enumerate(heard, 1)}
        known |= {one.port: one for one in heard}
        while True:
            said = self.talk.ask(words.WHICH_PORT, shown).strip()
            if said.lower() in NO:
                return None
            try:
                return known.get(said) or self.named(said)
            except NoAnswer:
                self.talk.say(words.NO_SUCH_PORT, said=said)

    def named(self, port: str) -> Heard:
        """Listen to a port that was named; raise NoAnswer where it can be none."""
        if not port.startswith("/"):
            raise NoAnswer(f"{port!r} is no port", hint="see ls /dev/serial/by-id/")
        (heard,) = self._listen([port])
        if isinstance(heard.refused, NotAPort):
            raise NoAnswer(heard.refused.message, hint=heard.refused.hint)
        return heard

    def _places(self) -> list[str]:
        first, meters = self.draft.of_kind("linky"), self.draft.meters
        others = [m["port"] for m in meters if m is not first and m.get("port")]
        return candidates([self.now] if self.now else [], map(str, others))

    def _default(self, heard: list[Heard]) -> str:
        good = [
            one.port
            for one in heard
            if one.speaks or (one.busy and one.port == self.now)
        ]
        return self.now if self.now in good else next(iter(good), self.now)

    def _listen(self, places: list[str]) -> list[Heard]:
        if not places:
            return []
        self.talk.say(words.LISTENING, count=len(places), seconds=self.seconds)
        heard = [
            replace(one, read_as=read_by_the_service(self.draft))
            if one.busy and one.port == self.now
            else one
            for one in listen_to(places, self.seconds, self.now)
        ]
        for number, one in enumerate(heard, 1):
            said = told(self.talk, one, self.now)
            self.talk.say(words.PORT, number=number, told=said)
        return heard


def read_by_the_service(draft: Draft) -> Mode | None:
    """Ask the service in which mode it reads the meter; None where nobody answers."""
    name = f"source:{(draft.of_kind('linky') or {}).get('id')}"
    try:
        report = get(config_of(draft.before, draft.path), "/api/v1/health")
        details = [p["detail"] for p in report["parts"] if p["name"] == name]
        return Mode(details[0].removeprefix("mode "))
    except (EdgeError, OSError, ValueError, LookupError, AttributeError):
        return None


def told(talk: Talk, one: Heard, now: str) -> str:
    """Say what is at a port; `now` is the one that is configured."""
    found = one.diagnosis
    mode = "" if one.mode is None else talk.said(words.MODES[one.mode])
    if one.speaks and found is not None:
        return talk.said(words.FOUND, port=one.port, mode=mode, baud=found.baud)
    if one.busy and one.port == now:
        return talk.said(words.READ_NOW if mode else words.BUSY, port=now, mode=mode)
    if found is not None:
        why = talk.said(Words(CONSEIL[found.verdict], ADVICE[found.verdict]))
    else:
        kinds = words.REFUSED.items()
        known = [said for kind, said in kinds if isinstance(one.refused, kind)]
        why = talk.said(known[0]) if known else str(one.refused)
    return talk.said(words.NOTHING, port=one.port, why=why)
