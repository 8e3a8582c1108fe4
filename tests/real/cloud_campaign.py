"""Thirty days without its cloud, then kills on both sides.

    python -m tests.real.cloud_campaign

The home's process and the cloud's broker are killed at random, RELEVE_CLOUD_KILLS times
(100), while what waited goes out; then all that was granted must be there, in order and
once, and no live value may have waited.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as time_of_day
from itertools import pairwise
from pathlib import Path

import orjson

from edge.consent.period import Period
from edge.sample import millis, utc
from tests.attacks.service_house import DAY_MS, terms
from tests.attacks.twin_home import LINKY, NOW_MS, PARIS
from tests.real.cloud_house import Cloud, CloudHome
from tests.real.cloud_receiver import Receiver

CHILD = Path(__file__).with_name("cloud_child.py")
AWAY_DAYS = 30
HALF_MS = 1_800_000
START_MS = NOW_MS - 28 * DAY_MS
LASTS_MS = {
    "30min": HALF_MS,
    "hour": 3_600_000,
    "day": DAY_MS,
    "month": 28 * DAY_MS,
    "year": 365 * DAY_MS,
}


def wanted(grain, history):
    """Give what the cloud is granted: live power, rows with a past, events."""
    return (
        terms("live", "live_power", channels=["cloud"], history="P1D"),
        terms(grain, "energy", channels=["cloud"], history=history),
        terms("live", "event", channels=["cloud"], history="P2M"),
    )


@dataclass
class Campaign:
    """One home, one cloud, and what was seen of both."""

    path: Path
    kills: int
    rate: float = 200.0
    grain: str = "30min"
    history: str = "P2M"
    seed: int = 7
    killed: dict[str, int] = field(default_factory=lambda: {"home": 0, "cloud": 0})
    events: int = 0
    now_ms: int = START_MS

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.cloud = Cloud(self.path / "cloud")
        self.receiver = Receiver(self.cloud)
        self.home = None

    async def run(self):
        """Go through it all; give what it showed."""
        made = CloudHome(self.path, self.cloud, now_ms=START_MS)
        made.open()
        made.add(*wanted(self.grain, self.history))
        made.close()
        await self.cloud.start()
        await asyncio.to_thread(self.receiver.begin)
        self.cloud.end(signal.SIGTERM)
        await self.begin()
        try:
            await self.away()
            await self.cloud.start()
            while sum(self.killed.values()) < self.kills:
                await self.kill()
            await self.drained()
        finally:
            await self.end()
        return self.shown()

    async def begin(self):
        self.home = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CHILD), str(self.path), str(self.cloud.path)),
            *(str(self.cloud.port), str(self.now_ms), str(self.rate)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def end(self):
        self.home.kill()
        await self.home.wait()
        self.receiver.end()
        self.cloud.end(signal.SIGKILL)

    async def to(self, now_ms, event=0):
        """Have the home be at an instant; give its counters, None if it was killed."""
        self.now_ms = now_ms
        line = json.dumps({"to": now_ms, "event": event})
        try:
            self.home.stdin.write(line.encode() + b"\n")
            await self.home.stdin.drain()
        except ConnectionError:
            return None
        said = await self.home.stdout.readline()
        return json.loads(said) if said else None

    async def away(self):
        """Let thirty days go by, each with an event, and no cloud."""
        for day in range(AWAY_DAYS):
            self.events += 1
            await self.to(START_MS + (day + 1) * DAY_MS, self.events)

    async def kill(self):
        """Let it run for some time, then kill one side, or both, and have it back."""
        await asyncio.sleep(self.random.uniform(0.05, 1.5))
        which = self.random.choice(["home", "cloud", "both"])
        if which in ("home", "both"):
            self.home.kill()
            await self.home.wait()
            self.killed["home"] += 1
        if which in ("cloud", "both"):
            self.cloud.end(signal.SIGKILL)
            self.killed["cloud"] += 1
            await asyncio.sleep(self.random.uniform(0, 0.5))
            await self.cloud.start()
        if which in ("home", "both"):
            await self.begin()
            await self.to(self.now_ms)  # until it listens
        await self.to(self.now_ms + HALF_MS)

    async def drained(self):
        """Return once nothing more comes."""
        wanted = self.expected()
        async with asyncio.timeout(600):
            while not wanted <= {one.key for one in self.receiver.rows()}:
                await asyncio.sleep(0.5)  # asks until it is so
                await self.to(self.now_ms)

    def expected(self):
        """Give the rows that were granted by now, and all that happened."""
        today = utc(self.now_ms).astimezone(PARIS).date()
        since = Period.parse(self.history).before(today)
        midnight = datetime.combine(since, time_of_day(), PARIS)
        first, each_ms = millis(midnight), LASTS_MS[self.grain]
        over_ms = self.now_ms - 300_000 - each_ms
        starts = range(first, over_ms, each_ms)
        rows = {(LINKY, self.grain, "import_total_wh", at) for at in starts}
        events = range(1, self.events + 1)
        return rows | {(LINKY, "event", "overload", n) for n in events}

    def shown(self):
        """Hold what came to what was granted; give the figures."""
        rows = self.receiver.rows()
        seen, first = {}, []
        for one in rows:
            again = seen.setdefault(one.number, one.payload)
            assert again == one.payload, "one number stands for two things"
            if again is one.payload:
                first.append(one)
        numbers = [one.seq for one in first]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "a hole"
        # of each series, what is new in order, and what is of before the grant too
        series = {}
        for one in first:
            new = one.step == "event" or one.at + LASTS_MS[one.step] > START_MS
            series.setdefault((one.step, one.register, new), []).append(one.at)
        late = [of for of, told in series.items() if told != sorted(told)]
        assert not late, f"out of order: {late}"
        missing = self.expected() - {one.key for one in rows}
        assert not missing, f"{len(missing)} rows never came"
        delays = sorted(self.receiver.delays())
        return {
            "killed": self.killed,
            "messages": len(rows),
            "once": len(first),
            "out_of_order": sum(a > b for a, b in pairwise(numbers)),
            "missing": len(missing),
            "live": len(delays),
            "live_ms_median": delays[len(delays) // 2] if delays else None,
            "live_ms_most": delays[-1] if delays else None,
        }


async def main():
    kills = int(os.environ.get("RELEVE_CLOUD_KILLS", "100"))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as path:
        shown = await Campaign(Path(path), kills).run()
    shown["seconds"] = round(time.monotonic() - began)
    print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())  # noqa: T201 - its result


if __name__ == "__main__":
    asyncio.run(main())
