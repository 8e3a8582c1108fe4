"""The table that every benchmark prints: figure, target, and what stands beside it."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `target` None: none of ours; `beside`: peer or limit, same run."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = True
    beside: str = ""

    @property
    def verdict(self) -> str:
        """Say met, MISSED, or nothing where there is no target."""
        if self.target is None:
            return ""
        met = self.value >= self.target if self.at_least else self.value <= self.target
        return "met" if met else "MISSED"

    @property
    def goal(self) -> str:
        """Show the target with its direction."""
        if self.target is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {figure(self.target)}"


def figure(value: float) -> str:
    """Show a number as people read it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def machine() -> str:
    """Name the machine that the figures are of."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith(("model name", "Model")):
                model = line.partition(":")[2].strip()
    return f"{model or platform.machine()}, Python {platform.python_version()}"


def render(rows: Iterable[Row]) -> str:
    """Give the table as Markdown."""
    lines = [
        "| figure | measured | unit | target | | beside, in the same run |",
        "|---|--:|---|--:|---|---|",
    ]
    lines += [
        f"| {row.name} | {figure(row.value)} | {row.unit} | {row.goal} | {row.verdict}"
        f" | {row.beside} |"
        for row in rows
    ]
    return "\n".join(lines)
