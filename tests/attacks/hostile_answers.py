"""What a portal may answer that sinks, swells, says two things, or isn't what it says.

Each is given where readings are expected, with the household's secret near: by a portal
that was taken over, or by one that stands before it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from collectors import Reason
from tests.attacks.hostile import MB
from tests.attacks.hostile_archives import ARCHIVES
from tests.attacks.hostile_texts import filled
from tests.attacks.hostile_workbooks import WORKBOOKS

MOST_MB = 64
LARGEST = 4 * MB - 1


@dataclass(frozen=True)
class HostileAnswer:
    """One answer; `reasons` are the words that may be told for it, and no other.

    Without one, its rows alone are refused.
    """

    name: str
    made: Callable[[], bytes]
    reasons: frozenset[Reason]
    headers: dict[str, str] = field(default_factory=dict)


def answer(
    name: str,
    made: Callable[[], bytes] | bytes,
    *reasons: Reason,
    **headers: str,
) -> HostileAnswer:
    """Give one; headers are named with `_` for `-`."""
    data = made if callable(made) else lambda: made
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HostileAnswer(name, data, frozenset(reasons), named)


def swollen(part: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Repeat something up to the most that is taken of one answer."""
    count = (LARGEST - len(head) - len(tail)) // len(part)
    return head + part * count + tail


def day(code: str = "1", **said: str) -> bytes:
    more = "".join(f', "{name}": {value}' for name, value in said.items())
    return f'[{{"dateJour": "2026-10-21", "codeJour": {code}{more}}}]'.encode()


@cache
def bomb(rounds: int) -> bytes:
    """Give what unpacks a thousandfold, or its thousandfold."""
    return gzip.compress(bomb(rounds - 1) if rounds else bytes(32 * MB))


PACKED = "gzip"
ANSWERS = (
    answer("a bomb", lambda: bomb(0), Reason.CHANGED, Content_Encoding=PACKED),
    answer(
        "a bomb within a bomb", lambda: bomb(1), Reason.CHANGED, Content_Encoding=PACKED
    ),
    answer(
        "a bomb, packed twice over",
        lambda: bomb(1),
        Reason.CHANGED,
        Content_Encoding="gzip, gzip",
    ),
    answer(
        "packed as nobody asked",
        lambda: zlib.compress(day()),
        Reason.CHANGED,
        Content_Encoding="deflate",
    ),
    answer(
        "packed, it says, and isn't", day(), Reason.TRUNCATED, Content_Encoding=PACKED
    ),
    answer("a flood", lambda: filled(b" "), Reason.CHANGED),
    answer("arrays 100,000 deep", b"[" * 100_000 + b"]" * 100_000, Reason.CHANGED),
    answer("objects 100,000 deep", b'{"codeJour":' * 100_000, Reason.CHANGED),
    answer(
        "a million empty lists", lambda: swollen(b"[],", b"[", b"1]"), Reason.CHANGED
    ),
    answer(
        "a million empty lists after a key",
        lambda: swollen(b"[],", b'["codeJour", "codeJour":', b"1]"),
        Reason.CHANGED,
        Reason.TRUNCATED,
    ),
    answer(
        "a million days",
        lambda: swollen(b'{"codeJour":1},', b"[", b"{}]"),
        Reason.CHANGED,
    ),
    answer("a million documents", lambda: swollen(day()), Reason.CHANGED),
    answer("a number of 5,000 digits", day("9" * 5_000), Reason.TRUNCATED),
    answer("a key that is there twice", day("1", codeJour="2"), Reason.CHANGED),
    answer("half a letter", day("1", x='"\\ud800"'), Reason.CHANGED),
    answer(
        "a text of 4 MB",
        lambda: swollen(b"x", b'[{"codeJour": "', b'"}]'),
    ),
    answer("JSON that breaks off", day()[:-2], Reason.TRUNCATED),
    answer("NULs", b'[{"codeJour"\x00: 1}]', Reason.CHANGED),
    answer("UTF-16, unmarked", day().decode().encode("utf-16-be"), Reason.CHANGED),
    answer("noise", lambda: zlib.compress(bytes(range(256)) * 999), Reason.CHANGED),
    answer(
        "an entity",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>',
        Reason.CHANGED,
    ),
    answer("a page", b"<!doctype html>" + day(), Reason.MAINTENANCE),
    *(
        answer(f"for a day: {one.name}", one.made, Reason.CHANGED, Reason.TRUNCATED)
        for one in (*ARCHIVES[:3], *WORKBOOKS[:3])
    ),
)
