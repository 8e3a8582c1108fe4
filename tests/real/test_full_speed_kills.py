"""Killed at random amid replays at full speed, the service keeps what it confirmed.

RELEVE_SERVICE_KILLS=200 makes it a campaign: each round plays three hours that follow
on those of the round before, and is killed somewhere in them.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from edge.commands import Correct
from edge.errors import EdgeError
from edge.service.control import send
from teleinfo import Decoder, Mode
from teleinfo.virtual import MeterSpec, VirtualLinky
from tests.real.home import Home

KILLS = int(os.environ.get("RELEVE_SERVICE_KILLS", "2"))
SEED = int(os.environ.get("RELEVE_SEED", "20261124"))
HOUR_MS = 3_600_000
START_MS = 1_795_000_000_000 // HOUR_MS * HOUR_MS
ROUND_MS = 3 * HOUR_MS
pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(120 + 15 * KILLS),
]


def written(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def query(register: str, step: str, start_ms: int, end_ms: int) -> str:
    return (
        f"/api/v1/meters/linky/registers/{register}?step={step}&limit=60000"
        f"&from={written(start_ms)}&to={written(end_ms)}"
    )


class Witness:
    """What one home confirmed: rows that its API served, commands it acknowledged."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.rows: list[dict[str, int | None]] = []
        self.corrected: dict[int, int] = {}

    def served(self, round_: int) -> dict[str, int | None]:
        """Give what is served of a round, and hold it against what was before."""
        start_ms = START_MS + round_ * ROUND_MS
        path = query("apparent_power_va", "raw", start_ms, start_ms + ROUND_MS)
        rows = self.home.get(path)["rows"]
        found = {row["at"]: row["value"] for row in rows}
        assert len(found) == len(rows), "an instant was served twice"
        if round_ == len(self.rows):
            self.rows.append({})
        lost = dict(self.rows[round_].items() - found.items())
        assert not lost, [(at, found.get(at, "absent")) for at in sorted(lost)[:9]]
        self.rows[round_] = found
        return found

    async def correct(self, round_: int) -> None:
        """Have an hour of long ago corrected, and note that it was acknowledged."""
        hour_ms = START_MS - (round_ + 1) * HOUR_MS
        value = 100 + round_
        order = Correct("linky", "import_total_wh", hour_ms, hour_ms + HOUR_MS, value)
        await send(self.home.data, order)
        self.corrected[hour_ms] = value

    async def confirm(self) -> None:
        """Look at every round again, and at every correction."""
        for round_ in range(len(self.rows)):
            await asyncio.to_thread(self.served, round_)
        for hour_ms, value in self.corrected.items():
            path = query("import_total_wh", "hour", hour_ms, hour_ms + HOUR_MS)
            await self.home.until(
                path, lambda a, value=value: [r["value"] for r in a["rows"]] == [value]
            )


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


async def test_what_was_confirmed_amid_full_speed_outlives_kills(home, tmp_path):
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    chance = random.Random(SEED)
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD, seed=5), START_MS)
    witness = Witness(home)
    true: set[int] = set()
    for round_ in range(KILLS):
        start_ms = START_MS + round_ * ROUND_MS
        capture = tmp_path / f"{round_}.tic"
        capture.write_bytes(b"".join(meter.frames(start_ms, start_ms + ROUND_MS)))
        frames = Decoder(Mode.STANDARD).feed(capture.read_bytes())
        true |= {int(frame["SINSTS"].raw) for frame in frames}
        home.start("replay", str(capture), "--speed", "max")
        looks, asked = chance.randrange(1, 9), False
        while home.process.poll() is None and looks:
            try:
                found = await asyncio.to_thread(witness.served, round_)
                if found and not asked:
                    asked = True
                    await witness.correct(round_)
            except (OSError, ValueError, EdgeError):
                continue  # its API is not open yet, or no more
            looks -= bool(found)
        await asyncio.to_thread(home.stop, signal.SIGKILL)
        capture.unlink()
    home.start()
    await home.until("/api/v1/health", bool)
    await witness.confirm()
    seen = {value for rows in witness.rows for value in rows.values()}
    assert seen - {None} <= true
    assert len(seen) > KILLS
    home.end()
    with closing(sqlite3.connect(home.data / "journal.db")) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"{KILLS} kills: {sum(map(len, witness.rows))} rows and")  # noqa: T201
    print(f"{len(witness.corrected)} corrections confirmed, none lost")  # noqa: T201
