"""Payloads that nobody would write: good ones that were bent, and plain bytes."""

from __future__ import annotations

import json
import logging
import random
from copy import deepcopy
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 0.5, 1e308, -1e-308, 10**30, -(2**63), 2**64),
    *("", " ", "\x00", "é" * 40, "#", "+/+", "../..", "a" * 65, "\ud800", "١٢"),
    *("2026-10-25T02:30:00+14:00", "0001-01-01T00:00:00+14:00", "20261020T000000Z"),
    *("9999-12-31T23:59:59.999999-12:00", "2026-W43-1T00:00:00Z", "2026-10-25"),
    *("2026-10-25T02:30:00+00:17:31", "NaN", "1e9", "0x10", "1_000", "-0", "1,5"),
    *([], {}, [[]], [None], {"": ""}, ["linky"], {"$ref": "#"}),
)
LITERALS = (b"NaN", b"-Infinity", b"1e999", b"00", b"1E400", b"-", b"'x'", b"//")
MOST_BYTES = 200_000
"""The broker takes no packet that is larger than 256 KiB."""


class Failures(logging.Handler):
    """What the service logs as a failure: silence may hide one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()


def payload(rng: random.Random, good: dict[str, Any]) -> bytes:
    """Give one: near a good one as a rule, and now and then nothing like it."""
    kind = rng.randrange(20)
    if kind == 0:
        return rng.randbytes(rng.randrange(2_000))
    if kind == 1:
        return rng.choice([b"[", b'{"a":', b"9", b" ", b'"']) * rng.randrange(9_000)
    if kind == 2 and rng.randrange(50) == 0:
        return b'{"meter":"' + b"x" * rng.randrange(MOST_BYTES) + b'"}'
    text = json.dumps(_bent(rng, good)).encode()
    for _ in range(rng.choice([0, 0, 1, 1, 2, 5])):
        at = rng.randrange(len(text) + 1)
        piece = rng.choice([rng.randbytes(1), rng.choice(LITERALS), text[at:][:9], b""])
        text = text[:at] + piece + text[at + rng.randrange(4) :]
    return text


def _odd(rng: random.Random) -> Any:
    return deepcopy(rng.choice(ODD))  # it may be bent in its turn


def _bent(rng: random.Random, good: dict[str, Any]) -> Any:
    document = json.loads(json.dumps(good))
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        place = document
        while True:
            key = rng.choice([*place, "limit"])
            inner = place.get(key)
            if not isinstance(inner, dict) or not inner or rng.randrange(3) == 0:
                break
            place = inner
        change = rng.randrange(6)
        if change == 0:
            place.pop(key, None)
        elif change == 1:
            place[str(rng.choice(ODD))[:80]] = _odd(rng)
        elif change == 2 and isinstance(inner, str):
            place[key] = inner + rng.choice(["0", " ", "\n", "é", "/", "Z", inner])
        else:
            place[key] = _odd(rng)
    return rng.choice([document] * 30 + [[document], [], "x", 1, None])
