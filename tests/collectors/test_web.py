"""What a server's answer means, before any portal's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import NotCollected, Reason
from collectors.answer import LONGEST_WAIT_S, Answer, waiting
from collectors.web import same_site


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [
        (None, None),
        ("120", 120),
        ("99999999999999999999", LONGEST_WAIT_S),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120),
        ("Tue, 24 Nov 2020 12:02:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_a_server_says_how_long_to_wait(given_, seconds):
    assert waiting(given_, 1_795_521_600) == seconds


@given(st.text(max_size=60))
def test_no_wait_is_without_end(text):
    found = waiting(text, 0)
    assert found is None or 0 <= found <= LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("url", "of", "same"),
    [
        ("https://connexion.grdf.fr/x", "grdf.fr", True),
        ("https://grdf.fr/x", "grdf.fr", True),
        ("http://connexion.grdf.fr/x", "grdf.fr", False),
        ("https://evilgrdf.fr/", "grdf.fr", False),
        ("https://grdf.fr.evil.fr/", "grdf.fr", False),
        ("https://grdf.fr@evil.fr/", "grdf.fr", False),
        ("http://127.0.0.1:80/a", "http://127.0.0.1:80", True),
        ("http://127.0.0.1:81/a", "http://127.0.0.1:80", False),
    ],
)
def test_a_redirect_stays_where_it_may(url, of, same):
    assert same_site(url, of) is same


def of(body, status=200, **headers):
    return Answer(status, headers, body, "https://x.fr/")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (of(b"{"), Reason.TRUNCATED),
        (of(b"nope"), Reason.CHANGED),
        (of(b"<html>hello"), Reason.MAINTENANCE),
        (of(b"<html>reCAPTCHA"), Reason.CAPTCHA),
        (of(b"", 418), Reason.CHANGED),
        (of(b"", 408), Reason.TIME_OUT),
        (of(b"", 599), Reason.PORTAL_DOWN),
    ],
)
def test_what_is_no_json_is_told_apart(answer, reason):
    with pytest.raises(NotCollected) as refused:
        answer.json("days")
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "body", [b"[" * 33 + b"]" * 33, b'"' + b"x" * (256 << 10) + b'"', b"9" * 5_000]
)
def test_what_is_no_short_json_is_never_read(body):
    with pytest.raises(NotCollected):
        of(body).json("token")
