"""A message's bytes as an object whose decimals are still exact."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from water.errors import MessageRefused

Message: TypeAlias = Mapping[str, Any]
MOST_BYTES = 64 << 10


def object_of(payload: bytes | str | Message) -> Message:
    """Give the JSON object; raise MessageRefused ("not-json", "too-large")."""
    if isinstance(payload, Mapping):
        return payload
    if len(payload) > MOST_BYTES:
        raise MessageRefused("too-large", "the message is larger than 64 KiB")
    try:
        found = json.loads(payload, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MessageRefused("not-json", "the message is no JSON") from error
    if not isinstance(found, dict):
        raise MessageRefused("not-json", "the message is no JSON object")
    return found


def floored(value: object, scale: int) -> int | None:
    """Give `value` × `scale` as the whole number below; None of what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    try:
        exact = Decimal(str(value).strip()) * scale
    except ArithmeticError:
        return None
    if not exact.is_finite() or abs(exact) >= 10**15:
        return None
    return int(exact.to_integral_value("ROUND_FLOOR"))


def instant(message: Message, received_at: datetime | None) -> datetime:
    """Give when it was received, aware UTC; raise MessageRefused ("no-time").

    `timestamp` is UTC, with its Z or without; `timestamp_ut` are seconds since 1970.
    The caller's own `received_at` stands in where the message has none.
    """
    for key in ("timestamp", "timestamp_utc"):
        if message.get(key) in (None, ""):
            continue
        try:
            found = datetime.fromisoformat(str(message[key]))
            if found.tzinfo is None:
                return found.replace(tzinfo=UTC)
            return found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise MessageRefused("no-time", f"its {key} is no date and time") from error
    seconds = floored(message.get("timestamp_ut"), 1)
    if seconds is not None and 0 <= seconds < 1 << 33:
        return datetime.fromtimestamp(seconds, UTC)
    if received_at is None:
        raise MessageRefused("no-time", "the message doesn't say when it was received")
    return received_at.astimezone(UTC)
