"""What stands in each message, as JSON Schema: its words are those of the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from edge.consent.allowed import EVENTS
from edge.event import EventKind
from edge.interval import INTERVAL_STEPS, Step
from edge.outputs.services import answers, question, requests
from edge.record import Lane
from edge.registers import CATALOGUE
from edge.sample import Quality

Schema = dict[str, Any]


def words(given: Iterable[str]) -> Schema:
    """Give one word of several."""
    return {"type": "string", "enum": [str(one) for one in given]}


def whole(needed: Mapping[str, Schema], may: Mapping[str, Schema] | None = None) -> Any:
    """Give an object that has what is needed, maybe the rest, and nothing else."""
    return {
        "type": "object",
        "required": list(needed),
        "properties": {**needed, **(may or {})},
        "additionalProperties": False,
    }


INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 1}
AMOUNT: Schema = {"type": ["integer", "null"]}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
METER: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"}
INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?[+-]\d\d:\d\d$",
}
"""In the home's zone, with its offset."""
VALUES: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["integer", "string", "null"]},
}
"""By register, in its unit; null is unknown, and never 0."""
QUALITY, REGISTER = words(Quality), words(CATALOGUE)
STEP, KIND, TOLD_KIND = words(INTERVAL_STEPS), words(EventKind), words(sorted(EVENTS))
UNITS = sorted({one.unit for one in CATALOGUE.values() if one.unit})
PERIOD: Schema = {"start": INSTANT, "end": INSTANT, "value": AMOUNT}
PERIOD |= {"unit": {"enum": [*UNITS, None]}, "quality": QUALITY, "coverage": SHARE}
SPREAD: Schema = {"min": AMOUNT, "mean": {"type": ["number", "null"]}, "max": AMOUNT}
"""Of instants (power, voltage) alone."""
EVENT: Schema = {"at": INSTANT, "detail": VALUES}
SAMPLE: Schema = {"at": INSTANT, "quality": QUALITY, "values": VALUES}
ROW = whole(PERIOD, SPREAD)
POINT = whole({"at": INSTANT, "value": VALUES["additionalProperties"]})
ERRORS = [
    orjson.loads(one)["error"]
    for one in (answers.NOT_FOUND, requests.BAD, requests.BUSY)
]

SCHEMAS: Mapping[str, Schema] = {
    "status": words(("online", "offline")),
    "cursor": {
        "type": "object",
        "propertyNames": words(Lane),
        "additionalProperties": {"type": "array", "items": INTEGER, "maxItems": 2},
    },
    "sample": whole({"meter": METER, "origin": TEXT, **SAMPLE}),
    "bare": {"type": "string", "minLength": 1},
    "nothing": {"type": "string", "maxLength": 0},
    "interval": whole(
        {
            "meter": METER,
            "register": REGISTER,
            "step": STEP,
            **PERIOD,
            "sources": TEXT,
            "revision": COUNT,
        },
        SPREAD,
    ),
    "event": whole({"meter": METER, "kind": KIND, **EVENT}),
    "history": whole(
        {
            "meter": METER,
            "from": INSTANT,
            "to": INSTANT,
            "registers": {"type": "array", "items": REGISTER},
        }
    ),
    "device": {
        "type": "object",
        "required": ["dev", "o", "avty", "cmps"],
        "description": "By device, as Home Assistant 2024.11 and later read it.",
    },
    "toldSample": whole(SAMPLE),
    "toldInterval": whole({"seq": COUNT, **PERIOD}, SPREAD),
    "toldEvent": whole({"seq": COUNT, **EVENT}),
    "claim": whole({"home": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}),
    "cloudCursor": whole({"grant": TEXT, "seq": COUNT}),
    "cloudInterval": whole({"grant": TEXT, "seq": COUNT, **PERIOD}, SPREAD),
    "cloudEvent": whole({"grant": TEXT, "seq": COUNT, **EVENT}),
    "question": whole(
        {
            "meter": METER,
            "register": REGISTER,
            "step": words(Step),
            "start": INSTANT,
            "end": INSTANT,
        },
        {"limit": {**COUNT, "maximum": question.ROWS_MOST, "default": question.ROWS}},
    ),
    "answer": {
        "oneOf": [
            whole(
                {
                    "rows": {"type": "array", "items": {"anyOf": [ROW, POINT]}},
                    "next": {**INSTANT, "type": ["string", "null"]},
                }
            ),
            whole({"error": words(ERRORS)}),
        ]
    },
}
