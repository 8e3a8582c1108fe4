"""The API's description (OpenAPI 3.1): `python -m api.openapi` writes it."""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.examples import PROBLEM
from api.oauth import PREFIX
from api.problems import KINDS, MEDIA_TYPE
from api.routes import oauth
from api.schemas import ProblemShape

API_VERSION = "1"
DESCRIPTION = """\
Your own meters, on your own network. Send `Authorization: Bearer TOKEN` with each
request; `releve owner-token` shows the token. A service asks the household for one of
its own at /oauth/device_authorization, and is shown what it was granted. Instants carry
their offset, so that the hour repeated in autumn is never ambiguous. Unknown is null,
never 0. Every error is a problem detail (RFC 9457) that says what to do.
"""
STATUSES: dict[int, str] = {
    401: "The credential is missing or wrong.",
    403: "A password or code is wrong, or another origin sent it.",
    404: "There is no such thing.",
    408: "A body came too slowly.",
    411: "A body's length was not said.",
    406: "The form asked for is not offered.",
    413: "A body was sent where there is none, or too large a one.",
    414: "The query is too long.",
    421: "The host name is not one of ours.",
    422: "A parameter is unknown, repeated or wrong; `parameter` names it. Of a file: "
    "it was refused, and why.",
    429: "Too much at once; Retry-After says when to come back.",
    500: "Something failed; the service's log says what.",
    503: "Busy, or the store does not answer; Retry-After says when to come back.",
}


def describe(app: FastAPI, version: str) -> dict[str, Any]:
    """Give the description of an application's routes."""
    document = get_openapi(
        title="Relevé", version=version, description=DESCRIPTION, routes=app.routes
    )
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    document["info"]["x-problems"] = {
        kind: {"status": status, "title": title}
        for kind, (status, title) in KINDS.items()
    }
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = ProblemShape.model_json_schema()
    components["securitySchemes"] = {
        "owner": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that `releve owner-token` shows.",
        },
        "service": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of a service, by /oauth/token.",
        },
    }
    document["security"] = [{"owner": []}, {"service": []}]
    problem = {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": PROBLEM,
        }
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path in oauth.OPEN:
                operation["security"] = []
            if path.startswith(PREFIX):
                operation["responses"].pop("422", None)
                continue
            operation["responses"] |= {
                str(status): {"description": said, "content": problem}
                for status, said in STATUSES.items()
            }
    return document


def bare() -> FastAPI:
    """Give an application without a home behind it, to describe or test its routes."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - not needed by the service

    from api.app import create_app  # noqa: PLC0415 - it imports this module
    from api.deps import Deps  # noqa: PLC0415 - same
    from edge.bus import Bus  # noqa: PLC0415 - same
    from edge.health import HealthReport  # noqa: PLC0415 - same

    class NoReads:
        """Readings of nobody."""

    return create_app(
        Deps(
            reads=NoReads(),  # type: ignore[arg-type] # nothing is read
            bus=Bus(),
            health=lambda: HealthReport(0, ()),
            meters=(),
            zone=ZoneInfo("Europe/Paris"),
            token="",
        )
    )


def written() -> str:
    """Give the description as docs/openapi.json holds it."""
    described = describe(bare(), API_VERSION)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
