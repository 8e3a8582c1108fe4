"""The session on a real Mosquitto: its words, its limits, its losses."""

from __future__ import annotations

import asyncio
import signal
import ssl
import subprocess
import sys

import pytest
from paho.mqtt.client import Client

from edge.broker import line as line_
from edge.broker import wire
from edge.broker.address import Address, Login
from edge.broker.connection import POSTED, Connection
from edge.broker.line import Will
from edge.broker.session import Session
from edge.broker.wire import Wire
from edge.errors import BrokerError, BrokerLost, PublishRefused, SubscribeRefused
from tests.real.brokers import Plain, connected, kept_up, running, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]

WILL = Will("releve/status")


async def soon(_):
    await asyncio.sleep(0.05)  # a back-off that tests can wait for


def session(broker, *outputs, login=None, **words):
    return Session(
        broker.address,
        login,
        client_id="releve",
        will=WILL,
        outputs=outputs,
        sleep=soon,
        **words,
    )


class Collecting:
    """Listens to a broker and keeps what it says."""

    def __init__(self, connection):
        self.heard = []
        self._messages = connection.messages()
        self.task = asyncio.create_task(self._collect())

    async def _collect(self):
        try:
            async for message in self._messages:
                self.heard.append((message.topic, message.payload))
        except BrokerLost:
            pass


class Once:
    """An output that does one thing, and stays."""

    def __init__(self, do=None):
        self.runs, self.error = 0, None
        self._do = do

    async def run(self, publisher):
        self.runs += 1
        self.publisher = publisher
        if self._do is not None:
            await self._do(publisher)
        await asyncio.Event().wait()


async def kept_on(broker, topic):
    async with connected(broker.address) as later:
        messages = later.messages()
        await later.subscribe(topic)
        message = await anext(messages)
        assert message.retain
        return message.payload


async def test_online_is_kept_while_connected_and_offline_after_a_clean_stop(
    tmp_path, monkeypatch
):
    def by_the_broker(ours, topic, _payload, **words):
        Client.will_set(ours, topic, b"by the broker", **words)

    # else nobody could tell our word from the broker's
    monkeypatch.setattr(Wire, "will_set", by_the_broker)
    async with running(tmp_path) as broker, connected(broker.address) as other:
        told = Collecting(other)
        await other.subscribe("releve/status")
        kept = session(broker)
        async with kept_up(kept):
            await until(lambda: told.heard == [("releve/status", b"online")])
            await until(lambda: kept.health().ok)
            assert await kept_on(broker, "releve/status") == b"online"
        assert await kept_on(broker, "releve/status") == b"offline"
        await until(lambda: len(told.heard) == 2)
        assert told.heard[-1] == ("releve/status", b"offline")
        await other.publish("releve/status", b"last", qos=1)
        await until(lambda: told.heard[-1] == ("releve/status", b"last"))
        assert len(told.heard) == 3  # the broker itself had nothing to say


KILLED = """
import asyncio, sys
from edge.broker.address import Address
from edge.broker.line import Will
from edge.broker.session import Session
asyncio.run(Session(Address("127.0.0.1", int(sys.argv[1])), None,
                    client_id="releve", will=Will("releve/status")).run())
"""


async def test_a_service_that_is_killed_leaves_its_will(tmp_path):
    async with running(tmp_path) as broker, connected(broker.address) as other:
        told = Collecting(other)
        await other.subscribe("releve/status")
        with subprocess.Popen(  # noqa: ASYNC220 - started at once
            [sys.executable, "-c", KILLED, str(broker.port)]
        ) as one:
            try:
                await until(lambda: told.heard == [("releve/status", b"online")])
            finally:
                one.kill()
        await until(lambda: told.heard[-1] == ("releve/status", b"offline"))
        assert await kept_on(broker, "releve/status") == b"offline"


async def test_a_broker_that_is_killed_is_found_again_and_the_outputs_run_again(
    tmp_path,
):
    output = Once()
    async with running(tmp_path) as broker:
        kept = session(broker, output)
        async with kept_up(kept):
            for round_ in range(1, 4):
                await until(lambda: kept.health().ok and output.runs == round_)  # noqa: B023
                broker.end()
                await until(lambda: not kept.health().ok)
                assert "broker" in kept.health().detail
                broker.start()
            await until(lambda: kept.health().counters["reconnects"] == 3)


async def test_what_was_not_acknowledged_when_the_broker_went_is_said(tmp_path):
    async with running(tmp_path) as broker:
        connection = await Connection.open(broker.address, None, "releve")
        broker.process.send_signal(signal.SIGSTOP)
        sending = [
            asyncio.create_task(connection.publish("t", b"x", qos=1)) for _ in range(50)
        ]
        await until(lambda: connection.in_flight == 20)
        broker.end()
        ended = await asyncio.gather(*sending, return_exceptions=True)
        assert {type(each) for each in ended} == {BrokerLost}
        with pytest.raises(BrokerLost):
            await connection.publish("t", b"x")
        with pytest.raises(BrokerLost):
            await connection.subscribe("t")
        with pytest.raises(BrokerLost):
            await anext(connection.messages())
        assert not connection.post("t", b"x")


async def test_messages_in_flight_are_as_many_as_the_broker_takes_and_in_order(
    tmp_path,
):
    async with (
        running(tmp_path, "max_inflight_messages 3") as broker,
        connected(broker.address, client_id="releve") as ours,
        connected(broker.address, client_id="other") as other,
    ):
        told = Collecting(other)
        await other.subscribe("n")
        most = 0
        sending = [
            asyncio.create_task(ours.publish("n", str(n).encode(), qos=1))
            for n in range(200)
        ]
        while not all(each.done() for each in sending):
            most = max(most, ours.in_flight)
            await asyncio.sleep(0)
        await asyncio.gather(*sending)
        assert most == 3
        await until(lambda: len(told.heard) == 200)
        assert [int(payload) for _, payload in told.heard] == list(range(200))


async def test_who_gives_up_waiting_leaves_no_more_in_flight_than_agreed(tmp_path):
    async with (
        running(tmp_path, "max_inflight_messages 2") as broker,
        connected(broker.address) as ours,
        connected(broker.address) as other,
    ):
        told = Collecting(other)
        await other.subscribe("n")
        for n in range(100):
            sending = asyncio.create_task(ours.publish("n", str(n).encode(), qos=1))
            await asyncio.sleep(0)
            sending.cancel()
        # a broker that got more than it takes would have hung up
        await ours.publish("n", b"end", qos=1)
        await until(lambda: told.heard[-1:] == [("n", b"end")])


async def test_a_live_value_is_on_the_wire_when_post_returns(tmp_path):
    async with (
        running(tmp_path) as broker,
        connected(broker.address) as ours,
        connected(broker.address) as other,
    ):
        told = other.messages()
        await other.subscribe("live")
        assert ours.post("live", b"1234")
        # the loop has had no turn of ours since: nothing is left to be written
        assert not ours._wire.want_write()
        assert (await anext(told)).payload == b"1234"


async def test_a_broker_that_takes_nothing_more_costs_live_values_and_no_memory(
    tmp_path,
):
    async with running(tmp_path) as broker, connected(broker.address) as ours:
        broker.process.send_signal(signal.SIGSTOP)
        taken = sum(ours.post("live", b"x" * 10_000) for _ in range(5_000))
        assert taken < 5_000
        assert len(ours._posted) == POSTED
        assert ours._tally.counts["dropped"] == 5_000 - taken
        broker.process.send_signal(signal.SIGCONT)
        await until(lambda: not ours._posted)
        assert ours.post("live", b"again")


async def test_a_value_with_an_expiry_is_forgotten(tmp_path):
    async with running(tmp_path) as broker, connected(broker.address) as ours:
        await ours.publish("brief", b"x", qos=1, retain=True, expiry_s=1)
        await ours.publish("long", b"x", qos=1, retain=True, expiry_s=600)

        async def kept():
            async with connected(broker.address) as other:
                told = other.messages()
                await other.subscribe("brief")
                await other.subscribe("long")
                message = await anext(told)
                assert message.retain
                return message.topic

        async with asyncio.timeout(20):
            while await kept() != "long":  # noqa: ASYNC110 - the broker says nothing
                await asyncio.sleep(0.1)  # asks until it is forgotten


async def test_what_an_acl_refuses_is_said_at_qos_1_and_the_session_goes_on(tmp_path):
    acl = tmp_path / "acl"
    acl.write_text("topic read releve/#\ntopic write releve/#\n")
    acl.chmod(0o600)
    async with running(tmp_path, f"acl_file {acl}") as broker:
        output = Once()
        kept = session(broker, output)
        async with kept_up(kept):
            await until(lambda: kept.health().ok)
            with pytest.raises(PublishRefused, match="does not authorise"):
                await output.publisher.publish("elsewhere", b"x", qos=1)
            await output.publisher.publish("releve/x", b"x", qos=1)
            assert kept.health().refused == {"0x87": 1}
            assert kept.health().ok


async def test_an_output_that_fails_is_started_again_and_the_others_go_on(tmp_path):
    async def refuse(_):
        raise SubscribeRefused("no messages of x: the broker does not authorise this")

    failing, well = Once(refuse), Once()
    async with running(tmp_path) as broker:
        kept = session(broker, failing, well)
        async with kept_up(kept):
            await until(lambda: failing.runs >= 2)
            assert well.runs == 1
            assert kept.health().counters["reconnects"] == 0
            await until(lambda: "SubscribeRefused" in kept.health().detail)
            assert not kept.health().ok


async def test_a_wrong_password_is_said_in_words_that_hold_none(tmp_path, caplog):
    passwords = tmp_path / "passwords"
    passwords.touch(0o600)
    await asyncio.to_thread(
        subprocess.run,
        ["mosquitto_passwd", "-b", str(passwords), "someone", "right-Secret"],
        check=True,
        capture_output=True,
    )
    lines = (f"password_file {passwords}",)
    async with running(tmp_path, *lines, anonymous=False) as broker:
        for login in (Login("someone", "wrong-Secret"), None):
            kept = session(broker, login=login)
            async with kept_up(kept):
                await until(lambda: "authorise" in kept.health().detail)  # noqa: B023
                assert not kept.health().ok
        kept = session(broker, login=Login("someone", "right-Secret"))
        async with kept_up(kept):
            await until(lambda: kept.health().ok)
        assert "Secret" not in caplog.text + repr(kept.health())
        assert "Traceback" not in caplog.text


async def test_a_broker_that_falls_silent_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(wire, "KEEPALIVE_S", 1)
    monkeypatch.setattr(line_, "TICK_S", 0.1)
    async with running(tmp_path) as broker:
        ours = await Connection.open(broker.address, None, "releve")
        with pytest.raises(TimeoutError):  # while it answers pings, it is there
            async with asyncio.timeout(3):
                await ours.lost()
        broker.process.send_signal(signal.SIGSTOP)
        assert "ended the connection" in str(await ours.lost())


async def test_a_stop_waits_for_nobody(tmp_path):
    async with running(tmp_path) as broker:
        kept = session(broker)
        task = asyncio.create_task(kept.run())
        await until(lambda: kept.health().ok)
        broker.process.send_signal(signal.SIGSTOP)
        task.cancel()
        async with asyncio.timeout(4):  # a stop has 5 s in all
            await asyncio.gather(task, return_exceptions=True)


async def test_a_payload_that_the_broker_would_hang_up_on_is_refused_here(tmp_path):
    async with (
        running(tmp_path, "max_packet_size 2000") as broker,
        connected(broker.address) as ours,
    ):
        with pytest.raises(PublishRefused, match="no packet so large"):
            await ours.publish("t", b"x" * 2000, qos=1)
        assert not ours.post("t", b"x" * 2000)
        await ours.publish("t", b"x" * 1000, qos=1)


async def test_a_broker_that_keeps_nothing_is_refused_in_words(tmp_path):
    async with running(tmp_path, "retain_available false") as broker:
        with pytest.raises(BrokerError, match="retained"):
            await Connection.open(broker.address, None, "releve", will=WILL)
        with pytest.raises(BrokerError, match="retained"):
            await Connection.open(broker.address, None, "releve")


@pytest.fixture
def certificates(tmp_path):
    """A CA, and a server's certificate of it, for 127.0.0.1."""

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    ca, server = tmp_path / "ca", tmp_path / "server"
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        *("req", "-x509", *key, "-days", "2", "-subj", "/CN=Test"),
        *("-keyout", f"{ca}.key", "-out", f"{ca}.crt"),
    )
    openssl(
        *("req", *key, "-subj", "/CN=127.0.0.1"),
        *("-keyout", f"{server}.key", "-out", f"{server}.csr"),
    )
    names = tmp_path / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        *("x509", "-req", "-in", f"{server}.csr", "-days", "2", "-CAcreateserial"),
        *("-CA", f"{ca}.crt", "-CAkey", f"{ca}.key"),
        *("-extfile", str(names), "-out", f"{server}.crt"),
    )
    return tmp_path / "ca.crt", (f"certfile {server}.crt", f"keyfile {server}.key")


async def test_an_encrypted_broker_is_spoken_to_when_its_certificate_is_trusted(
    tmp_path, certificates
):
    ca, lines = certificates
    async with running(tmp_path, *lines) as broker:
        trusted = Address("127.0.0.1", broker.port, tls=True, ca_file=ca)
        async with connected(trusted) as ours, connected(trusted) as other:
            told = Collecting(other)
            await other.subscribe("t")
            # more than a TLS record at once: what is decrypted already must be read
            for n in range(100):
                await ours.publish("t", b"x" * 1000 + str(n).encode(), qos=1)
            await until(lambda: len(told.heard) == 100)
        unknown = Address("127.0.0.1", broker.port, tls=True)
        with pytest.raises(BrokerError, match=r"not to be trusted.*mqtt\.ca_file"):
            await Connection.open(unknown, None, "releve")
        plain = Address("127.0.0.1", broker.port)
        with pytest.raises(BrokerError, match="mqtts://"):
            await Connection.open(plain, None, "releve")
        lost = Address("127.0.0.1", broker.port, tls=True, ca_file=tmp_path / "none")
        with pytest.raises(BrokerError, match=r"ca_file .*none can't be used"):
            await Connection.open(lost, None, "releve")


async def test_messages_that_came_in_one_record_are_all_read(tmp_path, certificates):
    async def serve(reader, writer):
        await reader.read(1000)
        writer.write(b"\x20\x03\x00\x00\x00")
        await reader.read(1000)
        writer.write(b"\x30\x05\x00\x01t\x00x" * 20)  # one write, one record
        await reader.read(1000)
        writer.close()

    ca, _ = certificates
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    address = Address("127.0.0.1", port, tls=True, ca_file=ca)
    async with connected(address) as ours:
        told = Collecting(ours)
        ours.post("t", b"x")
        await until(lambda: len(told.heard) == 20)
    server.close()


async def test_tls_to_a_broker_without_it_is_said(tmp_path):
    async with running(tmp_path) as broker:
        with pytest.raises(BrokerError, match="no encrypted connection"):
            await Connection.open(
                Address("127.0.0.1", broker.port, tls=True), None, "releve"
            )


def test_the_certificates_of_the_system_are_the_default():
    assert ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED


async def test_a_broker_of_others_is_told_to_show_all_once_and_in_health(
    tmp_path, caplog
):
    async with running(tmp_path) as broker:
        kept = session(broker, notice="all its clients see it")
        async with kept_up(kept):
            await until(lambda: kept.health().ok)
            broker.end()
            await until(lambda: not kept.health().ok)
            broker.start()
            await until(lambda: kept.health().ok)
            assert kept.health().detail == "all its clients see it"
        assert caplog.text.count("all its clients see it") == 1


async def test_a_silent_outage_is_told_once_not_at_each_attempt(tmp_path, caplog):
    broker = Plain(tmp_path)
    kept = session(broker)
    async with kept_up(kept):
        await until(lambda: "no broker answers" in kept.health().detail)
        for _ in range(5):
            await asyncio.sleep(0.06)  # some attempts, however many
        assert caplog.text.count("no broker answers") == 1
    assert broker.conf.name not in caplog.text
