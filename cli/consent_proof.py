"""`releve consents receipt`, `verify` and `letter`: what proves, and what is proved."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli import consent_letter
from cli import consent_words as words
from cli.consent_said import day, say
from cli.display import shown
from cli.found import find_consent
from cli.language import Language, spoken
from cli.options import ConfigFile
from cli.reads import lines_read
from edge.config import Config, load_config
from edge.consent import receipts
from edge.consent.records import Consent
from edge.consent.view import ledger_view
from edge.errors import ConsentError

One = Annotated[str, typer.Argument(help="The consent's id.")]


def receipt(consent: One, config: ConfigFile = None) -> None:
    """Write a consent's receipt, as JSON-LD: keep it where the home can't change it."""
    with ledger_view(load_config(config).data_dir) as view:
        view.ledger.verify()  # what was changed is no proof
        known = find_consent(view.standing, consent)
        now_ms = time.time_ns() // 1_000_000
        typer.echo(as_json_text(receipts.receipt(view.entries, known.id, now_ms)))


def verify(
    receipt: Annotated[
        Path | None,
        typer.Argument(help="A receipt's file, or - : is it what was agreed to?"),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Check the ledger from end to end, and that it is what a receipt was given for."""
    found = load_config(config)
    language = spoken()
    document = None if receipt is None else receipts.read(_bytes(receipt))
    with ledger_view(found.data_dir) as view:
        count = view.ledger.verify()
        say(words.CHAIN, count, view.entries[-1].chain.hex() if count else "–")
        if document is None:
            return
        told = receipts.verified(document, view.entries)
    say(words.RIGHT, told.entries)
    for state, at_ms in told.since:
        say(words.SINCE, words.STATES[state].said(language), day(found, at_ms))
    if not told.since:
        say(words.STILL)


def letter(
    consent: One,
    *,
    language: Annotated[
        Language | None, typer.Option(help="Of the letter; yours, if not said.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write the letter that has erased what a withdrawn service had read (art. 17)."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        known = find_consent(view.standing, consent)
        if known.live(view.now_ms):
            raise ConsentError(
                "this consent holds still", hint=f"releve consents withdraw {known.id}"
            )
        declared = view.standing.services[known.service].declared
        lines = lines_read(found, view, known.service)
    left = consent_letter.of_consent(lines, known, found)
    if not left:
        raise ConsentError(
            "nothing was read under this consent, as far as the read journal goes back",
            hint="there is nothing to have erased",
        )
    if not declared.leaves_home:
        typer.echo(
            words.SAID_HOME.said(spoken()).format(shown(declared.name)), err=True
        )
    asked = spoken() if language is None else language
    now_ms = time.time_ns() // 1_000_000
    typer.echo(
        consent_letter.written(known, declared, left, asked, found, now_ms), nl=False
    )


def _bytes(path: Path) -> bytes:
    if path == Path("-"):
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConsentError(f"{path} can't be read: {error.strerror}") from error


def offer_letters(config: Config, consents: Sequence[Consent]) -> None:
    """Say of consents that were taken back for which a letter is ready."""
    with ledger_view(config.data_dir) as view:
        for one in consents:
            declared = view.standing.services[one.service].declared
            lines = lines_read(config, view, one.service)
            if declared.leaves_home and consent_letter.of_consent(lines, one, config):
                say(words.LETTER_READY, one.id)


def as_json_text(document: object) -> str:
    """Write a document for people and programs; all but ASCII is escaped.

    So nothing that somebody named itself can move a terminal's cursor.
    """
    return json.dumps(document, indent=2)
