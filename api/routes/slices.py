"""GET …/registers/{register}/slices: each source, as it said it."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from api import query
from api.door import Grant
from api.examples import SLICES
from api.home import Home, grant, home
from api.query import DEFAULT_ROWS, Asked
from api.routes.registers import SINCE, UNTIL
from api.schemas import SlicesShape, example
from edge.interval import Step

router = APIRouter(tags=["readings"])
MOST = 20_000


@router.get(
    "/meters/{meter}/registers/{register}/slices",
    summary="What each source said of a register",
    response_model=SlicesShape,
    responses={200: {"content": {"application/json": example(SLICES)}}},
)
async def slices(  # noqa: PLR0913 - a query has these dimensions
    meter: str,
    register: str,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
    since: Annotated[str | None, Query(alias="from", description=SINCE)] = None,
    until: Annotated[str | None, Query(alias="to", description=UNTIL)] = None,
    limit: Annotated[
        int, Query(ge=1, le=MOST, description="The most slices of one answer.")
    ] = DEFAULT_ROWS,
) -> Response:
    """Slices that start in [from, to), in order, as their sources gave them.

    A file's, a portal's or a meter's own load curve; never averaged, never re-derived.
    To go on after a full answer, ask from just behind the last start.
    """
    here.alone(who)
    info = here.meter(meter)
    what = here.register(info, register)
    step = Step.DAY if Step.DAY in what.steps else Step.RAW
    asked = query.build(
        Asked(since, until, step, limit, None),
        info.id,
        what,
        here.civil,
        here.deps.now_ms(),
    )
    told = await here.rows.slices(who, asked)
    text = here.civil.text
    rows = [
        {
            "start": text(one.start_ms),
            "end": text(one.end_ms),
            "value": one.value,
            "unit": what.unit,
            "quality": one.quality,
            "origin": one.origin,
            "index_end": one.index_end,
        }
        for one in told
    ]
    answer = {
        "meter": info.id,
        "register": what.name,
        "from": text(asked.start_ms),
        "to": text(asked.end_ms),
        "slices": rows,
        "more": len(rows) == limit,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
