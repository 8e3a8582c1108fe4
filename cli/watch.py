"""`releve watch`: the live home, in the terminal."""

from __future__ import annotations

from collections import deque
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.local_api import live
from cli.options import ConfigFile
from edge.catalogue import Kind
from edge.config import load_config
from edge.registers import CATALOGUE

SPARKS = "▁▂▃▄▅▆▇█"
WIDTH = 60


class Screen:
    """What the terminal shows: each meter's values, its power lately, what happened."""

    def __init__(self, *, demo: bool = False) -> None:
        self._demo = demo
        self._values: dict[str, dict[str, Any]] = {}
        self._at: dict[str, str] = {}
        self._power: dict[str, deque[int]] = {}
        self._events: deque[str] = deque(maxlen=8)

    def take(self, event: str, data: dict[str, Any]) -> None:
        """Take one event of the live stream."""
        meter = str(data.get("meter", ""))
        if event == "sample":
            self._values[meter] = data["values"]
            self._at[meter] = str(data["at"])
            power = data["values"].get("apparent_power_va")
            if isinstance(power, int):
                self._power.setdefault(meter, deque(maxlen=WIDTH)).append(power)
        else:
            detail = ", ".join(
                f"{k} {v}" for k, v in (data.get("detail") or {}).items()
            )
            kind = data.get("kind", event)
            self._events.append(f"{data.get('at', '')}  {meter}  {kind}  {detail}")

    def render(self) -> Group:
        """Give the screen as it stands."""
        panels: list[Panel | Text] = [self._panel(meter) for meter in self._values]
        if not panels:
            panels = [Text("Waiting for the meter… En attente du compteur…")]
        if self._demo:
            panels.insert(0, Text("DÉMONSTRATION · DEMONSTRATION", style="bold red"))
        # Text, not markup: what a meter or a supplier named is shown, never obeyed.
        panels.append(Panel(Text("\n".join(self._events)), title="événements · events"))
        return Group(*panels)

    def _panel(self, meter: str) -> Panel:
        table = Table.grid(padding=(0, 2))
        for name, value in CATALOGUE.ordered(self._values[meter]).items():
            if value is None or name not in CATALOGUE:
                continue
            register = CATALOGUE[name]
            if register.kind is Kind.INDEX and value == 0:
                continue  # an index that this contract doesn't use
            shown = f"{value:,}".replace(",", " ") if isinstance(value, int) else value
            table.add_row(
                register.title_fr,
                Text(f"{shown}", justify="right"),
                register.unit or "",
            )
        title = Text(f"{meter}  {self._at[meter]}")
        return Panel(Group(Text(self._spark(meter), style="green"), table), title=title)

    def _spark(self, meter: str) -> str:
        power = self._power.get(meter, ())
        top = max(power, default=0) or 1
        return "".join(SPARKS[value * (len(SPARKS) - 1) // top] for value in power)


def watch(config: ConfigFile = None) -> None:
    """Show the live home in the terminal; Ctrl-C leaves."""
    found = load_config(config)
    screen = Screen(demo=found.demo)
    try:
        with Live(screen.render(), refresh_per_second=4) as shown:
            for event, data in live(found):
                screen.take(event, data)
                shown.update(screen.render())
    except KeyboardInterrupt:
        return
