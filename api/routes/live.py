"""GET /api/v1/live: samples and events as they come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.door import Grant, streams
from api.examples import STREAM
from api.home import Home, grant, home
from api.live import LiveStream

router = APIRouter(tags=["live"])


@router.get(
    "/live",
    summary="Samples and events as they come",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `sample`, `event` and `gap`.",
            "content": {
                "text/event-stream": {"schema": {"type": "string"}, "example": STREAM}
            },
        }
    },
)
async def live(
    request: Request,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
    meter: Annotated[
        str | None, Query(description="Only this meter.", examples=["linky"])
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(description="The last `id` received: what came since is sent again."),
    ] = None,
) -> Response:
    """First the latest sample of each meter, then what comes; a comment each 15 s.

    Give the last `id` in Last-Event-ID to go on where you were: ten minutes are kept.
    What is older is named by a `gap` event, to be asked from the registers. Values
    are live: the last 30 s may not be committed yet.
    """
    if not streams(who):
        here.alone(who)
    if meter is not None:
        here.meter(meter, "meter", who)
    return LiveStream(
        here.feed,
        who,
        meter=meter,
        last_id=last_event_id,
        now_ms=here.consent_ms(),
        keep_alive_s=here.deps.limits.idle_s,
        stands=request.scope["state"]["stands"],
    )
