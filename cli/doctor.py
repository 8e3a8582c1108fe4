"""`releve doctor`: look at everything, and say in plain words what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer

from cli import checkup, checkup_backup
from cli.checkup import Finding, Level
from cli.language import Words, spoken
from cli.local_api import NotRunning, get
from cli.options import ConfigFile
from edge.config import Config, MeterConfig, load_config
from edge.journal.file import wall_ms
from teleinfo.diagnosis import ADVICE, Diagnosis, Verdict, diagnose
from teleinfo.errors import PortBusy, PortError
from teleinfo.mode import Mode
from teleinfo.uart import Parity

CONSEIL = {
    Verdict.SILENT: "rien n'arrive : vérifiez le câble (I1 et I2), que le compteur est"
    " sous tension, et que c'est le bon port",
    Verdict.GARBLED: "des octets arrivent mais rien ne se décode : mauvaise vitesse ou"
    " signal trop faible ; si le compteur est passé en mode standard, baissez la"
    " résistance série (1,5 kΩ → 1 kΩ ou 800 Ω)",
    Verdict.EIGHT_BITS: "le port n'ôte pas le bit de parité : mettez"
    ' parity = "software" pour ce compteur',
    Verdict.NOISY: "des groupes arrivent, certains abîmés : baissez la résistance série"
    " (1,5 kΩ → 1 kΩ ou 800 Ω), raccourcissez le câble, éloignez-le du secteur",
    Verdict.GOOD: "la ligne est bonne",
}


def doctor(
    *,
    seconds: Annotated[
        float, typer.Option(min=1, max=120, help="How long to listen to each meter.")
    ] = 15.0,
    config: ConfigFile = None,
) -> None:
    """Look at clock, disk, databases, backup, broker, InfluxDB, each meter's line."""
    found = load_config(config)
    language = spoken()
    findings = [checkup.clock(), checkup.disk(found), checkup.data_dir(found)]
    findings += checkup.databases(found)
    findings.append(checkup_backup.backup(found, wall_ms()))
    findings += _neighbours(found)
    for meter in found.meters:
        if meter.kind == "linky":
            findings += _line(found, meter, seconds)
    for finding in findings:
        typer.echo(f" {finding.level} {finding.words.said(language)}")
    if any(finding.level is Level.BAD for finding in findings):
        raise typer.Exit(1)


def _neighbours(config: Config) -> Iterator[Finding]:
    """Look at what the service leans on, as far as the configuration names it."""
    if config.mqtt.url is not None:
        from cli.checkup_broker import broker  # noqa: PLC0415 - MQTT, where configured

        yield from broker(config)
    if config.influxdb is not None:
        from cli.checkup_influx import influxdb  # noqa: PLC0415 - where configured

        yield from influxdb(config, config.influxdb)


def _line(config: Config, meter: MeterConfig, seconds: float) -> list[Finding]:
    mode = None if meter.mode == "auto" else Mode(meter.mode)
    try:
        heard = asyncio.run(
            diagnose(str(meter.port), seconds, mode=mode, parity=Parity(meter.parity))
        )
    except PortBusy:
        return _running(config, meter)
    except PortError as error:
        said = f"{meter.id}: {error}"
        return [Finding(Level.BAD, Words(said, said))]
    return [_counts(meter, heard), _verdict(meter, heard)]


def _counts(meter: MeterConfig, heard: Diagnosis) -> Finding:
    share = f"{heard.refused_share:.1%}"
    mode = heard.mode or "?"
    return Finding(
        Level.GOOD if heard.frames else Level.WARN,
        Words(
            f"{meter.id} : {heard.bytes} octets en {heard.seconds:.0f} s, mode {mode} à"
            f" {heard.baud or '?'} bauds, {heard.frames} trames, {heard.groups} groupes"
            f" bons, {share} refusés, {heard.nuls} erreurs de parité",
            f"{meter.id}: {heard.bytes} bytes in {heard.seconds:.0f} s, mode {mode} at"
            f" {heard.baud or '?'} baud, {heard.frames} frames, {heard.groups} good"
            f" groups, {share} refused, {heard.nuls} parity errors",
        ),
    )


def _verdict(meter: MeterConfig, heard: Diagnosis) -> Finding:
    verdict = heard.verdict
    level = {Verdict.GOOD: Level.GOOD, Verdict.NOISY: Level.WARN}.get(
        verdict, Level.BAD
    )
    return Finding(
        level,
        Words(f"{meter.id} : {CONSEIL[verdict]}", f"{meter.id}: {ADVICE[verdict]}"),
    )


def _running(config: Config, meter: MeterConfig) -> list[Finding]:
    """Ask the service that holds the port, in place of listening beside it."""
    try:
        report = get(config, "/api/v1/health")
    except NotRunning as error:
        return [
            Finding(
                Level.BAD,
                Words(
                    f"{meter.id} : un autre programme tient {meter.port}, et ce n'est"
                    f" pas ce service ({error})",
                    f"{meter.id}: another program holds {meter.port}, and it is not"
                    f" this service ({error})",
                ),
            )
        ]
    parts = [p for p in report["parts"] if p["name"] == f"source:{meter.id}"]
    detail = "; ".join(
        f"{name} {value}"
        for part in parts
        for name, value in (part.get("counters") or {}).items()
    )
    well = all(part["ok"] for part in parts)
    return [
        Finding(
            Level.GOOD if well else Level.BAD,
            Words(
                f"{meter.id} : le service le lit en ce moment ({detail})",
                f"{meter.id}: the service is reading it now ({detail})",
            ),
        )
    ]
