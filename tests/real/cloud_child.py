"""A home's process that tells a cloud, to be killed: python cloud_child.py DATA PORT …

Its clock is moved by lines on its input, and it says on its output what it has done.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from edge.event import Event, EventKind
from edge.sample import Sample
from tests.attacks.twin_home import LINKY
from tests.real.cloud_house import Cloud, CloudHome


async def main(path: str, cloud_path: str, port: str, now_ms: str, rate: str) -> None:
    """Run until killed; a line is an instant to go to, and maybe an event to tell."""
    cloud = Cloud(Path(cloud_path), int(port))
    home = CloudHome(Path(path), cloud, now_ms=int(now_ms))
    home.rate_s = float(rate)
    home.open()
    async with home.running():
        speaking = asyncio.create_task(speak(home))
        while line := await asyncio.to_thread(sys.stdin.readline):
            said = json.loads(line)
            await home.to(said["to"])
            if said.get("event"):
                detail = {"state": said["event"]}
                at_ms = said["to"]
                happened = Event(LINKY, at_ms, EventKind.OVERLOAD, detail)
                await home.journal.append([happened])
                await home.destination.deliveries.note_events()
            told = {"at": home.clock.wall_ms, **home.health.counters}
            print(json.dumps(told), flush=True)  # noqa: T201 - to who started it
        speaking.cancel()


async def speak(home: CloudHome) -> None:
    """Publish a live value each tenth of a second, which says when that was."""
    while True:
        at_ms = home.clock.wall_ms
        values = {"apparent_power_va": time.monotonic_ns() // 1_000_000 % 1_000_000_000}
        home.bus.publish(Sample(LINKY, at_ms, values))
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
