"""What long work tells while it is done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told what is being done, and the part of it that is, 0.0 to 1.0."""


def quiet(_step: str, _part: float) -> None:
    """Tell nobody."""
