"""RTE's data portal: a client's id and secret for a token, then one signal.

An application is registered at data.rte-france.com and subscribed to each API.
"""

from __future__ import annotations

import base64

from collectors.collector import Task
from collectors.errors import NotCollected, Reason
from collectors.web import Params

URL = "https://digital.iservices.rte-france.com"


def ask(task: Task, url: str, path: str, query: Params | None = None) -> bytes:
    """Give a signal's answer; raise NotCollected."""
    pair = f"{task.secret.user}:{task.secret.password}".encode()
    answer = task.web.post(
        f"{url}/token/oauth/",
        form={},
        headers={
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    told = answer.json("token")
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise NotCollected(Reason.CHANGED, "token")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    found = task.web.get(f"{url}/open_api/{path}", query, headers=headers)
    return found.data("signal")
