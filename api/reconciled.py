"""A comparison of sources as the JSON that the API and the command give."""

from __future__ import annotations

from typing import Any

from api.errors import Problem
from api.instants import Civil
from api.query import DAY_MS, Query
from edge.catalogue import Register
from edge.reconciling.account import Account, Row
from edge.reconciling.report import Report

MOST = 10_000
"""Periods of one source that are listed, and gaps."""
MOST_DAYS = 1_100
"""Of one question: three years, which is as long as any operator gives days of."""
DECIMALS = 6


def index(register: Register) -> Register:
    """Give a register that can be compared; raise Problem on one that is no index."""
    if not register.monotonic:
        raise Problem(
            "unknown-register",
            f"{register.name} is a {register.kind}: what is compared are indexes, as "
            "import_total_wh, gas_volume_l or water_volume_l",
        )
    return register


def bounded(query: Query) -> Query:
    """Give a question that is not too long; raise Problem on one that is."""
    if query.end_ms - query.start_ms > MOST_DAYS * DAY_MS:
        raise Problem(
            "wrong-parameter",
            f"at most {MOST_DAYS:,} days are compared at once; name a later `from`",
            parameter="from",
        )
    return query


def document(
    report: Report, unit: str | None, civil: Civil, limit: int = MOST
) -> dict[str, Any]:
    """Give a report; of each source at most `limit` periods, its totals of all."""
    text = civil.text
    return {
        "meter": report.meter,
        "register": report.register,
        "unit": unit,
        "step": report.step.value,
        "zone": civil.zone.key,
        "from": text(report.start_ms),
        "to": text(report.end_ms),
        "sources": [_account(one, civil, limit) for one in report.accounts],
        "gaps": [
            {
                "start": text(gap.start_ms),
                "end": text(gap.end_ms),
                "intervals": gap.intervals,
                "filled": gap.filled,
            }
            for gap in report.gaps[:limit]
        ],
        "more_gaps": len(report.gaps) > limit,
    }


def _account(one: Account, civil: Civil, limit: int) -> dict[str, Any]:
    return {
        "origin": one.origin,
        "register": one.register,
        "periods": len(one.rows),
        "differing": one.differing,
        "alone": one.alone,
        "own": one.own,
        "theirs": one.theirs,
        "difference": one.theirs - one.own,
        "relative": _rounded(one.relative),
        "rows": [_row(row, civil) for row in one.rows[:limit]],
        "more": len(one.rows) > limit,
    }


def _row(row: Row, civil: Civil) -> dict[str, Any]:
    return {
        "start": civil.text(row.start_ms),
        "end": civil.text(row.end_ms),
        "own": row.own,
        "theirs": row.theirs,
        "difference": row.difference,
        "relative": _rounded(row.relative),
    }


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, DECIMALS)
