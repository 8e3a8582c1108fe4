"""The API's description (OpenAPI 3.1): `python -m api.openapi` writes it."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.examples import PROBLEM
from api.oauth import PREFIX
from api.oauth_examples import REFUSED
from api.oauth_shapes import OAuthErrorShape, plain
from api.operations import OPERATIONS, Operation
from api.problems import KINDS, MEDIA_TYPE
from api.routes import oauth
from api.schemas import ProblemShape, Shape

API_VERSION = "1"
SCHEMAS = "#/components/schemas/"
SHAPE = re.compile(r'("(?:#/components/schemas/)?[A-Z]\w*?)(?:Shape)(?=")')
"""Our own names of shapes; who reads the document knows a meter, and no MeterShape."""
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


OAUTH_STATUSES: dict[int, str] = {
    400: "Refused, in the words of RFC 6749 and RFC 8628.",
    401: "The access token that came along is not known, or has expired.",
    429: "Too much at once; Retry-After says when to come back.",
    503: "Nothing can be kept now; Retry-After says when to come back.",
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
    schemas |= _shapes()
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
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, OPERATIONS.get((method, path)))
            if path in oauth.OPEN:
                operation["security"] = []
            if path.startswith(PREFIX):
                operation["responses"].pop("422", None)
            operation["responses"] |= (
                _answers(OAUTH_STATUSES, OAuthErrorShape, "application/json", REFUSED)
                if path.startswith(PREFIX)
                else _answers(STATUSES, ProblemShape, MEDIA_TYPE, PROBLEM)
            )
    named: dict[str, Any] = json.loads(SHAPE.sub(r"\1", json.dumps(document)))
    return named


def _complete(operation: dict[str, Any], known: Operation | None) -> None:
    """Give an operation its name, and the shapes that its route says by hand."""
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = plain(parameter["schema"])
    if known is None:
        return
    operation["operationId"] = known.name
    if known.answer is not None:
        content = operation["responses"][str(known.status)]["content"]
        content["application/json"]["schema"] = _reference(known.answer)
    if known.body is not None:
        for content in operation["requestBody"]["content"].values():
            content["schema"] = _reference(known.body)


def _shapes() -> dict[str, Any]:
    """Give the schemas of the shapes that no route declares."""
    told = {
        shape
        for known in OPERATIONS.values()
        for shape in (known.answer, known.body)
        if shape is not None
    }
    told |= {ProblemShape, OAuthErrorShape}
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (one, "validation") for one in sorted(told, key=lambda one: one.__name__)
    ]
    _, found = models_json_schema(models, ref_template=f"{SCHEMAS}{{model}}")
    shapes: dict[str, Any] = found["$defs"]
    for name, shape in shapes.items():
        if name.endswith("Form"):
            fields = shape["properties"]
            shape["properties"] = {one: plain(said) for one, said in fields.items()}
    return shapes


def _reference(shape: type[Shape]) -> dict[str, str]:
    return {"$ref": f"{SCHEMAS}{shape.__name__}"}


def _answers(
    statuses: dict[int, str], shape: type[Shape], media_type: str, example: object
) -> dict[str, Any]:
    content = {media_type: {"schema": _reference(shape), "example": example}}
    return {
        str(status): {"description": said, "content": content}
        for status, said in statuses.items()
    }


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
