"""The speed is found by what decodes, kept, and searched anew when nothing does."""

from __future__ import annotations

from teleinfo.mode import Mode
from teleinfo.search import Patience, Search, speeds

PATIENCE = Patience()


def search(*bauds: int) -> Search:
    return Search(0.0, bauds or (9600, 1200), PATIENCE)


def test_it_tries_9600_then_1200_and_what_was_good_before_those():
    assert speeds(None) == (9600, 1200)
    assert speeds(None, 1200) == (1200, 9600)
    assert speeds(Mode.STANDARD) == (9600,)
    # Some converters repeat the historic mode at 9600.
    assert speeds(Mode.HISTORIC) == (1200, 9600)
    assert speeds(Mode.HISTORIC, 9600) == (9600, 1200)


def test_a_speed_is_left_after_its_window_and_the_next_one_gets_its_own():
    it = search()
    assert not it.heard(2.9, 500, 0)
    assert it.baud == 9600
    assert it.heard(3.0, 500, 0)
    assert it.baud == 1200
    assert not it.heard(8.9, 5, 0)
    assert it.heard(9.0, 5, 0)
    assert it.baud == 9600


def test_three_good_groups_settle_it_and_two_do_not():
    it = search()
    it.heard(1.0, 50, 2)
    assert not it.settled
    assert it.heard(3.0, 50, 0)
    it = search()
    it.heard(1.0, 50, 2)
    it.heard(1.5, 50, 1)
    assert it.settled


def settled() -> Search:
    it = search()
    it.heard(1.0, 800, 38)
    return it


def test_a_silent_line_keeps_its_speed_for_a_minute():
    it = settled()
    assert not it.heard(60.9, 0, 0)
    assert it.baud == 9600
    assert it.heard(61.0, 0, 0)
    assert not it.settled


def test_bytes_that_never_decode_mean_that_the_meter_was_switched():
    it = settled()
    assert not it.heard(5.9, 100, 0)
    assert it.heard(6.0, 100, 0)
    assert it.baud == 1200


def test_a_few_stray_bytes_on_a_silent_line_do_not():
    it = settled()
    assert not it.heard(10.0, PATIENCE.deaf_bytes - 1, 0)


def test_each_good_group_renews_the_trust():
    it = settled()
    for second in range(2, 200):
        assert not it.heard(float(second), 10, 1)
    assert it.settled


def test_the_only_speed_there_is_starts_afresh_all_the_same():
    it = search(9600)
    assert it.heard(3.0, 10, 0)
    assert it.baud == 9600
