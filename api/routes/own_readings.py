"""GET /api/v1/grant/readings: a service's own lines of the read journal."""

from __future__ import annotations

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from api.door import Grant, name_of
from api.examples import OWN_READINGS
from api.home import Home, grant, home
from api.schemas import OwnReadingsShape, example

router = APIRouter(tags=["services"])


@router.get(
    "/grant/readings",
    summary="What a service read so far, day by day",
    response_model=OwnReadingsShape,
    responses={200: {"content": {"application/json": example(OWN_READINGS)}}},
)
async def own_readings(
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
) -> Response:
    """One line a day, channel, meter, class and grain, as the household sees it.

    Kept for 400 days. A grain is the step of rows, `live` of samples and events.
    """
    journal = here.door.journal
    text = here.civil.text
    lines = (
        [] if journal is None else await asyncio.to_thread(journal.lines, name_of(who))
    )
    here.door.check(who)
    answer = {
        "readings": [
            {
                "day": line.day,
                "channel": line.channel,
                "meter": line.meter,
                "class": line.consent_class,
                "grain": line.grain,
                "first": text(line.first_ms),
                "last": text(line.last_ms),
                "from": text(line.start_ms),
                "to": text(line.end_ms),
                "rows": line.rows,
            }
            for line in lines
        ]
    }
    return Response(orjson.dumps(answer), media_type="application/json")
