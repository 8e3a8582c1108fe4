"""The examples of what the owner's pages are answered."""

from __future__ import annotations

from typing import Any

SIGNED_IN: dict[str, Any] = {
    "page": "kJ0SxWnq2m8V3u1oYfUOQp4cX7LrEa9hGd5bTzMvN6I",
    "session": "5f2c1a9be0d47380",
}
SESSIONS: dict[str, Any] = {
    "sessions": [
        {
            "id": "5f2c1a9be0d47380",
            "begun": "2026-10-25T02:30:01+01:00",
            "used": "2026-10-26T20:15:00+01:00",
            "agent": "Mozilla/5.0 (Android 15; Mobile; rv:150.0) Firefox/150.0",
            "mine": True,
        }
    ]
}
ENDED: dict[str, Any] = {"ended": "5f2c1a9be0d47380"}


def shown(value: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Give what OpenAPI says of an answer, by its example."""
    content = {"schema": {"type": "object"}, "example": value}
    return {200: {"content": {"application/json": content}}}
