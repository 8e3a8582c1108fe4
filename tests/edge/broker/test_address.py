"""Where a broker is: read from what the owner wrote, a password in no text of it."""

from __future__ import annotations

import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.broker.address import Address, Login, parse_listen, parse_url
from edge.errors import BrokerError


def test_an_address_with_all_its_parts():
    address, login = parse_url("mqtt://me:secret@broker.home:1884")
    assert address == Address("broker.home", 1884)
    assert login == Login("me", "secret")
    assert str(address) == "mqtt://broker.home:1884"


def test_the_port_is_the_usual_one_when_none_is_written():
    assert parse_url("mqtt://h")[0].port == 1883
    address, login = parse_url("mqtts://h/", Path("ca.pem"))
    assert address == Address("h", 8883, tls=True, ca_file=Path("ca.pem"))
    assert login is None


def test_an_ipv6_address_keeps_its_brackets():
    address, _ = parse_url("mqtt://[fd00::1]:1884")
    assert (address.host, str(address)) == ("fd00::1", "mqtt://[fd00::1]:1884")


@given(st.text(min_size=1), st.text())
def test_any_user_and_password_can_be_written(user, password):
    quoted = f"{quote(user, safe='')}:{quote(password, safe='')}"
    address, login = parse_url(f"mqtt://{quoted}@host:1883")
    assert login == Login(user, password)
    assert address == Address("host", 1883)


WRONG = [
    "host",
    "http://me:s3cret@host",
    "mqtt://",
    "mqtt://me:s3cret@host:x",
    "mqtt://me:s3cret@host:99999",
    "mqtt://me:s3cret@host/path",
    "mqtt://me:s3cret@host?query",
    "mqtt://me:s3cret@host#fragment",
    "mqtt://me:s3cret/x@host",
    "mqtt://me:s3cret#x@host",
    "mqtt://me:s3cret?x@host",
    "mqtt://me:s3cret[x@host",
]


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_refused_and_not_repeated(url):
    with pytest.raises(BrokerError) as told:
        parse_url(url)
    assert told.value.hint
    said = "".join(traceback.format_exception_only(told.value)) + repr(told.value)
    assert "s3cret" not in said
    assert told.value.__cause__ is None


def test_a_password_is_in_no_text_of_a_login():
    login = Login("me", "s3cret")
    assert "s3cret" not in f"{login} {login!r} {[login]}"
    assert "me" in repr(login)


@pytest.mark.parametrize(
    ("listen", "reached"),
    [
        ("127.0.0.1:1883", Address("127.0.0.1", 1883)),
        ("0.0.0.0:1884", Address("127.0.0.1", 1884)),
        ("[::]:1883", Address("::1", 1883)),
        ("192.168.1.2:1883", Address("192.168.1.2", 1883)),
    ],
)
def test_a_broker_of_ours_is_reached_from_here(listen, reached):
    assert parse_listen(listen) == reached


@pytest.mark.parametrize("listen", ["unix:/run/x", "127.0.0.1:0", "1883"])
def test_where_no_program_would_find_it_is_refused(listen):
    with pytest.raises(BrokerError, match=r"mqtt\.listen"):
        parse_listen(listen)


def test_what_is_said_to_this_machine_stays_here():
    assert Address("localhost", 1).is_here
    assert Address("127.0.0.2", 1).is_here
    assert Address("::1", 1).is_here
    assert not Address("192.168.1.2", 1).is_here
