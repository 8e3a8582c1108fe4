"""A body is unpacked no further than it may be, however it was packed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from collectors import NotCollected, Reason, body

SAID = b'{"releves": []}' * 9_000


def cut(data, size=1 << 16):
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_it_is_given_as_it_was_packed(size):
    packed = gzip.compress(SAID)
    assert body.whole(cut(packed, size), "gzip") == SAID
    assert body.whole(cut(SAID, 1 << 10), "") == SAID
    assert body.whole([b"a", b"", b"b"], "identity") == b"ab"


def test_a_redirect_may_say_how_it_is_packed_and_have_no_body():
    assert body.whole([], "gzip") == body.whole([b""], "gzip") == b""


def test_a_bomb_is_cut_before_it_swells():
    bomb = gzip.compress(bytes(body.MOST_BYTES * 16))
    tracemalloc.start()
    with pytest.raises(NotCollected) as refused:
        body.whole([bomb], "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.where == "size"
    assert peak < 2 * body.MOST_BYTES


@pytest.mark.parametrize(
    ("pieces", "coding", "reason"),
    [
        ([b"x" * body.MOST_BYTES, b"x"], "", Reason.CHANGED),
        ([gzip.compress(SAID)[:-9]], "gzip", Reason.TRUNCATED),
        ([b"no gzip"], "gzip", Reason.TRUNCATED),
        ([zlib.compress(SAID)], "gzip", Reason.TRUNCATED),
        ([gzip.compress(SAID)], "gzip, gzip", Reason.CHANGED),
        ([b"x"], "br", Reason.CHANGED),
    ],
)
def test_what_is_packed_otherwise_or_breaks_off_is_none(pieces, coding, reason):
    with pytest.raises(NotCollected) as refused:
        body.whole(pieces, coding)
    assert refused.value.reason is reason


def test_what_follows_the_end_is_left_and_counted():
    packed = gzip.compress(SAID)
    assert body.whole([packed, b"more"], "gzip") == SAID
    with pytest.raises(NotCollected):
        body.whole([packed, *[bytes(1 << 20)] * 5], "gzip")
