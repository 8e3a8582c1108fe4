"""GET /ca and /ca.crt: the certificate that a household installs, and how."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.authority_page import page
from api.deps import Authority
from api.guard import nowhere
from api.home import Home, home
from api.pages import spoken

PAGE, FILE = "/ca", "/ca.crt"
OPEN = frozenset({PAGE, FILE})
"""Served to anyone: what they install to be able to sign in."""
MEDIA_TYPE = "application/x-x509-ca-cert"

router = APIRouter(include_in_schema=False)


@router.get(PAGE)
async def how(request: Request, here: Annotated[Home, Depends(home)]) -> Response:
    """Say how to trust this machine; nothing is here while its network is closed."""
    shown = _authority(here)
    language = spoken(request.headers.get("accept-language"))
    return Response(
        page(language, shown.host, shown.url, shown.fingerprint),
        media_type="text/html; charset=utf-8",
        headers={"Vary": "Accept-Language"},
    )


@router.get(FILE)
async def certificate(here: Annotated[Home, Depends(home)]) -> Response:
    """Give the certificate, as PEM: public by its nature."""
    return Response(_authority(here).pem, media_type=MEDIA_TYPE)


def _authority(here: Home) -> Authority:
    if here.deps.authority is None:
        raise nowhere()
    return here.deps.authority
