"""The topics' description (AsyncAPI 3.0): `python -m edge.outputs.asyncapi` writes it.

Each address is what the code that publishes there makes of the names of its parts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, cast

from edge.broker.accounts import Branch
from edge.event import EventKind
from edge.interval import Step
from edge.outputs.channel import Channel, reference
from edge.outputs.cloud.channels import channels as cloud_channels
from edge.outputs.homeassistant import Announcing
from edge.outputs.schemas import KIND, REGISTER, SCHEMAS, STEP, TOLD_KIND
from edge.outputs.topics import Topics

VERSION = "1"
PREFIX, DISCOVERY = "releve", "homeassistant"
DESCRIPTION = """\
Your own meters by MQTT 5. `releve` and `homeassistant` stand for `mqtt.prefix` and
`mqtt.discovery_prefix`. The owner reads the whole tree; a service reads what stands
below `releve/services/` and its id, by the login that GET /api/v1/grant gives, and
subscribes at QoS 1 in a session that lasts. `PREFIX` stands for a cloud's: what the
household sends to a broker of its own elsewhere, each message once by its `grant` and
`seq`. Instants carry their offset. Unknown is
null, never 0.
"""
TEXT, JSON = "text/plain", "application/json"
PLAIN = frozenset({"status", "bare", "birth", "nothing"})
PARAMETERS: dict[str, dict[str, Any]] = {
    "meter": {"description": "The id that the owner gave; `home` of an event: all."},
    "register": {"description": "What is counted or shown.", "enum": REGISTER["enum"]},
    "step": {"description": "How long an interval is.", "enum": STEP["enum"]},
    "kind": {"description": "What happened.", "enum": KIND["enum"]},
    "toldKind": {"description": "What happened.", "enum": TOLD_KIND["enum"]},
    "service": {"description": "The service's id, as GET /api/v1/grant gives it."},
    "device": {"description": "`releve_` and the meter, and which one it is by now."},
}


def channels() -> Sequence[Channel]:
    """Give every topic: the owner's tree, Home Assistant's, a service's, a cloud's."""
    topics, branch = Topics(PREFIX), Branch(PREFIX, "{service}")
    house = Announcing(topics, DISCOVERY, "en", VERSION)
    meter, register = "{meter}", "{register}"
    # what stands for any step and any kind: the topics are made by adding strings
    step, kind = cast("Step", "{step}"), cast("EventKind", "{kind}")
    out = f"{branch.out}/{meter}"
    return (
        Channel(
            *("status", topics.status, "status", "Whether we are there."), retain=True
        ),
        Channel(
            *("cursor", topics.cursor, "cursor", "How far it is told."), retain=True
        ),
        Channel("live", topics.live(meter), "sample", "A sample, whole.", qos=0),
        Channel(
            *("bare", topics.bare(meter, register), "bare"),
            *("A register's last value, bare.", 0, True),
            emptied="It isn't known.",
        ),
        Channel(
            *("interval", topics.interval(meter, step, register), "interval"),
            "A closed interval, at least once; of two, the higher revision stands.",
        ),
        Channel("event", topics.event(meter, kind), "event", "What happened."),
        Channel(
            *("history", topics.history(meter), "history"),
            "Which part of the past is worth reading again.",
        ),
        Channel(
            *("device", house.topic("{device}"), "device", "Discovery."),
            retain=True,
            emptied="The device is gone.",
        ),
        Channel("birth", house.birth, "birth", "Home Assistant started.", heard=True),
        Channel(
            *("serviceLive", f"{out}/live", "toldSample"),
            *("What of a sample a service may see.", 0),
        ),
        Channel(
            *("serviceInterval", f"{out}/{step}/{register}", "toldInterval"),
            "A closed interval, at a fixed time; of two, the higher seq stands.",
        ),
        Channel(
            *("serviceEvent", f"{out}/event/{{toldKind}}", "toldEvent"),
            "What happened, to a service that holds events.",
        ),
        Channel(
            *("serviceRequest", branch.request, "question"),
            "A service asks for history; its Response Topic is its own.",
            heard=True,
            emptied="What a login that is void left there, retained, is taken away.",
        ),
        Channel(
            *("serviceResponse", branch.response, "answer"),
            "What a service is answered, with the Correlation Data of its question.",
        ),
        *cloud_channels(),
    )


def describe() -> dict[str, Any]:
    """Give the document."""
    made = channels()
    operations = {name: op for one in made for name, op in one.operations().items()}
    for asker in ("service", "cloud"):
        reply = {"channel": reference("channels", f"{asker}Response")}
        operations[f"{asker}Request"]["reply"] = reply
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Relevé",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "servers": {
            "home": _server("127.0.0.1:1883", "mqtt", "For programs of this machine."),
            "lan": _server("releve.local:8883", "secure-mqtt", "For your network."),
            "cloud": _server("mqtt.example.org:8883", "secure-mqtt", "A cloud's."),
        },
        "channels": {one.name: one.plain() for one in made},
        "operations": operations,
        "components": {
            "messages": {n: _message(n) for one in made for n in one.messages},
            "schemas": {**SCHEMAS, "birth": SCHEMAS["status"]},
            "parameters": PARAMETERS,
            "securitySchemes": {
                "login": {
                    "type": "userPassword",
                    "description": "Each login is good for its own client id alone.",
                }
            },
        },
    }


def _message(name: str) -> dict[str, Any]:
    return {
        "contentType": TEXT if name in PLAIN else JSON,
        "payload": reference("components/schemas", name),
    }


def _server(host: str, protocol: str, description: str) -> dict[str, Any]:
    return {
        "host": host,
        "protocol": protocol,
        "protocolVersion": "5.0",
        "description": description,
        "security": [reference("components/securitySchemes", "login")],
    }


def written() -> str:
    """Give the description as docs/asyncapi.json holds it."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
