"""A register that frames lack stands for a while, then is told to be gone, once."""

from __future__ import annotations

from edge.gate.absences import HOLD_MS, Absences


def test_what_lacks_for_too_long_is_gone_once():
    absences = Absences()
    assert absences.expire(0) == []
    assert absences.update({"b": 1}, {"a": 1, "b": 1}, 0) == (["a"], [])
    assert absences.expire(HOLD_MS - 1) == []
    assert absences.expire(HOLD_MS) == ["a"]
    assert absences.expire(2 * HOLD_MS) == []


def test_what_is_back_in_time_was_never_gone():
    absences = Absences()
    absences.update({}, {"a": 1}, 0)
    assert absences.update({"a": 2}, {"a": 1}, 1) == ([], ["a"])
    assert absences.expire(HOLD_MS) == []
