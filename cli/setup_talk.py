"""A dialogue at a terminal: what is said, what is asked, and what Enter answers."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from cli import setup_words as words
from cli.language import Language, Words
from cli.setup_answers import FILES, NONE, Fluid
from edge.sources.mqtt_in.presets import PRESETS

KEEP = "0"


@dataclass(frozen=True, slots=True)
class Talk:
    """Speaks one language; with `yes`, every question has its own answer."""

    language: Language
    yes: bool = False

    def say(self, sentence: Words, **values: object) -> None:
        """Say a sentence."""
        typer.echo(sentence.said(self.language).format(**values))

    def ask(self, sentence: Words, default: str, **values: object) -> str:
        """Give what is answered, or the default."""
        if self.yes:
            return default
        shown = sentence.said(self.language).format(**values)
        return str(typer.prompt(shown, default=default)).strip()

    def agree(self, sentence: Words, *, default: bool, **values: object) -> bool:
        """Give whether it is agreed."""
        if self.yes:
            return default
        shown = sentence.said(self.language).format(**values)
        return bool(typer.confirm(shown, default=default))

    def choose(self, sentence: Words, answers: int, **values: object) -> str:
        """Give the number of an answer, 0 as it is."""
        if self.yes:
            return KEEP
        self.say(sentence, **values)
        while True:
            said = self.ask(words.CHOICE, KEEP)
            if said.isdigit() and int(said) <= answers:
                return said

    def fluid(self, fluid: Fluid, now: str) -> str | None:
        """Give how a meter is read, as one word; None as it is."""
        if not self.yes:
            self.say(words.READ[fluid.kind])
        match self.choose(words.WAYS, 4, now=now):
            case "1":
                return NONE
            case "2":
                return FILES
            case "3":
                return self._pulses(fluid)
            case "4":
                return self._heard()
        return None

    def _pulses(self, fluid: Fluid) -> str:
        line = self.ask(words.LINE, "17" if fluid.kind == "gazpar" else "27")
        pulse = self.ask(words.PULSE, "10" if fluid.kind == "gazpar" else "1")
        index = self.ask(words.INDEX, "")
        return f"gpio={line},pulse={_decimal(pulse)}" + (
            f",index={_decimal(index)}" if index else ""
        )

    def _heard(self) -> str:
        names = ", ".join(PRESETS)
        name = ""
        while name not in PRESETS:
            name = self.ask(words.PROGRAM, "wmbusmeters", known=names).lower()
        preset, word = PRESETS[name], f"mqtt={name}"
        if preset.topic is None:
            word += f",topic={self.ask(words.TOPIC, f'{name}/meter')}"
        if preset.path is None:
            word += f",path={self.ask(words.JSON_PATH, 'count')}"
        if preset.unit is None:
            word += f",unit={self.ask(words.UNIT, 'pulse')}"
        if preset.radio:
            word += f",ids={self.ask(words.IDS, '')}".removesuffix(",ids=")
        return word

    def broker(self, now: str) -> str | None:
        """Give "none", "managed" or an address; None as it is."""
        match self.choose(words.MQTT, 3, now=now):
            case "1":
                return NONE
            case "2":
                return "managed"
            case "3":
                return self.ask(words.URL, "mqtt://localhost:1883")
        return None


def _decimal(text: str) -> str:
    return text.replace(",", ".")
