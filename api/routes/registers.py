"""GET /api/v1/meters/{meter}/registers/{register}: the readings, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from api import accept, csv_rows, json_rows, query
from api.door import OWNER, Grant, holder_of, usual_step
from api.examples import ROWS, ROWS_CSV
from api.home import Home, grant, home
from api.limits import ROWS_MAX
from api.query import DEFAULT_ROWS, Asked
from api.rows import Page
from api.schemas import RowsShape, example
from edge.interval import Step
from edge.merging import Purpose

router = APIRouter(tags=["readings"])

SINCE = (
    "First instant: ISO 8601 with an offset or Z, or a date (the start of that day in "
    "the home's zone). Left out: a day before `to` for raw and 1min, 31 days for 30min "
    "and hour, 366 days for day, 10 years for month, 50 for year."
)
UNTIL = "First instant no longer wanted, written as `from`. Left out: now."
STEP = (
    "raw (each change, and the first word of each hour), 1min, 30min, hour, day, month "
    "or year. Left out: 30min, or raw for states and texts; of a service, the finest "
    "from 30min that it holds. States have raw alone, those that are the largest of a "
    "day (`max_power_today_va`) day, month and year as well."
)
PURPOSE = (
    "Which source goes first where several speak: `now` the home's own meter, `bill` "
    "the operator's validated word; `own` gives the home's own meter alone. `sources` "
    "of each row says whose it is."
)
DAY = (
    "Of gas, by which days, months and years: `gas`, from 06:00 to 06:00 as GRDF "
    "counts (left out: this), or `civil`, from midnight to midnight, which are put "
    "together of half-hours and unknown (null) where these are."
)
CURSOR = "Where the page begins: from the `next` link of the page before."


@router.get(
    "/meters/{meter}/registers/{register}",
    summary="Readings of one register",
    response_model=RowsShape,
    responses={
        200: {
            "content": {
                "application/json": example(ROWS),
                "text/csv": {"schema": {"type": "string"}, "example": ROWS_CSV},
            }
        }
    },
)
async def readings(  # noqa: PLR0913 - a query has these dimensions
    request: Request,
    meter: str,
    register: str,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
    since: Annotated[
        str | None, Query(alias="from", description=SINCE, examples=["2026-10-25"])
    ] = None,
    until: Annotated[
        str | None,
        Query(alias="to", description=UNTIL, examples=["2026-10-26T00:00:00+01:00"]),
    ] = None,
    step: Annotated[Step | None, Query(description=STEP)] = None,
    limit: Annotated[
        int, Query(ge=1, le=ROWS_MAX, description="The most rows of one page.")
    ] = DEFAULT_ROWS,
    purpose: Annotated[
        Literal["now", "bill", "own"], Query(description=PURPOSE)
    ] = "now",
    cursor: Annotated[str | None, Query(description=CURSOR)] = None,
    day: Annotated[Literal["gas", "civil"] | None, Query(description=DAY)] = None,
) -> Response:
    """Rows that start in [from, to), in order, as JSON or (Accept: text/csv) CSV.

    Pages follow the `next` link, in the body and in the Link header; rows that arrive
    meanwhile neither move nor double others. What is served is committed: it is there
    after a power cut.

    A service has the rows that lie wholly in what it was granted and are over: days
    from 07:00 of the next, half-hours and hours five minutes after.
    """
    info = here.meter(meter, who=who)
    what = here.register(info, register, who)
    form = accept.best(request.headers.get("accept"), (accept.JSON, accept.CSV))
    rows_max = min(limit, here.deps.limits.rows)
    asked = query.build(
        Asked(
            since,
            until,
            step or usual_step(who, info.id, what),
            rows_max,
            cursor,
            None if purpose == query.OWN else Purpose(purpose),
            day,
            holder_of(who),
        ),
        info.id,
        what,
        here.civil,
        here.deps.now_ms() if who == OWNER else here.consent_ms(),
    )
    renderer = (
        json_rows.JsonRows(asked, here.civil)
        if form == accept.JSON
        else csv_rows.CsvRows(asked, here.civil)
    )
    page = await here.rows.page(who, asked, renderer)
    following = None
    if page.next_ms is not None:
        parameters = {
            "step": asked.step.value,
            "limit": rows_max,
            "purpose": purpose,
            **({} if day is None else {"day": day}),
            "cursor": asked.next_cursor(page.next_ms),
        }
        following = f"{request.url.path}?{urlencode(parameters)}"
    if form == accept.JSON:
        head = json_rows.head(asked, here.civil)
        tail = json_rows.tail(following)
    else:
        head, tail = csv_rows.head(asked), b""
    headers = {"Vary": "Accept"}
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if page.rest is None:
        body = head + page.first + tail
        return Response(body, media_type=form, headers=headers)
    return StreamingResponse(_parts(head, page, tail), media_type=form, headers=headers)


async def _parts(head: bytes, page: Page, tail: bytes) -> AsyncIterator[bytes]:
    yield head + page.first
    if page.rest is not None:
        async for piece in page.rest:
            yield piece
    yield tail
