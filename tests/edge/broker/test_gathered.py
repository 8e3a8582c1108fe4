"""What paho sends in a turn of the loop goes out in one piece, and comes in in one."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from edge.broker.gathered import Gathered


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    with here, there:
        yield Gathered(here), there


def test_nothing_is_sent_before_the_flush_and_all_of_it_then(ends):
    here, there = ends
    woken = []
    here.wake = lambda: woken.append(1)
    assert [here.send(b"one"), here.send(b"two")] == [3, 3]
    with pytest.raises(BlockingIOError):
        there.recv(10)
    here.flush()
    assert there.recv(10) == b"onetwo"
    assert woken == [1]


def test_what_came_is_read_once_and_given_in_pieces(ends):
    here, there = ends
    there.send(b"\x40\x02ab")
    assert [here.recv(1), here.pending(), here.recv(1)] == [b"\x40", 3, b"\x02"]
    assert [here.recv(9), here.pending()] == [b"ab", 0]
    with pytest.raises(BlockingIOError):
        here.recv(1)


def test_a_socket_that_takes_nothing_more_makes_it_full_until_it_does(ends):
    here, there = ends
    sent = bytearray()
    while not here.full:
        here.send(bytes([len(sent) % 251]) * 50_000)
        sent += bytes([len(sent) % 251]) * 50_000
        here.flush()
    with pytest.raises(BlockingIOError):
        here.send(b"more")
    came = bytearray()
    while len(came) < len(sent):
        came += there.recv(1 << 20)
        here.flush()
    assert came == sent
    assert not here.full


def test_an_end_is_an_end(ends):
    here, there = ends
    there.close()
    assert here.recv(1) == b""


def test_what_waits_is_sent_when_it_is_closed(ends):
    here, there = ends
    here.send(b"goodbye")
    here.close()
    assert there.recv(10) == b"goodbye"
    here.flush()
    here.close()


def test_a_broken_socket_says_so_at_the_flush(ends):
    here, there = ends
    there.close()
    here.send(b"x")
    with pytest.raises(OSError, match=r"[Bb]roken|reset"):
        here.flush()


def test_one_turn_gathers_no_more_than_it_may(ends):
    here, _there = ends
    taken = 0
    with suppress(BlockingIOError):
        for _ in range(5_000):
            taken += here.send(b"x" * 10_000)
    assert here.full
    assert taken < 5_000 * 10_000 / 2
