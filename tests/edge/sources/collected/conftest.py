from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

from collected_edge import Edge


@pytest.fixture
async def edge(tmp_path):
    made = Edge(tmp_path / "data")
    running = asyncio.create_task(made.door.run())
    await made.door.ready.wait()
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    made.store.close()
    made.journal.close()
