"""/api/v1/owner/export: the home in one file, or an extract of it, as it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from api.errors import Problem
from api.home import Home, home
from api.owner_only import owner_only
from api.posted import described, posted
from api.routes.asked import refusals
from edge.catalogue import ConsentClass
from edge.consent.terms import Grain
from edge.portability.extract import Cut
from edge.portability.extracting import Wanted
from edge.portability.refusal import PackRefused
from edge.portability.served import Served
from edge.portability.writing import HomePack
from edge.turn import in_turn

router = APIRouter(tags=["owner"], dependencies=[Depends(owner_only)])
WHOLE: Mapping[str, type] = {"passphrase": str}
EXTRACT: Mapping[str, type] = {
    "recipient": str,
    "contact": str,
    "purpose": str,
    "granularity": str,
    "since": str,
    "until": str,
    "language": str,
}
LISTED: Mapping[str, type] = {"meters": list, "classes": list}
SEALED, ZIP = "application/octet-stream", "application/zip"


def file(kind: str, begins: str) -> dict[int | str, dict[str, Any]]:
    """Say that the answer is a file of a kind, and how it begins."""
    content = {"schema": {"type": "string", "format": "binary"}, "example": begins}
    return {200: {"description": "The file.", "content": {kind: content}}}


def exports(here: Annotated[Home, Depends(home)]) -> Served:
    """Give what exports; raise Problem where nothing does."""
    if here.deps.exports is None:
        raise Problem("not-found", "nothing is exported here")
    return here.deps.exports


@router.post(
    "/owner/export/home",
    summary="All that the home has, sealed",
    response_class=StreamingResponse,
    responses=file(SEALED, "RELEVE-SEALED-1…"),
    openapi_extra=described(WHOLE, parquet=bool),
)
async def whole(
    request: Request,
    here: Annotated[Home, Depends(home)],
    served: Annotated[Served, Depends(exports)],
) -> StreamingResponse:
    """Give one file that the passphrase opens: `releve import` takes it on the next Pi.

    Broken off, it lacks its end, and is taken for no pack.
    """
    from edge.portability import parquet, sealed  # noqa: PLC0415 - brings cryptography

    told = await posted(request, here, WHOLE, parquet=bool)
    columns = bool(told["parquet"])
    try:
        sealed.fit(told["passphrase"])
        if columns:
            parquet.check()
    except PackRefused as error:
        raise Problem("body-unclear", str(error)) from error
    pack = HomePack(await in_turn(served.home), columns)
    pieces = served.sent(pack.steps, told["passphrase"])
    return _streamed(pieces, SEALED, "home.releve")


@router.post(
    "/owner/export/extract",
    summary="Readings for somebody else",
    response_class=StreamingResponse,
    responses=file(ZIP, "PK…"),
    openapi_extra=described(EXTRACT, **LISTED),
)
async def extract(
    request: Request,
    here: Annotated[Home, Depends(home)],
    served: Annotated[Served, Depends(exports)],
) -> StreamingResponse:
    """Give a ZIP of closed periods; whoever gets it becomes a service for a day.

    The header `Releve-Consents` names its consents, each with a receipt of its own.
    `meters` left out are all, `classes` left out `energy`.
    """
    told = await posted(request, here, EXTRACT, **LISTED)
    wanted = _wanted(told, here)
    with refusals():
        try:
            extraction = await in_turn(served.extracting.begin, wanted)
        except PackRefused as error:
            raise Problem("body-unclear", str(error)) from error
    pieces = served.sent(extraction.steps, None)
    consents = " ".join(extraction.given.consents)
    return _streamed(pieces, ZIP, "extract.zip", {"Releve-Consents": consents})


def _wanted(told: Mapping[str, Any], here: Home) -> Wanted:
    try:
        grain = Grain(told["granularity"])
        classes = [ConsentClass(one) for one in told["classes"] or ["energy"]]
    except ValueError as error:
        raise Problem("body-unclear", str(error)[:200]) from error
    meters = [str(one) for one in told["meters"] or ()]
    for one in meters:
        here.meter(one)
    start_ms = here.civil.parse(told["since"], "since")
    end_ms = here.civil.parse(told["until"], "until")
    who = (told["recipient"], told["contact"], told["purpose"])
    return Wanted(*who, Cut(grain, start_ms, end_ms), meters, classes, told["language"])


def _streamed(
    pieces: AsyncIterator[bytes],
    kind: str,
    name: str,
    more: Mapping[str, str] | None = None,
) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        **(more or {}),
    }
    return StreamingResponse(pieces, media_type=kind, headers=headers)
