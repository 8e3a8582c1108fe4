"""GET …/meters/{meter}/facts: what was so at a meter, and from when to when."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from api.door import Grant
from api.errors import Problem
from api.examples import FACTS
from api.home import Home, grant, home
from api.instants import FIRST_MS, LAST_MS
from api.schemas import FactsShape, example
from edge.facts import FactKind

router = APIRouter(tags=["meters"])
MOST = 5_000
SINCE = "Facts that end later than this instant. Left out: from the first on."
UNTIL = "Facts that begin before this instant. Left out: up to the last."


@router.get(
    "/meters/{meter}/facts",
    summary="Contracts, exchanges and other dated facts of a meter",
    response_model=FactsShape,
    responses={200: {"content": {"application/json": example(FACTS)}}},
)
async def facts(  # noqa: PLR0913 - a query has these dimensions
    meter: str,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
    since: Annotated[str | None, Query(alias="from", description=SINCE)] = None,
    until: Annotated[str | None, Query(alias="to", description=UNTIL)] = None,
    kind: Annotated[
        FactKind | None, Query(description="Of one kind only. Left out: all.")
    ] = None,
    limit: Annotated[
        int, Query(ge=1, le=MOST, description="The most facts of one answer.")
    ] = MOST,
) -> Response:
    """Dated facts in order of time; those that are over stay.

    A contract and the class that each index counted under it, an index that a file
    tells without an amount or that began anew, a meter that was fitted.
    """
    info = here.meter(meter, who=who)
    start = FIRST_MS if since is None else here.civil.parse(since, "from")
    end = LAST_MS if until is None else here.civil.parse(until, "to")
    if start >= end:
        raise Problem("wrong-parameter", "`from` is not before `to`", parameter="from")
    found = [
        one
        for one in await here.rows.facts(who, info.id, start, end)
        if kind is None or one.kind is kind
    ]
    here.door.note_facts(who, info.id, (start, end), len(found[:limit]))
    text = here.civil.text
    answer = {
        "meter": info.id,
        "facts": [
            {
                "kind": one.kind,
                "start": text(one.start_ms),
                "end": None if one.end_ms is None else text(one.end_ms),
                "origin": one.origin,
                "detail": dict(one.detail),
            }
            for one in found[:limit]
        ],
        "more": len(found) > limit,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
