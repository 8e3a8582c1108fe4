"""GET /api/v1/grant: what a service holds, and how it logs in elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.door import Grant, Owner
from api.errors import Problem
from api.held import HeldShape
from api.home import Home, grant, home
from api.oauth import said
from api.oauth_examples import GRANT
from api.schemas import example
from edge.consent import records

router = APIRouter(tags=["services"])


@router.get(
    "/grant",
    summary="What a service holds now",
    response_model=HeldShape,
    responses={200: {"content": {"application/json": example(GRANT)}}},
)
async def held(
    here: Annotated[Home, Depends(home)], who: Annotated[Grant, Depends(grant)]
) -> Response:
    """Give each consent of the service that asks: of what, how fine, until when.

    `version` changes whenever any of it does. `mqtt` is its login at the broker, null
    where it has none. To anybody else there is nothing here.
    """
    if isinstance(who, Owner):
        raise Problem("not-found", "the owner holds everything, and no grant")
    login = here.deps.service_login
    return said(
        {
            "service": who.service,
            "version": who.version,
            "consents": [_consent(one, here) for one in who.consents],
            "mqtt": None if login is None else login(who.service),
        }
    )


def details(held_: records.Grant) -> list[dict[str, Any]]:
    """Give what is granted as `authorization_details`, with meters (RFC 9396, 7)."""
    return [
        {**one.terms.plain(), "meters": sorted(one.meters)} for one in held_.consents
    ]


def _consent(consent: records.Consent, here: Home) -> dict[str, Any]:
    kinds = {info.id: info for info in here.deps.meters}
    return {
        "id": consent.id,
        **consent.terms.plain(),
        "meters": [
            {"id": one, "kind": kinds[one].kind, "fluid": kinds[one].fluid}
            for one in sorted(consent.meters)
            if one in kinds
        ],
        "given": here.civil.text(consent.given_ms),
        "expires": here.civil.text(consent.expires_ms),
    }
