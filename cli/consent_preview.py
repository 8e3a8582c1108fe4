"""What a service would see by some terms: the home's own newest figures, so fine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli import consent_words as words
from cli.display import shown
from cli.language import Language
from cli.local_api import post
from edge.config import Config
from edge.consent.terms import Terms
from edge.errors import EdgeError

SHOWN = 4
"""Rows of a register that are shown, the newest."""


def preview(
    config: Config, terms: Terms, meters: list[str], language: Language
) -> Iterator[str]:
    """Give what the running service's API would show, a line a register and meter.

    Where it can't be asked, a line that says so: the question stands all the same.
    """
    for meter in meters:
        asked = {"meter": meter, "terms": terms.plain()}
        try:
            told = post(config, "/api/v1/owner/preview", asked)
        except EdgeError:
            yield words.NO_FIGURES.said(language)
            return
        found = [line for one in told["registers"] for line in _line(one, language)]
        yield words.WOULD_SEE.said(language).format(meter)
        yield from found or [words.NOTHING_YET.said(language)]


def _line(register: dict[str, Any], language: Language) -> Iterator[str]:
    """Give a register's newest rows on one line; none where there are none."""
    rows = register["rows"][-SHOWN:]
    if not rows:
        return
    width = 10 if register["step"] in ("day", "month", "year") else 16
    values = (
        f"{row['start'][:width].replace('T', ' ')} {_value(row['value'])}"
        for row in rows
    )
    title = register["title"][language.value]
    unit = f" ({register['unit']})" if register["unit"] else ""
    yield shown(f"    {title}{unit} — {' · '.join(values)}")


def _value(value: int | str | None) -> str:
    return "–" if value is None else str(value)
