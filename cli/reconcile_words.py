"""What `releve reconcile` says to a household, in French and English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.language import Language, Words
from edge.registers import CATALOGUE

SHOWN = 10
"""Periods of a source that are shown, those that differ most; `--json` gives more."""

TITLE = Words(
    "{meter} · {title}, du {start} au {end}", "{meter} · {title}, {start} to {end}"
)
NOBODY = Words(
    "  Aucune autre source ne parle de cette période.",
    "  No other source speaks of this time.",
)
SOURCE = Words(
    "  {origin} : {periods} périodes comparées, {differing} différentes ; chez vous"
    " {own} {unit}, cette source {theirs} {unit} ({difference}{relative})",
    "  {origin}: {periods} periods compared, {differing} differ; at home {own} {unit},"
    " this source {theirs} {unit} ({difference}{relative})",
)
ALONE = Words(
    "    {} périodes qu'elle est seule à connaître entières",
    "    {} periods that it alone knows whole",
)
ROW = Words(
    "    {start} → {end} : chez vous {own}, cette source {theirs} ({difference}{relative})",  # noqa: E501 - one sentence in both
    "    {start} → {end}: at home {own}, this source {theirs} ({difference}{relative})",
)
GAPS = Words(
    "  Ce que nulle source ne connaît entier :", "  What no source knows whole:"
)
GAP = Words(
    "    {start} → {end} ({intervals} × {step}){filled}",
    "    {start} → {end} ({intervals} × {step}){filled}",
)
FILLED = Words(
    " : les index de part et d'autre y laissent {} {}",
    ": the indexes on either side leave {} {} for it",
)
NO_GAP = Words("  Aucun trou.", "  No gap.")


def lines(document: dict[str, Any], language: Language) -> Iterator[str]:
    """Give what came of a comparison, line by line; the document is the API's."""
    unit = document["unit"]
    register = CATALOGUE[document["register"]]
    yield TITLE.said(language).format(
        meter=document["meter"],
        title=register.title_fr if language is Language.FR else register.title_en,
        start=_instant(document["from"]),
        end=_instant(document["to"]),
    )
    if not document["sources"]:
        yield NOBODY.said(language)
    for one in document["sources"]:
        yield from _source(one, unit, language)
    if not document["gaps"]:
        yield NO_GAP.said(language)
        return
    yield GAPS.said(language)
    for gap in document["gaps"]:
        filled = (
            ""
            if gap["filled"] is None
            else FILLED.said(language).format(_number(gap["filled"], language), unit)
        )
        yield GAP.said(language).format(
            start=_instant(gap["start"]),
            end=_instant(gap["end"]),
            intervals=gap["intervals"],
            step=document["step"],
            filled=filled,
        )


def _source(one: dict[str, Any], unit: str, language: Language) -> Iterator[str]:
    yield SOURCE.said(language).format(
        origin=one["origin"],
        unit=unit,
        periods=_number(one["periods"], language),
        differing=_number(one["differing"], language),
        **_amounts(one, language),
    )
    if one["alone"]:
        yield ALONE.said(language).format(_number(one["alone"], language))
    apart = [row for row in one["rows"] if row["difference"]]
    apart.sort(key=lambda row: -abs(row["difference"]))
    worst = sorted(apart[:SHOWN], key=lambda row: str(row["start"]))
    for row in worst:
        yield ROW.said(language).format(
            start=_instant(row["start"]),
            end=_instant(row["end"]),
            **_amounts(row, language),
        )


def _amounts(one: dict[str, Any], language: Language) -> dict[str, str]:
    part = one["relative"]
    percent = "" if part is None else f", {_number(100 * part, language, '+,.2f')} %"
    return {
        "own": _number(one["own"], language),
        "theirs": _number(one["theirs"], language),
        "difference": _number(one["difference"], language, "+,"),
        "relative": percent,
    }


def _instant(text: str) -> str:
    """Shorten an instant of the API to what a person reads, its offset kept."""
    return f"{text[:10]} {text[11:16]}{text[19:]}"


def _number(value: float, language: Language, form: str = ",") -> str:
    grouped = format(value, form)
    if language is Language.FR:
        return grouped.replace(",", "\u202f").replace(".", ",")
    return grouped
