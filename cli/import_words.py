"""What `releve import` says to a household, in French and English."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from cli.language import Language, Words
from edge.importing import words
from edge.importing.importer import Undone
from edge.importing.report import Measured, Report, Told
from edge.registers import CATALOGUE
from edge.sample import utc
from exports.said import Refused

SHOWN = 20
"""Refused rows that are listed; `--json` lists all."""

STEPS = {
    "read": Words("lecture", "reading"),
    "compare": Words("comparaison", "comparing"),
    "commit": Words("écriture", "committing"),
    "service": Words("le service importe", "the service imports"),
}
REFUSED = Words("{} : refusé. {}", "{}: refused. {}")
TITLE = Words("{} : {}", "{}: {}")
SERIES = Words(
    "  {meter} · {title} : du {start} au {end}, {rows} lignes{total}",
    "  {meter} · {title}: {start} to {end}, {rows} rows{total}",
)
TOTAL = Words(", total {} {}", ", total {} {}")
COUNTS = Words(
    "  {new} nouvelles, {changed} changées, {unchanged} inchangées, {refused} refusées",
    "  {new} new, {changed} changed, {unchanged} unchanged, {refused} refused",
)
ROW = Words("    {} : {}", "    {}: {}")
MORE = Words(
    "    … et {} autres (--json les donne toutes)",
    "    … and {} more (--json lists all)",
)
ABSENT = Words(
    "  {} périodes sans valeur dans le fichier : inconnues, et non nulles",
    "  {} periods without a value in the file: unknown, which is not zero",
)
FACTS = Words(
    "  {} faits datés : contrats, index sans consommation",
    "  {} dated facts: contracts, indexes without an amount",
)
MEASURED = Words(
    "  {title} : {rows} périodes aussi mesurées chez vous, dont {differing} autrement"
    " (fichier {file} {unit}, chez vous {home} {unit})",
    "  {title}: {rows} periods measured at home too, {differing} of them otherwise"
    " (file {file} {unit}, home {home} {unit})",
)
PREVIEW = Words(
    "  Aperçu seulement : rien n'a été importé.", "  A preview: nothing was imported."
)
NOTHING = Words("  Rien à changer.", "  Nothing to change.")
DONE = Words(
    "  Importé sous le numéro {0} ; `releve import undo {0}` l'annule.",
    "  Imported as number {0}; `releve import undo {0}` takes it back.",
)
UNDONE = Words(
    "Import {} annulé : {} valeurs retirées, {} rétablies, {} gardées car dites"
    " par un autre fichier ou changées depuis.",
    "Import {} undone: {} values withdrawn, {} put back, {} kept since another file"
    " says them or they changed later.",
)
NO_IMPORT = Words("Aucun fichier n'a été importé.", "No file was imported.")


def lines(report: Report, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """Give what came of a file, line by line."""
    if report.whole:
        why = words.said(report.refused[0], language.value)
        yield REFUSED.said(language).format(report.file, why[:1].upper() + why[1:])
        return
    what = words.title(report.format, report.title, language.value)
    yield TITLE.said(language).format(report.file, what)
    for one in report.series:
        yield _series(one, language, zone)
    yield COUNTS.said(language).format(
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        refused=len(report.refused),
    )
    yield from _refused(report, language)
    if report.absent:
        yield ABSENT.said(language).format(report.absent)
    if report.facts:
        yield FACTS.said(language).format(report.facts)
    for found in report.measured:
        yield _measured(found, language)
    if report.dry_run:
        yield PREVIEW.said(language)
    elif report.number is None:
        yield NOTHING.said(language)
    else:
        yield DONE.said(language).format(report.number)


def _refused(report: Report, language: Language) -> Iterator[str]:
    for one in report.refused[:SHOWN]:
        yield row(one, language)
    if len(report.refused) > SHOWN:
        yield MORE.said(language).format(len(report.refused) - SHOWN)


def row(one: Refused, language: Language) -> str:
    """Give one refused row: where, and why."""
    where = words.place(one.place, language.value)
    return ROW.said(language).format(where, words.said(one, language.value))


def undone(what: Undone, language: Language) -> str:
    """Say what came of taking an import back."""
    return UNDONE.said(language).format(
        what.number, what.withdrawn, what.restored, what.kept
    )


def _title(register: str, language: Language) -> str:
    found = CATALOGUE[register]
    return found.title_fr if language is Language.FR else found.title_en


def _series(one: Told, language: Language, zone: ZoneInfo) -> str:
    start, end = (
        utc(at_ms).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for at_ms in (one.start_ms, one.end_ms)
    )
    total = (
        ""
        if one.total is None
        else TOTAL.said(language).format(_number(one.total, language), one.unit)
    )
    return SERIES.said(language).format(
        meter=one.meter,
        title=_title(one.register, language),
        start=start,
        end=end,
        rows=one.rows,
        total=total,
    )


def _measured(one: Measured, language: Language) -> str:
    return MEASURED.said(language).format(
        title=_title(one.register, language),
        rows=one.rows,
        differing=one.differing,
        file=_number(one.file, language),
        home=_number(one.home, language),
        unit="L" if one.register.endswith("_l") else "Wh",
    )


def _number(value: float, language: Language) -> str:
    grouped = f"{value:,}"
    if language is Language.FR:
        return grouped.replace(",", "\u202f").replace(".", ",")
    return grouped
