"""The whole service with a broker: ended, killed, and faced with what is none."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress

import pytest

from edge.broker.address import Address, Login
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real.brokers import connected, until
from tests.real.home import Home, free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.fixture
async def home(tmp_path):
    home = Home(tmp_path)
    meter = VirtualLinky(MeterSpec(), time.time_ns() // 1_000_000)
    line = PtyLine(meter, link=home.tic)
    speaking = asyncio.create_task(line.run())
    yield home
    home.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


def with_mqtt(home, *lines):
    """Add a table [mqtt] to a home's configuration, before its meters."""
    table = "\n".join(["[mqtt]", *lines])
    text = home.config.read_text()
    home.config.write_text(text.replace("[[meters]]", f"{table}\n[[meters]]"))


def part(report, name):
    return next(each for each in report["parts"] if each["name"] == name)


def up(report):
    return part(report, "broker")["ok"] and part(report, "mqtt")["ok"]


def owner(home, port):
    password = (home.data / "broker" / "owner.password").read_text().strip()
    address = Address("127.0.0.1", port)
    return connected(address, Login("owner", password), "releve-owner")


async def test_a_broker_of_ours_ends_with_the_service_and_comes_back_with_it(home):
    port = free_port()
    with_mqtt(home, 'url = "managed"', f'listen = "127.0.0.1:{port}"')
    pid_file = home.data / "broker" / "mosquitto.pid"
    for ending in (signal.SIGKILL, signal.SIGTERM):
        home.start()
        await home.until("/api/v1/health", up)
        heard = []
        async with owner(home, port) as listener:
            messages = listener.messages()
            await listener.subscribe("releve/status")
            await listener.subscribe("releve/linky/live")

            async def hear(messages=messages, heard=heard):
                async for message in messages:
                    heard.append((message.topic, message.payload))

            hearing = asyncio.create_task(hear())
            await until(lambda heard=heard: ("releve/status", b"online") in heard)
            await until(
                lambda heard=heard: any(t == "releve/linky/live" for t, _ in heard)
            )
            code, took_s = await asyncio.to_thread(home.stop, ending)
            await asyncio.gather(hearing, return_exceptions=True)
        # said by us at a stop, and by the broker's own end, as our will, at a kill
        assert heard[-1] == ("releve/status", b"offline")
        if ending == signal.SIGTERM:
            assert (code, took_s < 5) == (0, True), home.said
            assert not pid_file.exists()
        assert "Traceback" not in home.said


async def test_what_is_no_broker_harms_nothing_and_holds_up_no_stop(home):
    async def serve(reader, writer):
        with suppress(ConnectionError):
            await reader.read(100)
            writer.write(b"\x20\xff\xff\xff\xffrubbish")
            await reader.read()  # and never closes
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with_mqtt(home, f'url = "mqtt://me:s3cret@127.0.0.1:{port}"')
    home.start()
    await home.until(
        "/api/v1/health",
        lambda report: "not a broker" in part(report, "mqtt")["detail"],
    )
    assert (await home.until("/api/v1/meters/linky/latest", bool))["values"]
    report = await asyncio.to_thread(home.get, "/api/v1/health")
    assert "every client of this broker" in part(report, "mqtt")["detail"]
    assert part(report, "journal")["ok"]
    code, took_s = await asyncio.to_thread(home.stop)
    server.close()
    assert (code, took_s < 5) == (0, True), home.said
    assert "s3cret" not in home.said
    assert "Traceback" not in home.said
