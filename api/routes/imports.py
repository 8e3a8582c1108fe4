"""/api/v1/imports: files of operators, uploaded by the owner; and taken back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import bodies
from api.deps import Imports
from api.door import Grant, allowed_imports
from api.errors import Problem
from api.examples import IMPORTED, IMPORTS, UNDONE
from api.home import Home, grant, home
from api.problems import shown
from api.schemas import ImportShape, ImportsShape, UndoneShape, example
from edge.importing import words
from edge.importing.reading import Asked
from edge.importing.refusal import ImportRefused
from edge.importing.report import Report
from exports.said import Refused

router = APIRouter(tags=["imports"])

FILE = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
    },
}


def imports(
    here: Annotated[Home, Depends(home)], who: Annotated[Grant, Depends(grant)]
) -> Imports:
    """Give what imports, to the owner alone."""
    found = here.deps.imports
    if found is None or not allowed_imports(who):
        raise Problem("not-found", "nothing is imported here")
    return found


@router.post(
    "/imports",
    summary="Import a file, or preview it",
    response_model=ImportShape,
    status_code=201,
    responses={
        200: {
            "description": "A preview, or nothing to change.",
            "model": ImportShape,
            "content": {"application/json": example(IMPORTED)},
        },
        201: {"content": {"application/json": example(IMPORTED)}},
    },
    openapi_extra={"requestBody": FILE},
)
async def take(  # noqa: PLR0913 - each is one thing that the owner may say
    request: Request,
    here: Annotated[Home, Depends(home)],
    importer: Annotated[Imports, Depends(imports)],
    *,
    name: Annotated[str, Query(max_length=200)] = "file",
    meter: Annotated[str | None, Query(max_length=64)] = None,
    register: Annotated[str | None, Query(max_length=64)] = None,
    dry_run: bool = False,
) -> Response:
    """Send the file as the body, as it was downloaded, at most 16 MiB.

    It is recognised by its content, and taken whole in one transaction or not at all;
    twice changes nothing. Rows that can't be are listed with where they stand and why.
    """
    with here.uploads.enter("owner"):
        data = await bodies.read(request, here.deps.limits.stall_s)
        asked = Asked(name, meter, register, None, dry_run=dry_run)
        report = await importer.take(data, asked)
    if report.whole:
        why = report.refused[0]
        raise Problem("file-refused", f"{why.reason}: {why.detail}")
    return _json(_shown(report, here), 200 if report.number is None else 201)


@router.get(
    "/imports",
    summary="What was imported",
    response_model=ImportsShape,
    responses={200: {"content": {"application/json": example(IMPORTS)}}},
)
async def listed(
    here: Annotated[Home, Depends(home)],
    importer: Annotated[Imports, Depends(imports)],
) -> Response:
    """Each import, oldest first; long numbers in the files' names are hidden."""
    found = await asyncio.to_thread(importer.listed)
    text = here.civil.text
    return _json(
        {
            "imports": [
                {
                    "id": one.number,
                    "at": text(one.at_ms),
                    "undone": None if one.undone_ms is None else text(one.undone_ms),
                    "file": one.name,
                    "sha256": one.digest,
                    "format": one.format,
                    "meters": list(one.meters),
                    "new": one.new,
                    "changed": one.changed,
                    "unchanged": one.unchanged,
                    "refused": one.refused,
                }
                for one in found
            ]
        }
    )


@router.delete(
    "/imports/{number}",
    summary="Take an import back",
    response_model=UndoneShape,
    responses={200: {"content": {"application/json": example(UNDONE)}}},
)
async def undo(number: int, importer: Annotated[Imports, Depends(imports)]) -> Response:
    """Withdraw what it said: what another import says stands again, else nothing."""
    if not 0 < number < 1 << 53:
        raise Problem("not-found", f"no import has number {shown(str(number))}")
    try:
        done = await importer.undo(number)
    except ImportRefused as error:
        raise Problem("not-found", error.message) from error
    return _json(
        {
            "id": done.number,
            "withdrawn": done.withdrawn,
            "restored": done.restored,
            "kept": done.kept,
        }
    )


def _shown(report: Report, here: Home) -> dict[str, Any]:
    document = report.public(here.civil.zone)
    return {
        "id": report.number,
        "dry_run": report.dry_run,
        **document,
        "refused": [_refused(one) for one in report.refused],
        "absent": report.absent,
        "measured": [
            {
                "meter": one.meter,
                "register": one.register,
                "rows": one.rows,
                "differing": one.differing,
                "file": one.file,
                "home": one.home,
            }
            for one in report.measured
        ],
    }


def _refused(one: Refused) -> dict[str, Any]:
    detail = {language: words.said(one, language) for language in ("en", "fr")}
    return {"where": one.place, "reason": one.reason, "detail": detail}


def _json(document: object, status: int = 200) -> Response:
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        status_code=status,
        media_type="application/json",
    )
