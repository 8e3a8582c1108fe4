"""What is no broker, or a bad one: said in words, tried again, never in the way."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import asynccontextmanager

import pytest

from edge.broker import connection as connection_
from edge.broker.address import Address
from edge.broker.connection import Connection
from edge.broker.line import Will
from edge.broker.session import Session
from edge.errors import BrokerError, BrokerLost, PublishRefused, SubscribeRefused
from tests.real.brokers import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

NOISES = int(os.environ.get("RELEVE_BROKER_NOISES", "5"))
CONNACK = b"\x20\x03\x00\x00\x00"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(connection_, "CONNECT_S", 0.5)
    monkeypatch.setattr(connection_, "ANSWER_S", 0.5)


@asynccontextmanager
async def listening(*answers):
    """A server that says the answers one by one, each after something was said to it.

    An answer is bytes; None closes the connection. After the last it stays silent.
    """

    async def serve(reader, writer):
        try:
            for answer in answers:
                if answer != b"":
                    await reader.read(65536)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
            else:
                while await reader.read(65536):
                    pass
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


def packet(kind, body):
    return bytes([kind, len(body)]) + body


def noise(seed):
    return random.Random(seed).randbytes(400)


RUBBISH = {
    "closes": (None,),
    "silent": (),
    "web server": (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", None),
    "ssh": (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",),
    "smtp": (b"220 mail.example.org ESMTP\r\n",),
    "tls alert": (b"\x15\x03\x03\x00\x02\x02\x46", None),
    "old broker": (b"\x20\x02\x00\x01", None),
    "short connack": (b"\x20\x00",),
    "cut connack": (b"\x20\x03\x00", None),
    "bad properties": (packet(0x20, b"\x00\x00\x05\xff\xff\xff\xff\xff"),),
    "huge packet": (b"\x30\xff\xff\xff\x7f" + b"x" * 5000,),
    "endless length": (b"\x20\xff\xff\xff\xff\xff",),
    "pings": (b"\xd0\x00" * 200,),
    "subscribes to us": (packet(0x82, b"\x00\x01\x00\x00\x01#\x00"),),
    "auth": (packet(0xF0, b"\x18\x00"),),
    "zeros": (bytes(2000),),
    "text that is none": (packet(0x30, b"\x00\x02\xff\xfe\x00x"),),
} | {f"noise {seed}": (noise(seed),) for seed in range(NOISES)}


@pytest.mark.parametrize("answers", RUBBISH.values(), ids=RUBBISH)
async def test_what_is_no_broker_is_said_in_words(answers):
    async with listening(*answers) as address:
        with pytest.raises(BrokerError) as told:
            await Connection.open(address, None, "releve")
    said = str(told.value)
    assert "broker" in said or "MQTT" in said
    assert told.value.hint is not None


REFUSALS = {
    0x86: "user or password",
    0x87: "authorise",
    0x85: "client id",
    0x84: "MQTT 5",
    0x88: "not available",
    0x9C: "another server",
    0x97: "quota",
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refusal_is_said_with_what_to_do(code):
    async with listening(packet(0x20, bytes([0, code, 0])), None) as address:
        with pytest.raises(BrokerError, match=REFUSALS[code]) as told:
            await Connection.open(address, None, "releve")
    assert told.value.hint is not None


async def test_one_that_took_our_client_id_is_told_of():
    async with listening(CONNACK, packet(0xE0, b"\x8e")) as address:
        ours = await Connection.open(address, None, "releve")
        ours.post("t", b"x")
        assert "our client id" in str(await ours.lost())


@pytest.mark.parametrize("seed", range(NOISES))
async def test_a_broker_that_turns_to_rubbish_is_left(seed):
    async with listening(CONNACK, b"\x20\xff\xff\xff\xff" + noise(seed)) as address:
        ours = await Connection.open(address, None, "releve")
        with pytest.raises(BrokerLost):
            await ours.publish("t", b"x", qos=1)
        with pytest.raises(BrokerLost):
            await ours.publish("t", b"x", qos=1)


async def test_a_packet_larger_than_we_take_ends_it():
    async with listening(CONNACK, b"\x30\xff\xff\xff\x7f" + bytes(100)) as address:
        ours = await Connection.open(address, None, "releve")
        ours.post("t", b"x")
        assert "larger" in str(await ours.lost())


async def test_a_broker_that_acknowledges_nothing_is_left():
    async with listening(CONNACK) as address:
        for ask in (
            lambda ours: ours.publish("t", b"x", qos=1),
            lambda ours: ours.subscribe("t"),
        ):
            ours = await Connection.open(address, None, "releve")
            with pytest.raises(BrokerLost, match="acknowledged nothing"):
                await ask(ours)
            await ours.lost()


async def test_a_subscription_that_is_refused_is_said():
    answer = packet(0x90, b"\x00\x01\x00\x87")
    async with listening(CONNACK, answer) as address:
        ours = await Connection.open(address, None, "releve")
        with pytest.raises(SubscribeRefused, match="authorise"):
            await ours.subscribe("t")
        await ours.close()


async def test_an_unknown_reason_is_said_by_its_number():
    async with listening(CONNACK, packet(0x40, b"\x00\x01\xa7")) as address:
        ours = await Connection.open(address, None, "releve")
        with pytest.raises((PublishRefused, BrokerLost)):
            await ours.publish("t", b"x", qos=1)
        await ours.close()


async def test_a_broker_without_qos_1_is_refused():
    connack = packet(0x20, b"\x00\x00\x02\x24\x00")
    async with listening(connack) as address:
        with pytest.raises(BrokerError, match="QoS 1"):
            await Connection.open(address, None, "releve")


async def test_nothing_that_listens_there_is_said():
    async with listening() as address:
        pass
    with pytest.raises(BrokerError, match="no broker answers"):
        await Connection.open(address, None, "releve")


async def test_a_name_that_is_not_known_is_said():
    with pytest.raises(BrokerError, match=r"broker\.invalid is not known"):
        await Connection.open(Address("broker.invalid", 1883), None, "releve")
    with pytest.raises(BrokerError, match="is not known"):
        await Connection.open(Address("a" * 70 + ".invalid", 1883), None, "releve")


@pytest.mark.parametrize("answers", RUBBISH.values(), ids=RUBBISH)
async def test_the_session_goes_on_and_stops_at_once(answers, caplog):
    attempts = 0

    async def soon(_):
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0)

    async with listening(*answers) as address:
        kept = Session(
            address, None, client_id="releve", will=Will("releve/status"), sleep=soon
        )
        task = asyncio.create_task(kept.run())
        await until(lambda: attempts >= 2)
        assert not kept.health().ok
        assert kept.health().detail
        task.cancel()
        async with asyncio.timeout(4):
            await asyncio.gather(task, return_exceptions=True)
    assert "Traceback" not in caplog.text
