"""How collectors fare, by their own word: last success, next attempt, and why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.health import PartHealth
from edge.sample import utc

SILENT_MS = 10 * 60_000
"""The collectors' process says how they fare each minute."""
LATE_MS = 3 * 86_400_000
"""Without a success for so long, a collector isn't well."""
REASON = re.compile(r"[a-z][a-z-]{0,31}")
GAUGES = ("failures", "refused")


@dataclass(slots=True)
class Faring:
    """What the collectors of the configuration said last."""

    names: tuple[str, ...]
    pasts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    told_ms: int | None = None

    def told(self, pasts: Mapping[str, Mapping[str, Any]], now_ms: int) -> None:
        """Note what they say; of those that aren't configured, nothing."""
        self.told_ms = now_ms
        self.pasts = {name: pasts[name] for name in self.names if name in pasts}

    def door(self, now_ms: int) -> str | None:
        """Say what is wrong when their process doesn't speak; None when it does."""
        if self.told_ms is not None and now_ms - self.told_ms <= SILENT_MS:
            return None
        return "the collectors' process doesn't run: systemctl status releve-collect"

    def parts(self, now_ms: int) -> list[PartHealth]:
        """Give a part for each collector that spoke."""
        return [
            _part(name, self.pasts[name], now_ms)
            for name in self.names
            if name in self.pasts
        ]


def _part(name: str, past: Mapping[str, Any], now_ms: int) -> PartHealth:
    success, following = _whole(past, "success_ms"), _whole(past, "next_ms")
    given = past.get("reason")
    reason = given if isinstance(given, str) and REASON.fullmatch(given) else None
    late = success is None or now_ms - success > LATE_MS
    told = [
        f"{reason}" if reason else "",
        f"last success {utc(success):%Y-%m-%d %H:%M}Z" if success else "no success yet",
        f"next attempt {utc(following):%Y-%m-%d %H:%M}Z" if following else "",
    ]
    gauges = {key: _whole(past, key) or 0 for key in GAUGES}
    gauges |= {"last_success_ms": success} if success else {}
    gauges |= {"next_attempt_ms": following} if following else {}
    return PartHealth(
        name=f"collector:{name}",
        ok=reason is None or not late,
        gauges=gauges,
        oldest_age_ms=None if success is None else max(0, now_ms - success),
        detail=", ".join(filter(None, told)),
    )


def _whole(past: Mapping[str, Any], key: str) -> int | None:
    value = past.get(key)
    return value if type(value) is int and 0 <= value < 1 << 43 else None
