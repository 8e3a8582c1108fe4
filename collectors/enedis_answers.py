"""What the gateways to Enedis have in common: numbers, formats, and how they refuse."""

from __future__ import annotations

import re

from collectors.collector import Table
from collectors.errors import Reason, Unusable
from collectors.web import Answer
from enedis.formats import FORMATS as ENEDIS
from exports import Format

CURVE_DAYS = 7
"""Enedis gives no more of a curve at a time."""
PRM = re.compile(r"[0-9]{14}")
FORMATS: tuple[Format, ...] = tuple(
    one for one in ENEDIS if one.name == "enedis-data-connect"
)
CONSENT = re.compile(
    rb"consent|consentement|access_denied|unauthorized_client|ADAM-ERR0069|ADAM-DC-0008",
    re.IGNORECASE,
)
"""What Enedis and the gateways say where the household's consent is wanting."""


def named(table: Table) -> str:
    """Give the PRM, that of the meter unless the table has its own; raise Unusable."""
    given = str(table.get("number") or "").strip()
    if not PRM.fullmatch(given):
        raise Unusable(
            "number: the PRM of the meter is needed, 14 digits",
            hint='identifier = "…" in its [[meters]]',
        )
    return given


def flag(table: Table, key: str, *, default: bool) -> bool:
    """Give a key that is true or false; raise Unusable."""
    given = table.get(key, default)
    if not isinstance(given, bool):
        raise Unusable(f"{key}: write true or false")
    return given


def refused(answer: Answer) -> Reason | None:
    """Tell a refusal of consent from one of a token; None of any other answer."""
    if answer.status not in (400, 401, 403, 409):
        return None
    if answer.status == 409 or CONSENT.search(answer.body[:4000]):
        return Reason.CONSENT
    return Reason.TOKEN if answer.status in (401, 403) and not answer.is_page else None
