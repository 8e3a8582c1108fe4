"""A home's process that is killed at a step of a withdrawal: python mqtt_child.py …"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from edge.broker.guests import Guests
from edge.broker.passes import Passes
from tests.attacks.service_house import COACH, House, terms

STEPS = {
    "committed": (Guests, "void"),
    "turned out": (Passes, "retire"),
    "to be swept": (Guests, "_sweep"),
    "swept": (Passes, "swept"),
}


def die(*_arguments: object) -> None:
    """End as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


async def main(path: str, port: str, step: str) -> None:
    """Give, say with what the service comes in, and withdraw once told to."""
    house = House(Path(path), port=int(port))
    async with house.running():
        service, given = await house.give(COACH, terms("30min"))
        login = await house.login(service)
        print(json.dumps(login), flush=True)  # noqa: T201 - to who started it
        await asyncio.to_thread(sys.stdin.readline)
        await house.to(house.clock.wall_ms + 3_600_000)
        await house.until(lambda: house.part.health().counters["delivered"])
        setattr(*STEPS[step], die)
        await house.withdraw(*given)
        await asyncio.sleep(30)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
