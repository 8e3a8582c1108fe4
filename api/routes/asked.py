"""The consent screen's own routes: a request by its code, shown, approved, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import owner_examples as examples
from api.deps import MeterInfo
from api.errors import Problem
from api.figures import seen
from api.guard import peer_of
from api.home import Home, home
from api.owner_examples import shown
from api.owner_only import owner_only
from api.posted import described, posted
from api.routes.sign_in import answer
from edge.catalogue import Fluid
from edge.consent.asking import Asking, Pending
from edge.consent.consents import Choice
from edge.consent.terms import Grain, Terms, read
from edge.errors import ConsentError, RequestRefused

router = APIRouter(tags=["owner"], dependencies=[Depends(owner_only)])
CODE: Mapping[str, type] = {"code": str}
LINE: Mapping[str, type] = {"meter": str, "terms": dict}
CHOSEN: Mapping[str, type] = {
    "request": str,
    "digest": str,
    "choices": list,
    "language": str,
}
REFUSED: Mapping[str, type] = {"request": str, "digest": str}
WAY = "page"
"""By which way the household agreed, for the record."""


def asking(here: Annotated[Home, Depends(home)]) -> Asking:
    """Give the requests that wait; raise Problem where none can."""
    if here.deps.asking is None:
        raise Problem("not-found", "nobody asks for anything here")
    return here.deps.asking


@router.post(
    "/owner/requests",
    summary="What the service asks whose code was typed",
    responses=shown(examples.REQUEST),
    openapi_extra=described(CODE),
)
async def by_code(
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: Annotated[Asking, Depends(asking)],
) -> Response:
    """Give who asks, as they declare it, and each line of what they ask for.

    A code that is wrong, used or old is one that never was; five wrong ones an
    address, and it is told nothing for ten minutes.
    """
    told = await posted(request, here, CODE)
    pending = waiting.by_code(told["code"], peer_of(request.scope))
    if pending is None:
        raise Problem(
            "not-found", "no request waits under this code: have the service ask anew"
        )
    return answer(_request(here, pending))


@router.post(
    "/owner/preview",
    summary="What a service would see",
    responses=shown(examples.PREVIEW),
    openapi_extra=described(LINE),
)
async def preview(request: Request, here: Annotated[Home, Depends(home)]) -> Response:
    """Give the newest rows that these terms would show of a meter."""
    told = await posted(request, here, LINE)
    terms, info = understood(told["terms"]), here.meter(told["meter"])
    found = await seen(here, info, terms)
    registers = [
        {
            "name": one.register.name,
            "title": {"en": one.register.title_en, "fr": one.register.title_fr},
            "unit": one.register.unit,
            "step": one.step.value,
            "rows": [
                {"start": here.civil.text(start), "value": value}
                for start, _, value in one.rows
            ],
        }
        for one in found
    ]
    return answer({"meter": info.id, "registers": registers})


@router.post(
    "/owner/requests/approve",
    summary="Grant what was chosen of a request",
    responses=shown(examples.APPROVED),
    openapi_extra=described(CHOSEN),
)
async def approve(
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: Annotated[Asking, Depends(asking)],
) -> Response:
    """Grant each choice: terms within those that were shown, and meters.

    `digest` is that of the request as it was shown: another one is refused.
    """
    told = await posted(request, here, CHOSEN)
    choices = [choice(here, one) for one in told["choices"]]
    basis = {"way": WAY, "language": told["language"][:2]}
    with refusals():
        service, given = await asyncio.to_thread(
            waiting.approve, told["request"], told["digest"], choices, basis
        )
    consents = [one.id for one in given]
    return answer({"service": service.id, "consents": consents})


@router.post(
    "/owner/requests/refuse",
    summary="Refuse a request",
    responses=shown(examples.REFUSED),
    openapi_extra=described(REFUSED),
)
async def refuse(
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: Annotated[Asking, Depends(asking)],
) -> Response:
    """Refuse it as it was shown; who asked may not ask again for 30 days."""
    told = await posted(request, here, REFUSED)
    with refusals():
        await asyncio.to_thread(waiting.refuse, told["request"], told["digest"])
    return answer({"refused": told["request"]})


class refusals:  # noqa: N801 - used as a word, like suppress
    """Turn what the household's decisions refuse into a problem."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        """Raise the problem of a decision that was refused."""
        del kind
        if isinstance(error, ConsentError):
            raise Problem("decision-refused", str(error)) from error


def understood(terms: dict[str, Any]) -> Terms:
    """Read terms that a page sent; raise Problem."""
    try:
        return read(terms)
    except RequestRefused as error:
        raise Problem("body-unclear", str(error)) from error


def choice(here: Home, given: object) -> Choice:
    """Read one choice, {"terms": …, "meters": […]}; raise Problem."""
    if not isinstance(given, dict) or given.keys() != {"terms", "meters"}:
        raise Problem("body-unclear", "a choice has terms and meters")
    named = given["meters"]
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise Problem("body-unclear", "meters are an array of ids")
    terms = understood(given["terms"])
    known = {info.id for info in meters_of(here, terms.fluid)}
    if not named or not set(named) <= known:
        raise Problem("decision-refused", f"pick meters of {terms.fluid.value}")
    return Choice(terms, frozenset(named))


def meters_of(here: Home, fluid: Fluid) -> list[MeterInfo]:
    """Give the home's meters of a fluid."""
    return [info for info in here.deps.meters if info.fluid is fluid]


def presence(terms: Terms) -> bool:
    """Tell whether it shows when somebody is at home."""
    fine = terms.grain in (Grain.LIVE, Grain.MIN30, Grain.HOUR)
    return fine and terms.fluid in (Fluid.ELECTRICITY, Fluid.WATER)


def _request(here: Home, pending: Pending) -> dict[str, Any]:
    asked = pending.request
    lines = [
        {
            "terms": terms.plain(),
            "presence": presence(terms),
            "meters": [
                {"id": info.id, "place": info.place}
                for info in meters_of(here, terms.fluid)
            ],
        }
        for terms in asked.terms
    ]
    return {
        "request": pending.id,
        "digest": pending.digest,
        "declared": asked.declared.plain(),
        "service": asked.service,
        "lines": lines,
    }
