"""The application: routes, what they work with, and the guard around them."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.deps import Deps
from api.errors import Problem
from api.feed import Feed
from api.guard import Guard, Tally, nowhere
from api.home import Home, opened
from api.hosts import Hosts
from api.instants import Civil
from api.limits import Lane
from api.openapi import API_VERSION, describe
from api.origins import Origins
from api.pages import pages, public
from api.parameters import explain, known_only
from api.routes import (
    asked,
    authority,
    cozy,
    erasure,
    export,
    facts,
    grant,
    health,
    imports,
    live,
    meters,
    oauth,
    own_readings,
    owner,
    readings,
    reconciliation,
    registers,
    sign_in,
    slices,
    transfers,
)
from api.rows import Rows
from api.services import Services

PREFIX = "/api/v1"
METHODS = {
    f"{PREFIX}/imports": "GET, POST",
    **dict.fromkeys((oauth.ASK, oauth.TOKEN, oauth.REVOKE), "POST"),
}
"""What else than GET a path serves."""
OPEN = sign_in.OPEN | oauth.OPEN | authority.OPEN
"""What is served without a credential, besides the pages."""


def create_app(deps: Deps) -> FastAPI:
    """Give the API of a home, to be served by `api.server.serve`."""
    limits = deps.limits
    civil = Civil(deps.zone)
    door = opened(deps)
    home = Home(
        deps=deps,
        civil=civil,
        door=door,
        rows=Rows(deps.reads, limits.read_threads, door),
        feed=Feed(
            deps.bus,
            civil,
            ring_s=limits.ring_s,
            ring_entries=limits.ring_entries,
            door=door,
        ),
        tally=Tally(),
        streams=Lane(limits.streams, limits.streams_per_credential, "too-many-streams"),
        queries=Lane(limits.queries, limits.queries_per_caller, "too-many-queries"),
        uploads=Lane(limits.uploads, limits.uploads, "too-many-uploads"),
        batches=Lane(limits.batches, limits.batches, "too-many-uploads"),
    )
    app = FastAPI(
        openapi_url=None,  # ours needs the credential, theirs would load a CDN
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(known_only)],
    )
    app.state.home = home
    services = None
    if deps.consents is not None and deps.credentials is not None:
        services = Services(deps.consents, deps.credentials)
    given = (meters, registers, slices, reconciliation, facts)
    owners = (sign_in, asked, owner, cozy, export, erasure)
    told = (*given, readings, own_readings, live, health)
    parts = (*told, imports, transfers, *owners, grant)
    for part in parts:
        app.include_router(part.router, prefix=PREFIX)
    app.include_router(health.metrics_router)
    app.include_router(oauth.router)
    app.include_router(authority.router)
    app.include_router(pages(demo=deps.demo))
    description: list[bytes] = []  # made when first asked for: it costs some 30 ms

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        if not description:
            description.append(orjson.dumps(describe(app, API_VERSION)))
        return Response(description[0], media_type="application/json")

    for failure, handler in (
        (RequestValidationError, _validation),
        (HTTPException, _http),
    ):
        app.add_exception_handler(failure, handler)
    app.add_middleware(
        Guard,
        token=deps.token,
        tokens=deps.owner_tokens,
        limits=limits,
        hosts=Hosts((*deps.hosts, urlsplit(deps.url).hostname or "")),
        origins=Origins(deps.cors, deps.url, services),
        public=lambda path: public(path) or path in OPEN or transfers.opens(path),
        tally=home.tally,
        streams=home.streams,
        queries=home.queries,
        services=services,
        sign_in=deps.sign_in,
        now_ms=home.consent_ms,
        demo=deps.demo,
    )
    return app


async def _validation(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    raise explain(error.errors()) from error


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        allowed = METHODS.get(request.url.path, "GET")
        if request.url.path.startswith(f"{PREFIX}/owner/"):
            allowed = (error.headers or {}).get("Allow", allowed)
        if request.url.path.startswith(f"{PREFIX}/imports/"):
            allowed = "DELETE"
        if request.url.path.endswith("/readings") or transfers.opens(request.url.path):
            allowed = "POST"
        raise Problem(
            "method-not-allowed",
            f"{request.method} is not served here; use {allowed}",
            headers={"Allow": allowed},
        ) from error
    raise nowhere() from error
