"""What the gateways to Enedis have in common: numbers, and how they refuse."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collectors.answer import LONGEST_WAIT_S, MOST_JSON, Answer, waiting
from collectors.collector import Table
from collectors.errors import Reason, Unusable
from exports.short_json import short_json

CURVE_DAYS = 7
"""Enedis gives no more of a curve at a time."""
PRM = re.compile(r"[0-9]{14}")
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


def until_s(given: object) -> float | None:
    """Give the seconds until an instant, local where it says no zone; None: none."""
    try:
        at = datetime.fromisoformat(str(given).replace(" +", "+"))
    except ValueError:
        return None
    local = at.replace(tzinfo=at.tzinfo or ZoneInfo("Europe/Paris"))
    ahead = (local - datetime.now(UTC)).total_seconds()
    return min(max(0.0, ahead), LONGEST_WAIT_S)


def quota_wait_s(answer: Answer) -> float | None:
    """Give how long a 429 asks for: by its header, or by Enedis's `nextAccessTime`.

    MyElectricalData passes Enedis's own JSON on as a text within its `detail`.
    """
    told = waiting(answer.headers.get("retry-after"))
    try:
        document = short_json(answer.body, MOST_JSON)
        inner = document.get("detail") if isinstance(document, dict) else None
        if isinstance(inner, str) and inner.lstrip().startswith("{"):
            document = short_json(inner.encode(), MOST_JSON)
        given = document.get("nextAccessTime")
    except (ValueError, AttributeError):
        return told
    return told if given is None else until_s(_enedis_time(str(given)))


def _enedis_time(given: str) -> str:
    """Read `2026-Nov-25 00:00:00+0000 UTC` too, as gateways of WSO2 write it."""
    plain = given.removesuffix(" UTC")
    try:
        return datetime.strptime(plain, "%Y-%b-%d %H:%M:%S%z").isoformat()
    except ValueError:
        return plain
