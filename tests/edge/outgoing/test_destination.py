"""What is typed as a destination is one, or is refused without being repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.outgoing.destination import Destination, OutgoingRefused


@pytest.mark.parametrize(
    ("url", "text", "port"),
    [
        ("https://Claude.mycozy.cloud", "https://claude.mycozy.cloud", 443),
        ("https://cozy.example/", "https://cozy.example", 443),
        ("https://cozy.example:8443/data/", "https://cozy.example:8443/data", 8443),
        ("https://192.168.1.20", "https://192.168.1.20", 443),
        ("https://[fd00::1]:444", "https://[fd00::1]:444", 444),
        ("https://énergie.example", "https://xn--nergie-9ua.example", 443),
        ("mqtts://broker.example", "mqtts://broker.example", 8883),
    ],
)
def test_a_destination_has_one_form(url, text, port):
    found = Destination.parse(url, ("https", "mqtts"))
    assert (str(found), found.port) == (text, port)
    assert Destination.parse(text, ("https", "mqtts")) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cozy.example",
        "http://cozy.example",
        "mqtts://cozy.example",
        "ftp://cozy.example",
        "https://",
        "https://user:s3cret@cozy.example",
        "https://cozy.example@evil.example",
        "https://cozy.example?token=s3cret",
        "https://cozy.example/#s3cret",
        "https://cozy.example:0",
        "https://cozy.example:99999",
        "https://cozy.example:s3cret",
        "https://cozy.example\\@evil.example",
        "https://cozy.example/a b",
        " https://cozy.example",
        "https://cozy.example\n",
        "https://cozy.\u202eexample",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://a..b",
        "https://-a.example",
        f"https://{'a' * 2_000}.example",
    ],
)
def test_anything_else_is_refused_and_not_repeated(url):
    with pytest.raises(OutgoingRefused) as refused:
        Destination.parse(url)
    assert refused.value.reason == "not-a-destination"
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.text(max_size=40))
def test_no_text_is_more_than_refused(text):
    for url in (text, f"https://{text}"):
        try:
            found = Destination.parse(url)
        except OutgoingRefused:
            continue
        assert Destination.parse(str(found)) == found
