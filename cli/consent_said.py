"""Consents as sentences and lines, for the commands that show them."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from cli import consent_words as words
from cli.display import shown
from cli.language import Language, Words, spoken
from edge.config import Config
from edge.consent.records import Consent, Declared
from edge.consent.terms import Channel, Terms
from edge.sample import utc


def say(told: Words, *values: object) -> None:
    """Say a sentence in the reader's language; what others wrote is `shown` before."""
    typer.echo(told.said(spoken()).format(*values))


def day(config: Config, at_ms: int) -> str:
    """Write the civil day of an instant."""
    return f"{utc(at_ms).astimezone(config.zone):%Y-%m-%d}"


def until(config: Config, consent: Consent) -> str:
    """Say until when a consent holds: its last whole day."""
    return words.UNTIL.said(spoken()).format(day(config, consent.expires_ms - 1))


def what_of(consent: Consent) -> str:
    """Say what a consent is of: class, how fine, meters."""
    meters = ", ".join(sorted(consent.meters))
    return f"{words.what(consent.terms, spoken())} ({meters})"


def declared_lines(declared: Declared, language: Language) -> Iterator[str]:
    """Give what a service says of itself, marked as that."""
    yield words.DECLARED.said(language).format(shown(declared.name))
    for line in words.declared_lines(declared, language):
        yield f"  {shown(line)}"


def terms_lines(terms: Terms, language: Language) -> Iterator[str]:
    """Give what is asked or granted, a line for each thing to weigh."""
    yield f"  {words.what(terms, language)}"
    yield words.PURPOSE.said(language).format(shown(terms.purpose))
    yield words.LENGTHS.said(language).format(
        words.length(terms.history, language), words.length(terms.duration, language)
    )
    ways = [
        words.CHANNELS[one].said(language) for one in Channel if one in terms.channels
    ]
    yield "  " + ", ".join(ways)
    if terms.grain in words.PRESENCE:
        yield words.SHOWS_PRESENCE.said(language)
