"""A service's question, read from a message: of it only its words count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from edge.interval import Step
from edge.sample import millis

BYTES_MOST = 1024
WORD_MOST = 64
ROWS, ROWS_MOST = 200, 1_000
KEYS = {"meter", "register", "step", "start", "end", "limit"}
SPAN_MS = 1 << 43


class NotUnderstood(Exception):
    """Raised for what is no question; one word for all of it, which tells nothing."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which rows: those of a register at a step that start in [start_ms, end_ms)."""

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    limit: int = ROWS

    @classmethod
    def read(cls, payload: bytes) -> Asking:
        """Read one; raise NotUnderstood."""
        if len(payload) > BYTES_MOST:
            raise NotUnderstood
        try:
            document = orjson.loads(payload)
            if not isinstance(document, dict) or set(document) - KEYS:
                raise NotUnderstood
            asking = cls(
                meter=_word(document["meter"]),
                register=_word(document["register"]),
                step=Step(document["step"]),
                start_ms=_instant(document["start"]),
                end_ms=_instant(document["end"]),
                limit=document.get("limit", ROWS),
            )
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise NotUnderstood from error
        whole = type(asking.limit) is int and 1 <= asking.limit <= ROWS_MOST
        if not whole or not asking.start_ms < asking.end_ms:
            raise NotUnderstood
        return asking


def _word(given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= WORD_MOST:
        raise NotUnderstood
    return given


def _instant(given: Any) -> int:
    if not isinstance(given, str) or len(given) > WORD_MOST:
        raise NotUnderstood
    at_ms = millis(datetime.fromisoformat(given))
    if not 0 <= at_ms < SPAN_MS:
        raise NotUnderstood
    return at_ms
