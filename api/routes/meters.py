"""GET /api/v1/meters and what a meter said last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from api.deps import MeterInfo
from api.door import Grant, allowed_live
from api.errors import Problem
from api.examples import LATEST, METERS
from api.home import Home, grant, home
from api.schemas import LatestShape, MetersShape, example
from edge.catalogue import Register
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
async def meters(here: Annotated[Home, Depends(home)]) -> Response:
    """Each meter, what it has shown so far, and when it was last seen."""
    heard = await here.rows.heard()
    listed = [
        _meter(here, info, await here.latest(info.id), heard.get(info.id, ()))
        for info in here.deps.meters
    ]
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
    info = here.meter(meter)
    sample = await here.latest(info.id)
    if sample is None or not allowed_live(who, sample):
        raise Problem(
            "not-found",
            f"{info.id} has not said anything yet; `releve doctor` looks at its port",
        )
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
    here: Home, info: MeterInfo, sample: Sample | None, heard: Sequence[str]
) -> dict[str, Any]:
    catalogue = here.deps.catalogue
    shown = {*heard, *(sample.values if sample is not None else ())}
    return {
        "id": info.id,
        "kind": info.kind,
        "fluid": info.fluid,
        "place": info.place,
        "last_seen": None if sample is None else here.civil.text(sample.at_ms),
        "registers": [
            _register(register) for name, register in catalogue.items() if name in shown
        ],
    }


def _register(register: Register) -> dict[str, Any]:
    return {
        "name": register.name,
        "kind": register.kind,
        "unit": register.unit,
        "title": {"en": register.title_en, "fr": register.title_fr},
        "steps": list(Step) if register.numeric else [Step.RAW],
    }


def _json(document: object) -> Response:
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )
