"""The running service's own API, as the owner's commands call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from api.tokens import load_or_create
from edge.config import Config
from edge.errors import EdgeError

TIMEOUT_S = 30


class NotRunning(EdgeError):
    """Raised when the service's API doesn't answer."""


def _open(
    config: Config, path: str, headers: dict[str, str], body: bytes | None = None
) -> HTTPResponse:
    host, _, port = config.api.listen.rpartition(":")
    if config.api.listen.startswith("unix:"):
        raise NotRunning(
            "the API listens on a Unix socket",
            hint='set [api] listen = "127.0.0.1:8080"',
        )
    here = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - read, not bound
    path_of_token = config.data_dir / "owner.token"
    if not path_of_token.exists():
        raise NotRunning(
            f"no service has run on {config.data_dir}", hint="start it: `releve run`"
        )
    token = load_or_create(path_of_token)
    connection = HTTPConnection(here.strip("[]"), int(port), timeout=TIMEOUT_S)
    try:
        connection.request(
            "GET" if body is None else "POST",
            path,
            body,
            headers={"Authorization": f"Bearer {token}", **headers},
        )
        response = connection.getresponse()
    except (OSError, HTTPException) as error:
        raise NotRunning(
            f"the service does not answer on {config.api.listen}",
            hint="start it with `releve run`",
        ) from error
    if response.status != 200:
        raise NotRunning(f"the service answered {response.status} to {path}")
    return response


def get(config: Config, path: str) -> Any:
    """Give the JSON document at a path of the API; raise NotRunning."""
    return json.loads(_open(config, path, {}).read())


def post(config: Config, path: str, document: Any) -> Any:
    """Give what a path of the API answers to a document; raise NotRunning."""
    kind = {"Content-Type": "application/json"}
    return json.loads(_open(config, path, kind, json.dumps(document).encode()).read())


def live(config: Config) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give (event, data) of the live stream; raise NotRunning at its end."""
    response = _open(config, "/api/v1/live", {"Accept": "text/event-stream"})
    event = "message"
    try:
        for line in response:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                yield event, json.loads(value)
    except (OSError, HTTPException) as error:
        raise NotRunning("the live stream ended") from error
