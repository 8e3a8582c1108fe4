"""`releve consents`: what was granted, shown, narrowed, taken back and proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cli import consent_words as words
from cli.consent_proof import as_json_text, letter, offer_letters, receipt, verify
from cli.consent_request import decide
from cli.consent_said import day, declared_lines, say, terms_lines, until, what_of
from cli.display import show_table
from cli.found import find_consent, find_service, holding
from cli.grants import channels, one_of, period
from cli.language import spoken
from cli.options import ConfigFile
from edge.config import Config, load_config
from edge.consent import receipts
from edge.consent.period import Period
from edge.consent.records import Consent, Standing
from edge.consent.terms import Channel, Grain
from edge.consent.trail import trails
from edge.consent.view import ledger_view
from edge.decisions import Narrow, RefuseRequest, ShowRequest, Withdraw
from edge.errors import ConsentError
from edge.service.control import ask

app = typer.Typer(
    help="What you granted: shown, narrowed, taken back, proved.", no_args_is_help=True
)

One = Annotated[str, typer.Argument(help="The consent's id.")]
Code = Annotated[str, typer.Argument(help="The code that the service shows.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Those that ended as well.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="All of them, as ISO/IEC TS 27560 records.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what you granted, to whom, until when; a service need not run."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        if as_json:
            view.ledger.verify()
            typer.echo(as_json_text(receipts.records(view.entries)))
            return
        standing, now_ms = view.standing, view.now_ms
    kept = [c for c in standing.consents.values() if every or c.live(now_ms)]
    if not kept:
        say(words.NO_CONSENT)
        return
    show_table(
        words.headings(words.CONSENTS_COLUMNS),
        (_row(found, standing, c, now_ms) for c in kept),
    )


def _row(
    config: Config, standing: Standing, consent: Consent, now_ms: int
) -> tuple[str, ...]:
    name = standing.services[consent.service].declared.name
    held = consent.live(now_ms)
    ended = consent.expires_ms if consent.ended_ms is None else consent.ended_ms
    state = (
        until(config, consent)
        if held
        else words.OVER.said(spoken()).format(day(config, ended))
    )
    return consent.id, name, what_of(consent), state


@app.command()
def show(consent: One, *, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show one consent: what, how fine, what for, and all that was done to it."""
    found = load_config(config)
    language = spoken()
    with ledger_view(found.data_dir) as view:
        known = find_consent(view.standing, consent)
        trail = trails(view.entries)[known.id]
    if as_json:
        typer.echo(as_json_text(receipts.record(trail)))
        return
    for line in declared_lines(trail.declared, language):
        typer.echo(line)
    for line in terms_lines(known.terms, language):
        typer.echo(line)
    typer.echo(f"  {', '.join(sorted(known.meters))}")
    for state, at_ms in trail.states:
        typer.echo(f"  {day(found, at_ms)} {words.STATES[state].said(language)}")
    if known.ended_ms is None:
        typer.echo(f"  {until(found, known)}")


@app.command()
def withdraw(
    consents: Annotated[
        list[str] | None, typer.Argument(help="Ids, as `releve consents list` shows.")
    ] = None,
    *,
    service: Annotated[
        str | None, typer.Option(help="All that a service holds: its id or name.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Take consents back: within a second nothing more goes out under them."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        standing = view.standing
        chosen = [find_consent(standing, one) for one in consents or ()]
        if service is not None:
            chosen += holding(standing, find_service(standing, service))
    if not chosen:
        raise ConsentError(
            "no consent was named", hint="`releve consents list` shows their ids"
        )
    made = ask(found.data_dir, Withdraw([one.id for one in chosen]))
    if not made["withdrawn"]:
        say(words.ENDED_ALREADY)
        return
    say(words.WITHDREW, ", ".join(made["withdrawn"]))
    if any(Channel.CLOUD in one.terms.channels for one in chosen):
        say(words.ONCE_SENT)
    offer_letters(found, chosen)


@app.command()
def narrow(  # noqa: PLR0913 - one option for each thing that can be less
    consent: One,
    *,
    grain: Annotated[
        str | None, typer.Option(help="Coarser: live, 30min, hour, day, month.")
    ] = None,
    history: Annotated[str | None, typer.Option(help="Less far back: P3M.")] = None,
    way: Annotated[
        str | None, typer.Option("--channels", help="Fewer of rest,sse,mqtt.")
    ] = None,
    meter: Annotated[
        list[str] | None, typer.Option(help="Fewer meters; again for more.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Put less in a consent's place, at once; it can't become more."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        known = find_consent(view.standing, consent)
    terms = known.terms
    if grain is not None:
        terms = replace(terms, grain=Grain(one_of(Grain, grain, "granularity")))
    if history is not None:
        terms = replace(terms, history=Period.parse(period(history)))
    if way is not None:
        terms = replace(terms, channels=frozenset(map(Channel, channels(way))))
    meters = sorted(known.meters) if meter is None else meter
    made = ask(found.data_dir, Narrow(known.id, terms.plain(), meters))
    say(words.NARROWED, known.id, made["consent"]["id"])


@app.command()
def request(
    code: Code,
    *,
    only_show: Annotated[
        bool, typer.Option("--show", help="Show it, and ask nothing.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what a service asks, and grant it class by class; nothing is chosen before.

    For homes without a screen: the same as the page that the service's code opens.
    """
    decide(load_config(config), code, only_show=only_show)


@app.command()
def refuse(code: Code, config: ConfigFile = None) -> None:
    """Refuse what a service asks; it may not ask again for 30 days."""
    data_dir = load_config(config).data_dir
    asked = ask(data_dir, ShowRequest(code))
    ask(data_dir, RefuseRequest(asked["request"], asked["digest"]))
    say(words.REFUSED_FOR)


for command in (receipt, verify, letter):
    app.command()(command)
