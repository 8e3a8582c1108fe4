"""What the commands of a Cozy share: the way to it, and what waits for its answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cli.grants import detail
from edge.config import Config, ConfigError
from edge.consent.terms import Channel, Grain, Terms, read_all
from edge.lan.certificates import present
from edge.outgoing.places import Guard

GUARD = Guard()
"""Which addresses a Cozy may have: none of this machine."""
CALLBACK = "/cozy/callback"
EACH_S = 1.0


def redirect(config: Config) -> str:
    """Give where a browser comes back to: as it reaches this machine."""
    held = present(config.data_dir) if config.lan.open else None
    if config.api.url is None and held is not None:
        port = config.lan.https.rpartition(":")[2]
        return f"https://{held.names.host}:{port}{CALLBACK}"
    return f"{config.api.address}{CALLBACK}"


def details_of(texts: list[str], purpose: str, duration: str) -> list[dict[str, Any]]:
    """Read grants, all by the cloud's channel; raise ConfigError, ConsentError."""
    found = []
    for text in texts:
        one = detail(text, purpose, duration)
        if "channels" in one:
            raise ConfigError(f"{text!r}: it goes to the Cozy by no other channel")
        if one["granularity"] == Grain.LIVE:
            raise ConfigError(
                f"{text!r}: nothing goes to a Cozy before it is over",
                hint="ask for 30min, hour, day or month",
            )
        found.append(one | {"channels": [Channel.CLOUD.value]})
    return found


def terms_of(details: list[dict[str, Any]]) -> tuple[Terms, ...]:
    """Give them as the household grants them."""
    return read_all(details, frozenset({Channel.CLOUD}))


def waited(true: Callable[[], bool], seconds: float) -> bool:
    """Ask until it is so, or for so long; tell whether it is."""
    until = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < until:
        time.sleep(EACH_S)
    return found
