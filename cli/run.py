"""`releve run`: the whole service."""

from __future__ import annotations

import asyncio

from cli.options import ConfigFile
from edge.config import load_config


def run(config: ConfigFile = None) -> None:
    """Read the meters, keep every reading, serve the API, until told to stop."""
    found = load_config(config)
    # Imported once the configuration is good: a wrong key is said at once.
    from cli.compose import run_service  # noqa: PLC0415

    asyncio.run(run_service(found))
