"""GET /api/v1/meters and what a meter said last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from api.deps import MeterInfo
from api.door import OWNER, Grant, steps
from api.errors import Problem
from api.examples import LATEST, METERS
from api.home import Home, grant, home
from api.schemas import LatestShape, MetersShape, example
from edge.catalogue import Register
from edge.consent.terms import Channel
from edge.interval import Step
from edge.registers import CATALOGUE
from edge.sample import Sample

router = APIRouter(tags=["meters"])


@router.get(
    "/meters",
    summary="The meters of the home",
    response_model=MetersShape,
    responses={200: {"content": {"application/json": example(METERS)}}},
)
async def meters(
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
) -> Response:
    """Each meter, what it has shown so far, and when it was last seen.

    A service has its own meters here, and what it may ask of each, whether there is
    any or not; `last_seen` is of what it holds live.
    """
    heard = await here.rows.heard() if who == OWNER else None
    listed = []
    for info in here.meters(who):
        sample = await here.latest(info.id, who)
        shown = None if heard is None else {*heard.get(info.id, ())}
        if shown is not None and sample is not None:
            shown |= sample.values.keys()
        listed.append(_meter(here, info, who, sample, shown))
    return _json(
        {"zone": here.civil.zone.key, "demo": here.deps.demo, "meters": listed}
    )


@router.get(
    "/meters/{meter}/latest",
    summary="What a meter said last",
    response_model=LatestShape,
    responses={200: {"content": {"application/json": example(LATEST)}}},
)
async def latest(
    meter: str,
    here: Annotated[Home, Depends(home)],
    who: Annotated[Grant, Depends(grant)],
) -> Response:
    """Every register of the last sample: live if the meter speaks, else committed.

    Of a meter that only files speak of: where they say that its indexes stood last.
    """
    info = here.meter(meter, who=who)
    sample = await here.latest(info.id, who)
    if sample is None:
        raise Problem(
            "not-found",
            f"{info.id} has not said anything yet; `releve doctor` looks at its port",
        )
    here.door.note_live(who, sample, Channel.REST)
    catalogue = here.deps.catalogue
    return _json(
        {
            "meter": info.id,
            "at": here.civil.text(sample.at_ms),
            "quality": sample.quality,
            "origin": sample.origin,
            "values": CATALOGUE.ordered(sample.values),
            "units": {
                name: catalogue[name].unit if name in catalogue else None
                for name in sample.values
            },
        }
    )


def _meter(
    here: Home,
    info: MeterInfo,
    who: Grant,
    sample: Sample | None,
    shown: Collection[str] | None,
) -> dict[str, Any]:
    """Give a meter, and of its registers those that are shown; None: all."""
    return {
        "id": info.id,
        "kind": info.kind,
        "fluid": info.fluid,
        "place": info.place if who == OWNER else "",
        "last_seen": None if sample is None else here.civil.text(sample.at_ms),
        "registers": [
            _register(register, steps(who, info.id, register))
            for name, register in here.registers(info, who).items()
            if shown is None or name in shown
        ],
    }


def _register(register: Register, asked: Sequence[Step]) -> dict[str, Any]:
    return {
        "name": register.name,
        "kind": register.kind,
        "unit": register.unit,
        "title": {"en": register.title_en, "fr": register.title_fr},
        "steps": list(asked),
    }


def _json(document: object) -> Response:
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )
