"""/api/v1/owner/erasure: what would go, what is to go, and how far that has come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import owner_examples as examples
from api.errors import Problem
from api.home import Home, home
from api.owner_examples import shown
from api.owner_only import owner_only
from api.posted import described, posted
from api.routes.sign_in import answer
from edge.commands import CommandRefused, Erase
from edge.erasure.erasing import asked
from edge.erasure.erasure import Erasure

router = APIRouter(tags=["owner"], dependencies=[Depends(owner_only)])
NOTHING: Mapping[str, type] = {}
SPAN: Mapping[str, type] = {"meter": str, "since": str, "until": str}
WORD: Mapping[str, type] = {"word": str}
ERASE = "erase"
EVER_MS = 1 << 50


def erasure(here: Annotated[Home, Depends(home)]) -> Erasure:
    """Give what erases; raise Problem where nothing does."""
    if here.deps.erasure is None:
        raise Problem("not-found", "nothing is erased here")
    return here.deps.erasure


@router.post(
    "/owner/erasure/preview",
    summary="What an erasure would take",
    responses=shown(examples.WOULD_GO),
    openapi_extra=described(NOTHING, **SPAN),
)
async def preview(
    request: Request,
    here: Annotated[Home, Depends(home)],
    erases: Annotated[Erasure, Depends(erasure)],
) -> Response:
    """Count, place by place, what would go; nothing is changed.

    `meter` left out is every meter, `since` the first reading, `until` now.
    """
    told = await posted(request, here, NOTHING, **SPAN)
    return answer(await _asked(erases, _command(told, here, dry_run=True)))


@router.post(
    "/owner/erasure",
    summary="Erase for good",
    responses=shown(examples.BEGUN),
    openapi_extra=described(WORD, **SPAN),
)
async def begin(
    request: Request,
    here: Annotated[Home, Depends(home)],
    erases: Annotated[Erasure, Depends(erasure)],
) -> Response:
    """Note durably what is to go, once `word` says `erase`; it is done from then on.

    Half-hours that are touched go whole, and no source brings them back.
    """
    told = await posted(request, here, WORD, **SPAN)
    if told["word"] != ERASE:
        raise Problem("body-unclear", f"to erase for good, word is {ERASE!r}")
    done = await _asked(erases, _command(told, here))
    return answer({"erasures": done["numbers"]})


@router.get(
    "/owner/erasure",
    summary="What was erased",
    responses=shown(examples.ERASURES),
)
async def listed(
    here: Annotated[Home, Depends(home)],
    erases: Annotated[Erasure, Depends(erasure)],
) -> Response:
    """Give each erasure, oldest first; of a place that waits, why."""
    text = here.civil.text
    stones = await asyncio.to_thread(erases.journal.erased)
    return answer(
        {
            "erasures": [
                {
                    "id": one.number,
                    "meter": one.meter,
                    "since": None if one.whole else text(one.start_ms),
                    "until": text(one.end_ms),
                    "at": text(one.at_ms),
                    "finished": None
                    if one.finished_ms is None
                    else text(one.finished_ms),
                    "places": dict(one.places),
                }
                for one in stones
            ]
        }
    )


def _command(told: Mapping[str, Any], here: Home, *, dry_run: bool = False) -> Erase:
    since, until, meter = told["since"], told["until"], told["meter"]
    return Erase(
        meter,
        0 if since is None else here.civil.parse(since, "since"),
        EVER_MS if until is None else here.civil.parse(until, "until"),
        dry_run,
    )


async def _asked(erases: Erasure, command: Erase) -> dict[str, Any]:
    try:
        return await asked(erases, command)
    except CommandRefused as error:
        raise Problem("body-unclear", str(error)) from error
