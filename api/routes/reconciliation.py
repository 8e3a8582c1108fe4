"""GET …/registers/{register}/reconciliation: how far its sources agree."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Response

from api import query, reconciled
from api.door import Grant
from api.examples import RECONCILIATION
from api.home import Home, grant, home
from api.query import Asked
from api.routes.registers import SINCE, UNTIL
from api.schemas import ReconciliationShape, example
from edge.interval import Step

router = APIRouter(tags=["readings"])


@router.get(
    "/meters/{meter}/registers/{register}/reconciliation",
    summary="How far the sources of a register agree",
    response_model=ReconciliationShape,
    responses={200: {"content": {"application/json": example(RECONCILIATION)}}},
)
async def reconciliation(  # noqa: PLR0913 - a query has these dimensions
    meter: str,
    register: str,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
    since: Annotated[str | None, Query(alias="from", description=SINCE)] = None,
    until: Annotated[str | None, Query(alias="to", description=UNTIL)] = None,
    step: Annotated[
        Literal["30min", "hour", "day", "month"],
        Query(description="Of which intervals the gaps are told."),
    ] = "day",
    limit: Annotated[
        int,
        Query(
            ge=0,
            le=reconciled.MOST,
            description="The most periods listed of each source; totals are of all.",
        ),
    ] = 1_000,
) -> Response:
    """Compare what the home counted with what each source says of the same periods.

    A source's periods start in [from, to), three years at most; `gaps` are intervals
    of `step` that no source knows whole, as the longest spans there are.
    """
    here.alone(who)
    info = here.meter(meter)
    what = reconciled.index(here.register(info, register))
    now_ms = here.deps.now_ms()
    asked = query.build(
        Asked(since, until, Step(step), limit or 1, None),
        info.id,
        what,
        here.civil,
        now_ms,
    )
    report = await here.rows.reconciled(reconciled.bounded(asked), now_ms)
    answer = reconciled.document(report, what.unit, here.civil, limit)
    return Response(orjson.dumps(answer), media_type="application/json")
