"""POST /api/v1/meters/{meter}/readings: what the owner's own devices have read.

The owner is told what became of each reading. A writer (a node, a gateway) is told
whether its message was well formed, and nothing more: by trial it would learn else
what the meter counts. Neither do time or size tell it.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from time import monotonic
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.deps import Receives
from api.door import allowed_readings
from api.errors import Problem
from api.examples import TAKEN
from api.home import Home, grant, home
from api.schemas import TakenShape, example
from edge.consent.records import Writer
from edge.errors import DiskFull
from edge.receiving import Answer, Denied, Sent
from edge.sample import millis

router = APIRouter(tags=["readings"])

MOST_READINGS = 1_000
MOST_VALUE = 1 << 53
"""What any JSON reader can tell exactly."""

RECEIVED = b'{"received":true}\n'
"""All that a writer is ever told of what it sent."""
NAME = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
HINT = '{"readings": [{"register": …, "at": …, "value": …}]}'
READING: dict[str, Any] = {
    "type": "object",
    "required": ["register", "at", "value"],
    "additionalProperties": False,
    "properties": {
        "register": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "value": {"type": "integer", "description": "In the register's unit."},
    },
}
BATCH: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["readings"],
                "properties": {
                    "readings": {
                        "type": "array",
                        "maxItems": MOST_READINGS,
                        "items": READING,
                    }
                },
            },
            "example": {
                "readings": [
                    {
                        "register": "water_volume_l",
                        "at": "2026-10-25T02:30:00+01:00",
                        "value": 123456,
                    }
                ]
            },
        }
    },
}


def writer(request: Request) -> Writer | None:
    """Give the writer that the guard has let in; None: it is who has a grant."""
    found: Writer | None = request.scope["state"].get("writer")
    return found


def receiver(
    here: Annotated[Home, Depends(home)],
    request: Request,
    sender: Annotated[Writer | None, Depends(writer)],
) -> Receives:
    """Give what takes readings, to the owner and to writers alone."""
    found = here.deps.readings
    if found is None or not (sender or allowed_readings(grant(request))):
        raise Problem("not-found", "no readings are taken here")
    return found


@router.post(
    "/meters/{meter}/readings",
    summary="Send readings of a meter",
    response_model=TakenShape,
    responses={
        200: {"content": {"application/json": example(TAKEN)}},
        202: {
            "description": "A writer's message was well formed",
            "content": {"application/json": {"example": orjson.loads(RECEIVED)}},
        },
    },
    openapi_extra={"requestBody": BATCH},
)
async def take(
    meter: str,
    request: Request,
    here: Annotated[Home, Depends(home)],
    receives: Annotated[Receives, Depends(receiver)],
    sender: Annotated[Writer | None, Depends(writer)],
) -> Response:
    """Send at most 1,000 readings, in any order; the answer comes once they are kept.

    Each is judged alone. A reading is told by its register and its instant: sent again
    it is `unchanged`, and another value at the same instant is refused.

    Who has a writer's token is answered 202 and always the same, whatever became of
    them; one reading that is none refuses the whole message.
    """
    info = here.meter(meter)
    if sender is not None:
        return await _written(info.id, request, here, receives, sender)
    with here.batches.enter("owner"):
        data = await bodies.read(request, here.deps.limits.stall_s)
        batch, denied = _read(data)
        answer = await _taken(receives, info.id, batch)
    refused = sorted([*denied, *answer.refused], key=_place)
    document = {
        "accepted": answer.accepted,
        "unchanged": answer.unchanged,
        "refused": [{"where": one.where, "reason": one.reason} for one in refused],
    }
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )


async def _written(
    meter: str, request: Request, here: Home, receives: Receives, sender: Writer
) -> Response:
    """Take a writer's message, and answer in bytes and time that tell nothing of it."""
    with here.written.enter(sender.id):
        data = await bodies.read(request, here.deps.limits.stall_s)
        batch, denied = _read(data)
        if denied:
            raise Problem("readings-refused", f"one of them is no reading; send {HINT}")
        begun_s = monotonic()
        await _taken(receives, meter, batch)
        step_s = here.deps.limits.written_s
        await asyncio.sleep(step_s - (monotonic() - begun_s) % step_s)
    return Response(RECEIVED, status_code=202, media_type="application/json")


async def _taken(receives: Receives, meter: str, batch: list[Sent]) -> Answer:
    try:
        return await receives.take(meter, batch)
    except DiskFull as error:
        raise Problem(
            "busy",
            "the disk takes nothing more: free some space, then send the same"
            " again; sent twice, it changes nothing",
            headers={"Retry-After": "30"},
        ) from error


def _read(data: bytes) -> tuple[list[Sent], list[Denied]]:
    """Give the readings of a body, and those that are none; raise Problem."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Problem("readings-refused", f"this is no JSON; send {HINT}") from error
    rows = document.get("readings") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise Problem("readings-refused", f"there are no readings in it; send {HINT}")
    if len(rows) > MOST_READINGS:
        raise Problem("readings-refused", f"send at most {MOST_READINGS:,} at once")
    batch, denied = [], []
    for number, row in enumerate(rows):
        one = _reading(row, f"readings[{number}]")
        if isinstance(one, Sent):
            batch.append(one)
        else:
            denied.append(one)
    return batch, denied


def _reading(row: object, where: str) -> Sent | Denied:
    if not isinstance(row, dict) or row.keys() != {"register", "at", "value"}:
        return Denied(where, "shape")
    register, at, value = row["register"], row["at"], row["value"]
    if not isinstance(register, str) or not NAME.fullmatch(register):
        return Denied(where, "unknown")
    if type(value) is not int or not -MOST_VALUE < value < MOST_VALUE:
        return Denied(where, "value")
    at_ms = _instant(at)
    return (
        Denied(where, "instant")
        if at_ms is None
        else Sent(where, register, at_ms, value)
    )


def _instant(at: object) -> int | None:
    """Read an instant that carries its offset; None: it can't be told."""
    if not isinstance(at, str) or len(at) > 40:
        return None
    try:
        return millis(datetime.fromisoformat(at))
    except (ValueError, OverflowError):
        return None


def _place(one: Denied) -> int:
    return int(one.where[len("readings[") : -1])
