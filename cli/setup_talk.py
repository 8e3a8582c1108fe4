"""A dialogue at a terminal: what is said, what is asked, and what Enter answers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import quote

import typer

from cli import setup_words as words
from cli.language import Language, Words
from cli.setup_answers import FILES, NO, NONE, Counted
from edge.sources.mqtt_in.presets import PRESETS

KEEP = ""
YES_WORDS = ("y", "yes", "o", "oui")
NO_WORDS = ("n", *NO)
PINS, LITRES, M3 = 1023, 10_000, 99_999
TLS_PORT = "8883"
BETWEEN = re.compile(r"[\s,;+]+")


@dataclass(frozen=True, slots=True)
class Talk:
    """Speaks one language; with `yes`, every question has its own answer."""

    language: Language
    yes: bool = False

    def say(self, sentence: Words, **values: object) -> None:
        """Say a sentence."""
        typer.echo(self.said(sentence, **values))

    def complain(self, sentence: Words, **values: object) -> None:
        """Say a sentence on the error output."""
        typer.echo(self.said(sentence, **values), err=True)

    def said(self, sentence: Words, **values: object) -> str:
        """Give a sentence as it is said."""
        return sentence.said(self.language).format(**values)

    def ask(self, sentence: Words, default: str, **values: object) -> str:
        """Give what is answered, or the default."""
        if self.yes:
            return default
        shown = self.said(sentence, **values)
        return str(typer.prompt(shown, default=default, show_default=bool(default)))

    def need(self, sentence: Words) -> str:
        """Give what is answered, which is never nothing."""
        while not (said := self.ask(sentence, "").strip()):
            self.say(words.NEEDED)
        return said

    def agree(self, sentence: Words, *, default: bool, **values: object) -> bool:
        """Give whether it is agreed."""
        if self.yes:
            return default
        shown = self.said(sentence, **values)
        choice = words.YES_OR_NO if default else words.NO_OR_YES
        while True:
            said = self._line(f"{shown} [{self.said(choice)}] ").lower()
            if not said:
                return default
            if said in YES_WORDS or said in NO_WORDS:
                return said in YES_WORDS
            self.say(words.SAY_YES_OR_NO)

    def choose(self, sentence: Words, answers: int, now: str) -> str:
        """Give the number of an answer, "" for what is now."""
        if self.yes:
            return KEEP
        self.say(sentence)
        while True:
            said = self.ask(words.CHOICE, KEEP, now=now).strip()
            if said == KEEP or said in map(str, range(1, answers + 1)):
                return said
            self.say(words.NO_SUCH_CHOICE, last=answers)

    def number(self, sentence: Words, default: str, most: int, *, whole: bool) -> str:
        """Give a number as it was answered, a comma read as a point."""
        while True:
            said = self.ask(sentence, default).strip().replace(",", ".")
            if said == default or _is_number(said, most, whole=whole):
                return said
            self.say(words.A_WHOLE if whole else words.A_NUMBER, most=most)

    def counted(self, counted: Counted, now: str) -> str | None:
        """Give how a meter is read, as one word; None as it is."""
        if not self.yes:
            self.say(words.READ[counted.kind])
        match self.choose(words.WAYS, 4, now):
            case "1":
                return NONE
            case "2":
                return FILES
            case "3":
                return self._pulses(counted)
            case "4":
                return self._heard()
        return None

    def _pulses(self, counted: Counted) -> str:
        line = self.number(words.LINE, counted.line, PINS, whole=True)
        pulse = self.number(words.PULSE, counted.litres, LITRES, whole=False)
        index = self.number(words.INDEX, "", M3, whole=False)
        return f"gpio={line},pulse={pulse}" + (f",index={index}" if index else "")

    def _heard(self) -> str:
        names = ", ".join(PRESETS)
        while True:
            name = self.ask(words.PROGRAM, "wmbusmeters", known=names).strip().lower()
            if name in PRESETS:
                break
            self.say(words.NO_SUCH_PROGRAM, known=names)
        preset, word = PRESETS[name], f"mqtt={name}"
        if preset.topic is None:
            word += f",topic={self.need(words.TOPIC)}"
        if preset.path is None:
            word += f",path={self.need(words.JSON_PATH)}"
        if preset.unit is None:
            word += f",unit={self.ask(words.UNIT, 'pulse').strip()}"
        if preset.radio:
            word += f",ids={'+'.join(BETWEEN.split(self.need(words.IDS)))}"
        return word

    def broker(self, now: str) -> str | None:
        """Give "none", "managed" or an address; None as it is."""
        match self.choose(words.MQTT, 3, now):
            case "1":
                return NONE
            case "2":
                return "managed"
            case "3":
                return self._address()
        return None

    def _address(self) -> str:
        place = self.ask(words.BROKER, "localhost:1883").strip()
        if "://" in place:
            return place
        host, _, port = place.partition(":")
        scheme = "mqtts" if port == TLS_PORT else "mqtt"
        where = f"{host}:{port or '1883'}"
        name = self.ask(words.BROKER_NAME, "").strip()
        if not name:
            return f"{scheme}://{where}"
        secret = self._hidden(self.said(words.BROKER_PASSWORD))
        return f"{scheme}://{quote(name, safe='')}:{quote(secret, safe='')}@{where}"

    def _line(self, shown: str) -> str:
        return str(
            typer.prompt(shown, default="", show_default=False, prompt_suffix="")
        ).strip()

    def _hidden(self, shown: str) -> str:
        return str(typer.prompt(shown, default="", show_default=False, hide_input=True))


def _is_number(text: str, most: int, *, whole: bool) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return (
        math.isfinite(value) and 0 <= value <= most and (not whole or text.isdecimal())
    )
