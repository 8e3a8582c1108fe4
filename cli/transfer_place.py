"""What the commands of a transfer share: which one is meant, sizes, spans of time."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cli.cloud_place import GUARD
from cli.language import Language
from edge.config import Config, ConfigError
from edge.errors import EdgeError
from edge.sample import utc

if TYPE_CHECKING:
    from edge.transfer.offers import Offers
    from edge.transfer.parcels import Parcels

__all__ = ["GUARD"]

PATIENCE_S, AGAIN_S = 600.0, 1.0
"""How long a command waits for the other home, and before it asks again at first."""
SIZE = re.compile(r"([1-9][0-9]{0,5})([kMG])")
UNITS = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
SPAN = re.compile(r"([1-9][0-9]{0,3})(m|h|d)")
SPANS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
LEAST_PREFIX = 4
Transfer: TypeAlias = Annotated[
    str, typer.Argument(help="Which, as `releve transfer list` shows it.")
]


def now_ms() -> int:
    """Give the host's instant."""
    return time.time_ns() // 1_000_000


def offers(config: Config) -> Offers:
    """Give what this home offered to receive."""
    from edge.transfer.offers import Offers  # noqa: PLC0415 - brings cryptography

    return Offers(Path(config.data_dir), now_ms)


def parcels(config: Config) -> Parcels:
    """Give what this home sends."""
    from edge.transfer.parcels import Parcels  # noqa: PLC0415 - same

    return Parcels(Path(config.data_dir), now_ms)


def tidy(config: Config) -> None:
    """Let go of what is over, where anything ever was."""
    data_dir = Path(config.data_dir)
    if (data_dir / "transfers").is_dir():
        from edge.transfer.part import tidied  # noqa: PLC0415 - brings cryptography

        tidied(data_dir, now_ms)


def size_of(text: str) -> int:
    """Read a size, as in 256M; raise ConfigError."""
    found = SIZE.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text[:40]!r} is no size", hint="as in 256M, or 1G")
    return int(found[1]) * UNITS[found[2]]


def span_ms(text: str) -> int:
    """Read a span of time, as in 1h; raise ConfigError."""
    found = SPAN.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text[:40]!r} is no time", hint="as in 30m, 1h or 2d")
    return int(found[1]) * SPANS_MS[found[2]]


def sized(size: int, language: Language) -> str:
    """Write a size for a household."""
    unit = "Mo" if language is Language.FR else "MB"
    return f"{size / 1e6:.1f} {unit}"


def when(at_ms: int, config: Config) -> str:
    """Write an instant in the home's time."""
    return utc(at_ms).astimezone(config.zone).strftime("%Y-%m-%d %H:%M")


def meant(typed: str, known: list[str]) -> str:
    """Give the id that is meant by its first letters; raise EdgeError."""
    found = [one for one in known if one.startswith(typed)]
    if len(typed) < LEAST_PREFIX or len(found) != 1:
        raise EdgeError(
            "no transfer, or more than one, is called so",
            hint="`releve transfer list` shows them",
        )
    return found[0]
