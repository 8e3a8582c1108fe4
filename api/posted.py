"""A small JSON object that a page posts, checked member by member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request

from api import bodies
from api.errors import Problem
from api.home import Home


async def posted(
    request: Request, here: Home, needed: Mapping[str, type], **may: type
) -> dict[str, Any]:
    """Give the members of a body: all that are needed, others None when left out.

    Raises Problem on another one, a missing one, and one of another type.
    """
    data = await bodies.read(request, here.deps.limits.stall_s)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Problem("body-unclear", "send a JSON object") from error
    known = {**needed, **may}
    if not isinstance(document, dict) or not needed.keys() <= document.keys():
        raise Problem("body-unclear", f"send an object of {', '.join(needed)}")
    for name, value in document.items():
        kind = known.get(name)
        if kind is None or type(value) is not kind:
            raise Problem(
                "body-unclear", f"it has {', '.join(known)}, each of its type"
            )
    return {name: document.get(name) for name in known}


def described(needed: Mapping[str, type], **may: type) -> dict[str, Any]:
    """Give what OpenAPI says of such a body."""
    types = {str: "string", int: "integer", bool: "boolean", list: "array"}
    properties: dict[str, Any] = {
        name: {
            "type": types.get(kind, "object"),
            **({"items": {}} if kind is list else {}),
        }
        for name, kind in {**needed, **may}.items()
    }
    schema = {
        "type": "object",
        "required": list(needed),
        "additionalProperties": False,
        "properties": properties,
    }
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
