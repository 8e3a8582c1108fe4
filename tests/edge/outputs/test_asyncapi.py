"""The description of the topics: whole, as written down, of the code's own words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from edge.outputs.asyncapi import PARAMETERS, channels, describe, written

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def document():
    return describe()


def test_the_committed_document_is_what_the_code_says():
    assert (ROOT / "docs" / "asyncapi.json").read_text() == written(), (
        "run .venv/bin/python -m edge.outputs.asyncapi > docs/asyncapi.json"
    )


def test_every_reference_leads_somewhere(document):
    for path in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        found = document
        for part in path.split("/"):
            found = found[part]
        assert found, path


def test_each_channel_is_described_and_its_parameters_are(document):
    for name, channel in document["channels"].items():
        assert channel["summary"], name
        assert re.findall(r"{(\w+)}", channel["address"]) == [*channel["parameters"]]
        assert document["operations"][name]["channel"] == {"$ref": f"#/channels/{name}"}
    used = {name for one in channels() for name in one.parameters}
    assert used == set(PARAMETERS)


def test_the_guide_names_every_topic(document):
    guides = {
        name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("mqtt", "cloud")
    }
    named = {"toldKind": "kind", "device": "id"}
    for channel in document["channels"].values():
        topic = re.sub(
            r"{(\w+)}",
            lambda found: f"<{named.get(found[1], found[1])}>",
            channel["address"],
        )
        guide = "cloud" if topic.startswith("PREFIX/") else "mqtt"
        assert f"`{topic}`" in guides[guide], topic


def test_a_topic_could_be_of_one_channel_alone(document):
    samples = {
        "meter": "linky",
        "register": "import_total_wh",
        "step": "day",
        "kind": "leak",
        "toldKind": "leak",
        "service": "s0123456789ab",
        "device": "releve_linky",
    }
    patterns = {name: pattern_of(document, name) for name in document["channels"]}
    for name, channel in document["channels"].items():
        topic = channel["address"].format(**samples)
        assert [n for n, p in patterns.items() if re.fullmatch(p, topic)] == [name]


def pattern_of(document, name):
    """Give what a channel's topics look like."""
    channel = document["channels"][name]

    def part(found):
        words = document["components"]["parameters"][found[1]].get("enum")
        return "|".join(words).join("()") if words else "[^/]+"

    return re.sub(r"{(\w+)}", part, channel["address"])
