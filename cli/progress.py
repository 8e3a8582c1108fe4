"""Progress of long work, on one line of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from edge.backup import Progress as Told


@contextmanager
def shown() -> Iterator[Told]:
    """Lend what long work tells its progress to; nothing is shown to a file."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=1.0)

        def tell(step: str, part: float) -> None:
            progress.update(task, description=step, completed=part)

        yield tell
