"""The running index comes back as it was kept, or not at all."""

from __future__ import annotations

import pytest

from edge.sources.mqtt_in.kept import load, place, save
from edge.sources.mqtt_in.running import Running


def test_it_comes_back_as_it_was(tmp_path):
    path = place(tmp_path, "water")
    assert load(path) is None, "nothing was kept yet"
    save(path, Running(12_345, 45, None))
    assert load(path) == Running(12_345, 45, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"index": null, "count": 1, "at_ms": 1}',
        '{"index": true, "count": 1, "at_ms": 1}',
        '{"index": 1, "count": "1", "at_ms": 1}',
        '{"index": 1, "count": 1, "at_ms": 1.5}',
    ],
)
def test_what_is_none_of_ours_counts_for_nothing(tmp_path, text):
    path = place(tmp_path, "water")
    path.write_text(text)
    assert load(path) is None
