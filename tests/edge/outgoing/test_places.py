"""No destination leads back into this machine, whatever it is called."""

from __future__ import annotations

import asyncio
import socket
import threading
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.outgoing.connect import connected
from edge.outgoing.destination import Destination, OutgoingRefused
from edge.outgoing.places import Guard, refusal

TO = Destination("mqtts", "broker.example", 8883)


def answers(*ips: str, port: int = 8883):
    """Give what a resolver says."""
    return [
        (
            socket.AF_INET6 if ":" in ip else socket.AF_INET,
            socket.SOCK_STREAM,
            6,
            "",
            (ip, port, 0, 0) if ":" in ip else (ip, port),
        )
        for ip in ips
    ]


def guard(*ips: str, **more) -> Guard:
    return Guard(lambda _host, port: answers(*ips, port=port), **more)


@pytest.mark.parametrize(
    ("ip", "what"),
    [
        ("127.0.0.1", "machine"),
        ("127.255.255.254", "machine"),
        ("0.0.0.0", "machine"),  # noqa: S104 - read, not bound
        ("0.1.2.3", "machine"),
        ("::1", "machine"),
        ("::", "machine"),
        ("::ffff:127.0.0.1", "machine"),
        ("::127.0.0.1", "machine"),
        ("64:ff9b::7f00:1", "machine"),
        ("64:ff9b:1::7f00:1", "machine"),
        ("2002:7f00:1::", "machine"),
        ("2001:0:7f00:1::", "machine"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("::ffff:169.254.169.254", "link-local"),
        ("224.0.0.251", "no single"),
        ("255.255.255.255", "no single"),
        ("240.0.0.1", "no single"),
        ("ff02::fb", "no single"),
    ],
)
def test_this_machine_and_its_link_are_refused_however_they_are_written(ip, what):
    assert what in (refusal(ip_address(ip)) or "")
    with pytest.raises(OutgoingRefused) as refused:
        guard(ip).places(TO)
    assert refused.value.reason == "refused-address"
    assert ip not in str(refused.value)


@pytest.mark.parametrize(
    "ip",
    [
        *("192.168.1.20", "10.0.0.1", "172.16.4.4", "100.64.1.1", "203.0.113.7"),
        *("fd00::1", "2001:db8::1", "::ffff:192.168.1.20"),
    ],
)
def test_the_home_and_the_world_may_be_reached(ip):
    (place,) = guard(ip).places(TO)
    assert (str(place.ip), place.sockaddr[:2]) == (str(ip_address(ip)), (ip, 8883))


@given(st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="fe80::/10"))
def test_every_one_of_them_is_refused(ip):
    assert refusal(ip) is not None


def test_of_several_addresses_those_are_kept_that_may_be_reached():
    found = guard("fe80::1%eth0", "192.168.1.20", "127.0.0.1").places(TO)
    assert [str(one.ip) for one in found] == ["192.168.1.20"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_what_a_resolver_makes_of_odd_names_is_what_is_judged(host):
    with pytest.raises(OutgoingRefused) as refused:
        Guard().places(Destination("https", host, 443))
    assert refused.value.reason == "refused-address"


@pytest.mark.parametrize("error", [socket.gaierror(-2, "no"), UnicodeError("no")])
def test_a_name_that_nobody_knows_is_said_to_be_unknown(error):
    def resolve(*_):
        raise error

    with pytest.raises(OutgoingRefused) as refused:
        Guard(resolve).places(TO)
    assert refused.value.reason == "unknown-name"


def test_a_name_without_an_address_leads_nowhere():
    with pytest.raises(OutgoingRefused, match="nowhere"):
        guard().places(TO)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.mark.real
async def test_a_second_answer_is_never_asked_for(listener):
    """The name leads to a server that may be reached, then to this machine."""
    port = listener.getsockname()[1]
    asked = []

    def resolve(host, port):
        asked.append(host)
        return answers("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port=port)

    here = ip_address("127.0.0.1")
    only = Guard(resolve, lambda ip: None if ip == here else refusal(ip))
    opened = await connected(Destination("mqtts", "broker.example", port), only)
    with opened:
        assert opened.getpeername() == ("127.0.0.1", port)
    assert asked == ["broker.example"]
    with pytest.raises(OutgoingRefused) as refused:
        await connected(Destination("mqtts", "broker.example", port), only)
    assert refused.value.reason == "refused-address"


@pytest.mark.real
async def test_another_address_is_tried_where_the_first_is_silent(listener):
    port = listener.getsockname()[1]
    both = guard("127.0.0.9", "127.0.0.1", judge=lambda _: None)
    opened = await connected(Destination("mqtts", "broker.example", port), both)
    with opened:
        assert opened.getpeername()[0] == "127.0.0.1"
    alone = guard("127.0.0.9", judge=lambda _: None)
    with pytest.raises(OutgoingRefused) as refused:
        await connected(Destination("mqtts", "broker.example", port), alone)
    assert refused.value.reason == "unreachable"


async def test_a_resolver_that_hangs_holds_nothing_up():
    let_go = threading.Event()

    def resolve(*_):
        let_go.wait(20)
        return answers("192.0.2.1")

    waiting = asyncio.create_task(connected(TO, Guard(resolve)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    let_go.set()
