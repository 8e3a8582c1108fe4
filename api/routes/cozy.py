"""Where a browser comes back to from the household's Cozy: shown first, then taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import owner_examples as examples
from api.deps import Connects
from api.errors import Problem
from api.home import Home, home
from api.owner_examples import shown
from api.owner_only import owner_only
from api.posted import described, posted
from api.routes.sign_in import answer
from edge.errors import EdgeError

router = APIRouter(tags=["owner"], dependencies=[Depends(owner_only)])
STATE: Mapping[str, type] = {"state": str}
CODE: Mapping[str, type] = {"state": str, "code": str}
WORD_MOST = 1_000
NONE = "no consent waits under this state: begin anew, `releve cozy connect`"


def cozy(here: Annotated[Home, Depends(home)]) -> Connects:
    """Give what answers; raise Problem where nothing does."""
    if here.deps.cozy is None:
        raise Problem("not-found", "nothing goes to a Cozy here")
    return here.deps.cozy


@router.post(
    "/owner/cozy/asked",
    summary="Which Cozy a consent is of",
    responses=shown(examples.COZY_ASKED),
    openapi_extra=described(STATE),
)
async def asked(
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: Annotated[Connects, Depends(cozy)],
) -> Response:
    """Give the address of the Cozy, to be shown before anything is sent there.

    A state that is wrong, used or old is one that never was. From then on this session
    alone may answer.
    """
    told = await posted(request, here, STATE)
    found = await waiting.host(_word(told["state"]), _who(request))
    if found is None:
        raise Problem("not-found", NONE)
    return answer({"url": found})


@router.post(
    "/owner/cozy/connect",
    summary="Take what a Cozy consented to",
    responses=shown(examples.COZY_CONNECTED),
    openapi_extra=described(CODE),
)
async def connect(
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: Annotated[Connects, Depends(cozy)],
) -> Response:
    """Exchange the code that the Cozy gave for tokens, which this machine keeps.

    Nothing is granted by it: that is said where it was begun.
    """
    told = await posted(request, here, CODE)
    state, code = _word(told["state"]), _word(told["code"])
    try:
        url = await waiting.connect(state, code, _who(request))
    except EdgeError as error:  # a CozyError; unused parts aren't loaded
        raise Problem("decision-refused", str(error)) from error
    return answer({"connected": url})


def _who(request: Request) -> str:
    """Name who asks: the owner's one session, or whoever holds the owner's token."""
    session: Any = request.scope["state"]["session"]
    return "" if session is None else str(session.id)


def _word(given: str) -> str:
    if not 0 < len(given) <= WORD_MOST:
        raise Problem("body-unclear", f"words of 1 to {WORD_MOST} characters")
    return given
