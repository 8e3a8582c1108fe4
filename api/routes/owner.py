"""The owner's page: what flowed, who holds what, who read what, and taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import owner_examples as examples
from api.deps import MeterInfo
from api.errors import Problem
from api.figures import amounts
from api.home import Home, home
from api.owner_examples import shown
from api.owner_only import owner_only
from api.posted import described, posted
from api.routes.asked import choice, presence, refusals
from api.routes.sign_in import answer
from edge.consent import receipts
from edge.consent.consents import Consents
from edge.consent.records import RESTORED, Consent, Service
from edge.health import PartHealth

router = APIRouter(tags=["owner"], dependencies=[Depends(owner_only)])
WITHDRAWN: Mapping[str, type] = {"consents": list}
NARROWED: Mapping[str, type] = {"consent": str, "choice": dict}
NAMED: Mapping[str, type] = {"services": list}
LINES_MOST = 200


def consents(here: Annotated[Home, Depends(home)]) -> Consents:
    """Give the household's decisions; raise Problem where there are none."""
    if here.deps.consents is None:
        raise Problem("not-found", "there are no services here")
    return here.deps.consents


@router.get(
    "/owner/home",
    summary="Today, yesterday and this month",
    responses=shown(examples.HOME),
)
async def at_home(here: Annotated[Home, Depends(home)]) -> Response:
    """Give each meter's amounts by its fluid's days, when it was last heard, and how.

    An amount is null where nothing is known of it. A meter is quiet when its own source
    isn't well; of each collector it is told how long ago it last fetched something.
    """
    if here.deps.sign_in is not None:
        note = here.deps.sign_in.sessions.note
        await asyncio.to_thread(note, here.consent_ms())
    parts = here.health().parts
    ill = [part for part in parts if not part.ok]
    names = {part.name for part in ill}
    found = [await _meter(here, info, names) for info in here.deps.meters]
    return answer(
        {
            "at": here.civil.text(here.deps.now_ms()),
            "demo": here.deps.demo,
            "meters": found,
            "collectors": [_collector(part) for part in parts if _collects(part)],
            "troubles": [{"name": one.name, "detail": one.detail} for one in ill],
        }
    )


@router.get(
    "/owner/services",
    summary="Who holds what",
    responses=shown(examples.SERVICES),
)
async def services(
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Give each service that holds something, or was paused, and its live consents."""
    now_ms = decided.now_ms()
    listed = [
        _service(here, decided, one, now_ms)
        for one in list(decided.standing.services.values())
    ]
    return answer({"services": [one for one in listed if one["consents"]]})


@router.get(
    "/owner/reads",
    summary="Who read what",
    responses=shown(examples.READS),
)
async def reads(
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Give the newest 200 lines of the read journal, one a day, service and class."""
    journal = here.door.journal
    lines = [] if journal is None else await asyncio.to_thread(journal.lines)
    known = decided.standing.services
    told = []
    for line in sorted(lines, key=lambda one: -one.last_ms)[:LINES_MOST]:
        who = known.get(line.service)
        plain = asdict(line)
        for name in ("first", "last", "start", "end"):
            plain[name] = here.civil.text(plain.pop(f"{name}_ms"))
        told.append({**plain, "name": who.declared.name if who else None})
    return answer({"reads": told})


@router.get(
    "/owner/consents/{consent}/receipt",
    summary="A consent's receipt",
    responses=shown(examples.RECEIPT),
)
async def receipt(
    consent: str, decided: Annotated[Consents, Depends(consents)]
) -> Response:
    """Give it as ISO/IEC TS 27560 has it, with the hash that the ledger stands at.

    Kept where the home can't change it, it proves what was agreed to.
    """

    def made() -> dict[str, Any]:
        entries = list(decided.ledger.entries())
        return receipts.receipt(entries, consent, decided.now_ms())

    with refusals():
        document = await asyncio.to_thread(made)
    return answer(document)


@router.post(
    "/owner/consents/withdraw",
    summary="Take consents back",
    responses=shown(examples.WITHDRAWN),
    openapi_extra=described(WITHDRAWN),
)
async def withdraw(
    request: Request,
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Withdraw consents by their ids; every channel ends what goes by them at once."""
    told = await posted(request, here, WITHDRAWN)
    ids = _ids(told["consents"])
    with refusals():
        held = await asyncio.to_thread(decided.withdraw, ids)
    return answer({"withdrawn": [one.id for one in held]})


@router.post(
    "/owner/consents/narrow",
    summary="Put a narrower consent in one's place",
    responses=shown(examples.NARROWED),
    openapi_extra=described(NARROWED),
)
async def narrow(
    request: Request,
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Narrow it to terms within its own, and to meters among its own."""
    told = await posted(request, here, NARROWED)
    chosen = choice(here, told["choice"])
    with refusals():
        after = await asyncio.to_thread(decided.narrow, told["consent"], chosen)
    return answer({"consent": after.id})


@router.post(
    "/owner/services/pause",
    summary="Have services get nothing",
    responses=shown(examples.PAUSED),
    openapi_extra=described(NAMED),
)
async def pause(
    request: Request,
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Pause the services named, all when none is; what falls into it is never told."""
    told = await posted(request, here, NAMED)
    ids = _ids(told["services"])
    with refusals():
        await asyncio.to_thread(decided.pause, ids or None)
    return answer({"paused": ids})


@router.post(
    "/owner/services/resume",
    summary="End a pause",
    responses=shown(examples.RESUMED),
    openapi_extra=described(NAMED),
)
async def resume(
    request: Request,
    here: Annotated[Home, Depends(home)],
    decided: Annotated[Consents, Depends(consents)],
) -> Response:
    """Have the services named, all when none is, get what they hold again."""
    told = await posted(request, here, NAMED)
    ids = _ids(told["services"])
    with refusals():
        await asyncio.to_thread(decided.resume, ids or None)
    return answer({"resumed": ids})


async def _meter(here: Home, info: MeterInfo, ill: Collection[str]) -> dict[str, Any]:
    counted = await amounts(here, info)
    last = await here.latest(info.id)
    seen_ms = None if last is None else last.at_ms
    until_ms = counted.until_ms
    return {
        "id": info.id,
        "fluid": info.fluid.value,
        "place": info.place,
        "seen": None if seen_ms is None else here.civil.text(seen_ms),
        "age_s": None if seen_ms is None else (here.deps.now_ms() - seen_ms) // 1000,
        "quiet": f"source:{info.id}" in ill,
        "unit": counted.register.unit,
        "today": counted.today,
        "yesterday": counted.yesterday,
        "month": counted.month,
        "until": None if until_ms is None else here.civil.text(until_ms),
    }


def _collects(part: PartHealth) -> bool:
    return part.name.startswith("collector:")


def _collector(part: PartHealth) -> dict[str, Any]:
    age_ms = part.oldest_age_ms
    return {
        "name": part.name.removeprefix("collector:"),
        "age_s": None if age_ms is None else age_ms // 1000,
    }


def _service(
    here: Home, decided: Consents, one: Service, now_ms: int
) -> dict[str, Any]:
    held = [each for each in decided.standing.of(one.id) if each.live(now_ms)]
    return {
        "id": one.id,
        "declared": one.declared.plain(),
        "paused": one.paused,
        "restored": one.paused and one.pauses[-1].reason == RESTORED,
        "consents": [_consent(here, each) for each in held],
    }


def _consent(here: Home, one: Consent) -> dict[str, Any]:
    return {
        "id": one.id,
        "terms": one.terms.plain(),
        "presence": presence(one.terms),
        "meters": sorted(one.meters),
        "given": here.civil.text(one.given_ms),
        "expires": here.civil.text(one.expires_ms),
    }


def _ids(given: list[Any]) -> list[str]:
    """Take ids; raise Problem on what is none."""
    if len(given) > 500 or not all(isinstance(one, str) for one in given):
        raise Problem("body-unclear", "ids are texts, 500 at most")
    return given
