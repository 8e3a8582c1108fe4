"""What is published is what docs/asyncapi.json says: every message of a whole home.

And every one that it sends to a cloud.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from tests.real.asyncapi_cloud import told_elsewhere
from tests.real.asyncapi_home import Told, published

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "docs" / "asyncapi.json").read_text()
)
CHANNELS = DOCUMENT["channels"]
COMPONENTS = DOCUMENT["components"]
VALID = {
    name: jsonschema_rs.validator_for(
        message["payload"] | {"components": COMPONENTS}, validate_formats=True
    )
    for name, message in COMPONENTS["messages"].items()
}


def pattern_of(address: str) -> re.Pattern[str]:
    """Give what the topics of an address look like."""

    def part(found: re.Match[str]) -> str:
        words = COMPONENTS["parameters"][found[1]].get("enum")
        return f"({'|'.join(words)})" if words else "[^/]+"

    return re.compile(re.sub(r"{(\w+)}", part, address))


PATTERNS = {name: pattern_of(one["address"]) for name, one in CHANNELS.items()}


def channel_of(topic: str) -> str:
    """Give the one channel that a topic is of."""
    (found,) = [name for name, one in PATTERNS.items() if one.fullmatch(topic)]
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    there = asyncio.run(told_elsewhere(tmp_path_factory.mktemp("cloud")))
    return asyncio.run(published(tmp_path_factory.mktemp("home"))) + there


def operations(channel: str) -> list[dict]:
    reference = {"$ref": f"#/channels/{channel}"}
    return [o for o in DOCUMENT["operations"].values() if o["channel"] == reference]


def fits(told: Told, operation: dict) -> bool:
    """Tell whether a message is what an operation says: how it is sent, and what."""
    said = operation["bindings"]["mqtt"]
    (message,) = [one["$ref"].split("/")[-1] for one in operation["messages"]]
    text = COMPONENTS["messages"][message]["contentType"] == "text/plain"
    try:
        payload = told.payload.decode() if text else json.loads(told.payload)
    except ValueError:
        return False
    sent = (said["qos"], said["retain"]) == (told.qos, told.retain)
    return sent and VALID[message].is_valid(payload)


def test_each_message_is_of_one_channel_and_as_that_says(told):
    wrong = [
        one
        for one in told
        if not any(fits(one, each) for each in operations(channel_of(one.topic)))
    ]
    assert not wrong, wrong[:5]


def test_each_channel_was_heard(told):
    assert {channel_of(one.topic) for one in told} == set(CHANNELS)


def test_each_step_of_an_interval_and_each_kind_of_answer_was_heard(told):
    steps = {one.topic.split("/")[-2] for one in told}
    assert {"30min", "hour", "day", "month", "year"} <= steps
    for word in (b"rows", b"not_found", b"bad_request", b"too_many_requests"):
        assert any(word in one.payload for one in told), word


def test_what_the_document_does_not_say_would_be_seen(told):
    (one, *_) = [each for each in told if channel_of(each.topic) == "serviceInterval"]
    (said,) = operations("serviceInterval")
    assert fits(one, said)
    document = json.loads(one.payload)
    for other in (
        one._replace(retain=True),
        one._replace(qos=0),
        one._replace(payload=json.dumps(document | {"revision": 1}).encode()),
        one._replace(payload=json.dumps(document | {"start": "today"}).encode()),
        one._replace(payload=b""),
    ):
        assert not fits(other, said)
