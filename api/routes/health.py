"""GET /api/v1/health and /metrics: how each part fares, in the same numbers."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from api import metrics as prometheus
from api.examples import HEALTH, METRICS
from api.home import Home, home
from api.schemas import HealthShape, example

router = APIRouter(tags=["health"])
metrics_router = APIRouter(tags=["health"])


@router.get(
    "/health",
    summary="How each part fares",
    response_model=HealthShape,
    responses={200: {"content": {"application/json": example(HEALTH)}}},
)
async def health(here: Annotated[Home, Depends(home)]) -> Response:
    """Say what was accepted, refused, is pending and how old, gaps, bytes written.

    The status is 200 also when a part is unwell: `ok` says it.
    """
    report = here.health()
    document = {
        "at": here.civil.text(report.at_ms),
        "ok": report.ok,
        "parts": [
            {
                "name": part.name,
                "ok": part.ok,
                "counters": dict(part.counters),
                "refused": dict(part.refused),
                "gauges": dict(part.gauges),
                "oldest_age_ms": part.oldest_age_ms,
                "detail": part.detail,
            }
            for part in report.parts
        ],
    }
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )


@metrics_router.get(
    "/metrics",
    summary="The same for Prometheus",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/plain": {"schema": {"type": "string"}, "example": METRICS}
            }
        }
    },
)
async def metrics(here: Annotated[Home, Depends(home)]) -> Response:
    """Give the numbers of /api/v1/health in the Prometheus text format."""
    return Response(prometheus.text(here.health()), media_type=prometheus.MEDIA_TYPE)
