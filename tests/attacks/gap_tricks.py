"""More tricks on REST and streams: rows that a mutation of the code showed missing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import httpx
from sse_tricks import POWER, Stream, listened, mark, word
from table import Attack
from twin_home import LINKY, NOW_MS, paris
from twin_house import Held, House

from edge.errors import JournalError
from edge.interval import Step

API = "/api/v1"
READ = f"{API}/meters/linky/registers/import_total_wh"
HALVES = (Held("energy", "30min", history="P1Y"),)
LIVE = (Held("energy", "live", history="P1Y"),)
GAS = (Held("contract", "live", "gaz", "gas"),)
YEAR = "2025-10-26T00:00:00+02:00"
TRICKS: list[Attack] = []


def trick(channel: str, name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack(channel, name, how, **kwargs))
        return how

    return made


@trick(
    "rest",
    "what was granted for another channel",
    held=(Held(channels=("mqtt",)), Held("live_power", "live", channels=("sse",))),
    never=(b'"value"',),
)
async def other_channel(home: House):
    power = f"{API}/meters/linky/registers/apparent_power_va"
    async with home.client() as client:
        for path in (f"{READ}?step=day", f"{power}?step=raw", f"{power}?step=30min"):
            await client.get(f"{path}&from=2026-10-20")
        await client.get(f"{API}/meters/linky/latest")


@trick(
    "rest",
    "half-hours before they are told, whoever closed them when",
    held=HALVES,
    grain=Step.MIN30,
    window=YEAR,
    sees=b'"end":"2026-10-26T12:30:00+01:00"',
)
async def fresh_halves(home: House):
    async with home.client() as client:
        for minute, last in (("30", "12:00"), ("34", "12:00"), ("35", "12:30")):
            home.at(paris(f"2026-10-26T12:{minute}:00+01:00"))
            page = await client.get(f"{READ}?step=30min&from=2026-10-26")
            assert page.json()["rows"][-1]["end"] == f"2026-10-26T{last}:00+01:00"


@trick(
    "rest",
    "amounts that are granted live, while they count",
    held=LIVE,
    grain=Step.MIN30,
    window=YEAR,
    sees=b'"value"',
    never=(b'"end":"2026-10-27T',),
)
async def live_amounts(home: House):
    async with home.client() as client:
        for second in range(0, 60, 7):
            home.at(NOW_MS + second * 1_000)
            for step in ("raw", "1min", "30min", "hour", "day"):
                await client.get(f"{READ}?step={step}&from=2026-10-26")


@trick("rest", "the moments at which a gas meter spoke", held=GAS, never=(b'"value"',))
async def gas_moments(home: House):
    async with home.client() as client:
        for name in ("gas_status", "gas_conversion_wh_m3"):
            path = f"{API}/meters/gaz/registers/{name}"
            await client.get(f"{path}?step=raw&from=2026-10-26")


@trick(
    "rest",
    "a contract of before the window",
    held=(Held("contract", "live"),),
    sees=b'"start":"2026-09-26T00:00:00+02:00"',
    never=(b"2025-07-01", b'"index"', b'"device"'),
)
async def old_contract(home: House):
    async with home.client() as client:
        for since in ("", "?from=2020-01-01"):
            await client.get(f"{API}/meters/linky/facts{since}")


@trick(
    "rest",
    "which of the registers that it holds a home has",
    held=(Held("contract", "live"), Held("live_power", "live")),
    sees=b'"name":"tempo_today"',
)
async def listed(home: House):
    async with home.client() as client:
        await client.get(f"{API}/meters")


@trick(
    "rest",
    "one consent of two, taken back",
    held=(Held(), Held(purpose="billing", grain="month")),
    sees=b'"rows":[]',
    never=(b'"value"',),
)
async def one_of_two(home: House):
    days = home.consents.standing.of(home.services["coach"])[0]
    await asyncio.to_thread(home.consents.withdraw, [days.id])
    async with home.client() as client:
        await client.get(f"{READ}?step=day&from=2026-10-01")
        await client.get(f"{API}/grant")


@trick("rest", "what the host says of itself when something fails")
async def failures(home: House):
    """Who is answered 503 or 500 is told that it is so, and nothing of why."""
    kept_at = "/var/lib/releve/journal.db"
    bearer = {"Authorization": f"Bearer {home.tokens['coach']}"}
    url = f"http://{home.address}"
    async with httpx.AsyncClient(base_url=url, headers=bearer) as client:
        for error, status in ((JournalError(kept_at), 503), (ValueError(kept_at), 500)):

            def fails(_reads, error=error):
                raise error

            home.reads.gate = fails
            answer = await client.get(f"{READ}?step=day&from=2026-10-20")
            assert answer.status_code == status
            assert kept_at not in answer.text
            assert "Error" not in answer.text
            home.say("nothing told", status)
    home.reads.gate = None


def _request(home: House, path: str) -> socket.socket:
    """Give a connection on which a service has asked, and reads nothing yet."""
    host, port = home.address.rsplit(":", 1)
    line = socket.create_connection((host, int(port)), timeout=60)
    head = f"GET {path} HTTP/1.1\r\nHost: {home.address}\r\n"
    token = home.tokens["coach"]
    line.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
    return line


def _reset(line: socket.socket) -> bool:
    """Tell whether a connection ends by a reset, whatever came before."""
    try:
        while line.recv(1 << 16):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    finally:
        line.close()
    return False


@trick("rest", "bytes that wait in buffers, after a withdrawal")
async def waiting_bytes(home: House):
    """A connection over which it was answered is reset: what waits in it is lost."""
    line = await asyncio.to_thread(_request, home, f"{READ}?step=day&from=2026-10-20")
    first = await asyncio.to_thread(line.recv, 16)
    held = home.consents.standing.of(home.services["coach"])
    await asyncio.to_thread(home.consents.withdraw, [one.id for one in held])
    assert await asyncio.to_thread(_reset, line)
    home.say("reset", first)


@trick("sse", "a word of the pause, as the last one", held=POWER, never=(mark(2),))
async def paused_word(home: House):
    service = [home.services["coach"]]
    await listened(home, 1, 1)
    home.at(NOW_MS + 1_500)
    home.consents.pause(service)
    word(home, 2)
    home.at(NOW_MS + 2_500)
    home.consents.resume(service)
    async with home.client() as client:
        await client.get(f"{API}/meters/{LINKY}/latest")
    for last in ("", f"linky:{NOW_MS + 1_000}"):
        async with Stream(home, last=last) as stream:
            await stream.until(b"retry")


@trick(
    "sse",
    "withdrawn, and the stream that says nothing of it",
    held=POWER,
    sees=b'"apparent_power_va":701',
)
async def silent(home: House):
    """Nobody speaks after the withdrawal: the stream ends all the same."""
    held = home.consents.standing.of(home.services["coach"])
    async with Stream(home) as stream:
        word(home, 1)
        await stream.until(mark(1))
        await asyncio.to_thread(home.consents.withdraw, [one.id for one in held])
        await stream.cut()


@trick(
    "sse",
    "withdrawn, and the next word of the meter",
    held=POWER,
    sees=b'"apparent_power_va":701',
    never=(mark(2),),
)
async def next_word(home: House):
    held = home.consents.standing.of(home.services["coach"])
    async with Stream(home) as stream:
        word(home, 1)
        await stream.until(mark(1))
        await asyncio.to_thread(home.consents.withdraw, [one.id for one in held])
        word(home, 2)
        with suppress(httpx.TransportError, StopAsyncIteration):
            await stream.until(mark(2))
            raise AssertionError("the next word was told")
