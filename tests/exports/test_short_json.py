"""JSON that is read where it comes says no more than it may."""

from __future__ import annotations

import pytest

from exports.short_json import short_json

MOST = 256 << 10


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 1_000_000,
        b'["' + b'\\"' * 100_000,
        b'"' + b"x" * MOST + b'"',
        b"[" + b"[]," * 50_000 + b"[]]",
        b"[" + b"1," * 120_000 + b"1" * 5_000 + b"]",
        b"9" * 5_000,
        b'"\xff"',
        b"",
    ],
)
def test_what_says_too_much_or_is_none_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        short_json(data, MOST)


def test_values_are_counted_before_they_are_read():
    with pytest.raises(ValueError, match="too much"):
        short_json(b"[" + b"1," * 250_001 + b"1]", 4 << 20)


def test_brackets_within_a_text_are_no_depth():
    assert short_json(b'{"a": "' + b"[" * 99 + b'\\"[[["}', MOST)["a"][-1] == "["
    assert short_json(b"[" * 32 + b"]" * 32, MOST)
