"""Limits: a bucket refills with time, a lane frees its places, memory is bounded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import caller
from hypothesis import given
from hypothesis import strategies as st

from api.errors import Problem
from api.guard import peer_of
from api.limits import Lane, Limits, Rates


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_burst_is_allowed_then_the_rate():
    clock = Clock()
    rates = Rates(2.0, 3, clock_s=clock)
    assert [rates.take("a") for _ in range(3)] == [0.0] * 3
    assert rates.take("a") == pytest.approx(0.5)
    assert rates.take("b") == 0.0
    clock.now_s = 0.5
    assert rates.take("a") == 0.0
    assert rates.take("a") > 0


def test_how_long_to_wait_tells_nothing_of_what_others_asked():
    clock = Clock()
    rates = Rates(0.25, 1, clock_s=clock)
    rates.take("a")
    told = set()
    for _ in range(7):
        clock.now_s += 0.5
        told.add(rates.take("a"))
    assert told == {4.0}


@given(steps=st.lists(st.floats(0, 10), max_size=60))
def test_no_pattern_gets_more_than_rate_and_burst(steps):
    clock = Clock()
    rates = Rates(1.0, 5, clock_s=clock)
    granted = 0
    for step in steps:
        clock.now_s += step
        granted += rates.take("a") == 0.0
    assert granted <= 5 + clock.now_s + 1e-6


def test_a_crowd_of_peers_costs_a_bounded_memory():
    rates = Rates(1.0, 1, keys=10, clock_s=Clock())
    for n in range(1000):
        rates.take(str(n))
    assert len(rates._buckets) == 10


def test_a_lane_frees_its_places_whatever_happens_inside():
    lane = Lane(2, 1, "too-many-queries")
    with pytest.raises(ZeroDivisionError), lane.enter("a"):
        1 / 0  # noqa: B018 - it is meant to fail
    assert lane.running == 0
    assert not lane._running
    with lane.enter("a"):
        with pytest.raises(Problem) as mine, lane.enter("a"):
            pass
        assert mine.value.kind == "too-many-queries"
        with lane.enter("b"), pytest.raises(Problem) as all_, lane.enter("c"):
            pass
        assert all_.value.kind == "busy"
        assert all_.value.headers["Retry-After"]


@pytest.mark.parametrize(
    ("client", "peer"),
    [
        (None, "local"),
        (("", 0), "local"),
        (("192.168.1.4", 5), "192.168.1.4"),
        (("::ffff:192.168.1.4", 5), "192.168.1.4"),
        (("2a01:cb00:1:2:3:4:5:6", 5), "2a01:cb00:1:2::"),
        (("fe80::1%eth0", 5), "fe80::"),
        (("testclient", 5), "testclient"),
    ],
)
def test_a_peer_is_an_address_or_an_ipv6_home(client, peer):
    assert peer_of({"client": client}) == peer


async def test_too_fast_is_told_when_to_come_back(deps):
    slow = replace(deps, limits=Limits(rate=0.001, burst=3))
    async with caller(slow) as client:
        statuses = [(await client.get("/metrics")).status_code for _ in range(5)]
        answer = await client.get("/metrics")
    assert statuses == [200, 200, 200, 429, 429]
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "/docs#too-many-requests"


async def test_wrong_credentials_are_slowed_down_and_the_right_one_never(deps):
    wary = replace(deps, limits=Limits(failure_rate=0.001, failure_burst=3))
    async with caller(wary) as owner:
        wrong = {"Authorization": "Bearer wrong"}
        statuses = [
            (await owner.get("/metrics", headers=wrong)).status_code for _ in range(5)
        ]
        assert statuses == [401, 401, 401, 429, 429]
        assert (await owner.get("/metrics")).status_code == 200
