"""The owner's word to erase, carried out where the home is open."""

from __future__ import annotations

import asyncio
from typing import Any

from edge.commands import CommandRefused, Erase
from edge.erasure.erasure import Erasure, stones_of


async def asked(erasure: Erasure, command: Erase) -> dict[str, Any]:
    """Begin an erasure, or say what it would take; raise CommandRefused.

    It is durable once this returns, and gone once each of its tombstones says so.
    """
    now_ms = erasure.now_ms()
    known = await asyncio.to_thread(erasure.meters)
    meters = known if command.meter is None else [command.meter]
    if command.meter is not None and command.meter not in known:
        raise CommandRefused(
            f"no meter is called {command.meter[:60]!r}",
            hint=f"name one of {', '.join(known)}",
        )
    stones = stones_of(meters, command.start_ms, command.end_ms, now_ms)
    if not stones:
        raise CommandRefused(
            "nothing lies in this period", hint="its start, then its end, in the past"
        )
    if command.dry_run:
        return {"places": await erasure.preview(stones)}
    numbers = await erasure.begin(stones)
    return {"numbers": numbers, "places": len(erasure.places)}
