"""`releve consumers`: who reads the journal, and how far behind each one is."""

from __future__ import annotations

import time

import typer
from rich.console import Console
from rich.table import Table

from cli.options import ConfigFile
from edge.config import load_config
from edge.journal.cursors import lags
from edge.service.lent import journal_view


def consumers(config: ConfigFile = None) -> None:
    """Show each consumer's cursors: lane, records pending, age of the oldest."""
    with journal_view(load_config(config).data_dir) as view:
        found = lags(view.database, view.epochs())
    if not found:
        typer.echo("Nobody reads the journal yet.")
        return
    now_ms = time.time_ns() // 1_000_000
    table = Table("consumer", "lane", "at", "pending", "oldest")
    for lag in found:
        age_ms = lag.age_ms(now_ms)
        oldest = "" if age_ms is None else f"{age_ms // 1000} s"
        at = f"{lag.address.epoch}:{lag.address.seq}"
        table.add_row(lag.consumer, lag.lane, at, str(lag.pending), oldest)
    Console().print(table)
