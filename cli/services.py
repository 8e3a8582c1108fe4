"""`releve services`: who reads the household's data, let in, paused and removed."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cli import consent_words as words
from cli.consent_proof import offer_letters
from cli.consent_said import say, until, what_of
from cli.display import show_table, shown
from cli.found import find_service, holding
from cli.grants import detail
from cli.language import spoken
from cli.options import ConfigFile
from cli.reads import reads
from edge.config import Config, load_config
from edge.consent.records import RESTORED, Service, Standing
from edge.consent.terms import Grain
from edge.consent.view import ledger_view
from edge.decisions import (
    CreateService,
    PauseServices,
    RemoveService,
    ResumeServices,
)
from edge.service.control import ask

app = typer.Typer(
    help="Who reads your data: let in, pause, remove.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The service's id, or its name.")]
Names = Annotated[
    list[str] | None, typer.Argument(help="Ids or names; none: every service.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@app.command("list")
def list_(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Those that hold nothing any more as well.")
    ] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show who may read what, and until when; a service need not run."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        standing, now_ms = view.standing, view.now_ms
    services = [
        one
        for one in standing.services.values()
        if every or any(c.live(now_ms) for c in standing.of(one.id))
    ]
    if as_json:
        typer.echo(json.dumps([_plain(standing, one, now_ms) for one in services]))
        return
    if not services:
        typer.echo(words.NO_SERVICE.said(spoken()))
        return
    show_table(
        words.headings(words.SERVICES_COLUMNS),
        (_row(found, standing, s, now_ms) for s in services),
    )


def _row(
    config: Config, standing: Standing, service: Service, now_ms: int
) -> tuple[str, str, str]:
    """Give a service's id, its name, and a line for each thing that it holds."""
    language = spoken()
    name = shown(service.declared.name)
    if service.paused:
        restored = service.pauses[-1].reason == RESTORED
        paused = words.PAUSED_RESTORED if restored else words.PAUSED
        name += f" ({paused.said(language)})"
    held = [
        f"{what_of(one)} · {until(config, one)}"
        for one in standing.of(service.id)
        if one.live(now_ms)
    ]
    return service.id, name, "\n".join(held) or words.NOTHING.said(language)


def _plain(standing: Standing, service: Service, now_ms: int) -> dict[str, Any]:
    return {
        "id": service.id,
        "declared": service.declared.plain(),
        "paused": service.paused,
        "consents": [one.id for one in standing.of(service.id) if one.live(now_ms)],
    }


@app.command()
def create(  # noqa: PLR0913 - one option for each thing that a service declares
    name: Annotated[str, typer.Argument(help="What you call it.")],
    *,
    grant: Annotated[
        list[str],
        typer.Option(
            help="FLUID/CLASS/GRAIN[/HISTORY][/CHANNELS], as in"
            " electricity/energy/day/P1Y/rest,mqtt; again for more."
        ),
    ],
    meter: Annotated[list[str], typer.Option(help="Of which meter; again for more.")],
    purpose: Annotated[str, typer.Option(help="What for, in your words.")],
    duration: Annotated[str, typer.Option(help="For how long: P1Y, P30D.")] = "P1Y",
    controller: Annotated[
        str | None, typer.Option(help="Who answers for it, if not yourself.")
    ] = None,
    contact: Annotated[
        str | None, typer.Option(help="Where they are reached, for a letter.")
    ] = None,
    recipients: Annotated[
        str, typer.Option(help="To whom data leaves the home, if it does.")
    ] = "",
    retention: Annotated[
        str, typer.Option(help="How long they keep it, as in P2Y.")
    ] = "",
    outside_eu: Annotated[
        bool, typer.Option("--outside-eu", help="It leaves the European Union.")
    ] = False,
    origin: Annotated[
        str,
        typer.Option(help="The origin of its web app, as in 'https://app.example'."),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Answer yes to the question about live power.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Let a program of yours in; its token is shown this once, alone on its line.

    For services that can't ask by themselves: a script, Grafana, an app of the LAN.
    """
    language = spoken()
    details = [detail(one, purpose, duration) for one in grant]
    self = words.YOURSELF.said(language)
    declared = {
        "name": name,
        "controller": controller or self,
        "contact": contact or self,
        "leaves_home": bool(recipients),
        "recipients": recipients,
        "retention": retention,
        "outside_eu": outside_eu,
        "origin": origin,
    }
    live = any(one["granularity"] == Grain.LIVE for one in details)
    if recipients and live and not yes:
        typer.confirm(words.LIVE_OUT.said(language), abort=True, err=True)
    command = CreateService(declared, details, meter, language.value)
    made = ask(load_config(config).data_dir, command)
    typer.echo(
        words.TOKEN_ONCE.said(language).format(shown(name), made["service"]), err=True
    )
    typer.echo(made["token"])


@app.command()
def pause(services: Names = None, config: ConfigFile = None) -> None:
    """Have services get nothing until you resume them: all, unless you name some."""
    found = load_config(config)
    ask(found.data_dir, PauseServices(_ids(found, services)))
    say(words.DID_PAUSE)


@app.command()
def resume(services: Names = None, config: ConfigFile = None) -> None:
    """End the pause; what fell into it is never told."""
    found = load_config(config)
    ask(found.data_dir, ResumeServices(_ids(found, services)))
    say(words.DID_RESUME)


@app.command()
def remove(service: Name, config: ConfigFile = None) -> None:
    """Withdraw all that a service holds, and end its tokens."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        known = find_service(view.standing, service)
        held = holding(view.standing, known)
    ask(found.data_dir, RemoveService(known.id))
    say(words.REMOVED, shown(known.declared.name))
    offer_letters(found, held)


app.command()(reads)


def _ids(config: Config, services: list[str] | None) -> list[str]:
    """Give the ids of those that are named; none for every one."""
    if not services:
        return []
    with ledger_view(config.data_dir) as view:
        return [find_service(view.standing, one).id for one in services]
