"""Requests and payloads that nobody would write: a few of `tests.attacks.fuzz`'s."""

from __future__ import annotations

import random

import fuzz
import fuzz_mqtt
import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def test_no_request_makes_it_fail_or_tell_of_another_home(tmp_path):
    found = fuzz.run(tmp_path, 500, random.randrange(1 << 32), lambda _found: None)
    assert found.sent >= 500
    assert {200, 401, 404} <= set(found.statuses)
    assert not [status for status in found.statuses if status >= 500]


def test_no_payload_makes_it_fail_or_tell_of_another_home(tmp_path):
    seed = random.randrange(1 << 32)
    found = fuzz_mqtt.run(tmp_path, 400, seed, lambda _sent: None)
    assert found["sent"] >= 400
    assert {"rows", "bad_request", "accepted"} <= set(found)
