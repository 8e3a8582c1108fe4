"""The process apart in which an attempt runs: bounded in time and in what it says."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from collectors.carried import MOST_BYTES, Carried, excused
from collectors.errors import NotCollected, Reason

log = logging.getLogger(__name__)

DEADLINE_S = 300.0
KEPT = ("LANG", "LC_ALL", "TZ", "PATH")
"""What it gets of the environment."""


async def attempt(request: Mapping[str, Any], deadline_s: float) -> Carried:
    """Run one attempt; raise NotCollected. What hangs is ended at the deadline."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "collectors.attempt"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # a traceback may show a secret
        env=kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(deadline_s):
            told = {**request, "deadline_s": deadline_s}
            said = await _exchange(process, json.dumps(told).encode())
    except TimeoutError as error:
        raise NotCollected(Reason.TIME_OUT, "deadline") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        document = json.loads(said)
        if "excuse" in document:
            raise excused(document["excuse"])
        carried = Carried.parse(document["carried"])
        for line in document.get("warned", ()):
            log.warning("%s", str(line)[:200])
    except (ValueError, KeyError, TypeError) as error:
        raise NotCollected(Reason.CRASHED, "process") from error
    return carried


async def _exchange(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    with suppress(ConnectionError):  # it died at once: its output says the rest
        process.stdin.write(request)
        await process.stdin.drain()
        process.stdin.close()
    said = bytearray()
    while piece := await process.stdout.read(1 << 16):
        said += piece
        if len(said) > MOST_BYTES:
            raise NotCollected(Reason.CHANGED, "size")
    return bytes(said)
