"""After a restart the last sample stands; older words fill what it lacks."""

from __future__ import annotations

from dataclasses import replace


def test_an_older_word_is_no_match_for_the_last_sample(home):
    for _ in range(20):
        home.base(50_000)
    last = home.verdict.sample
    again = replace(home, gate=type(home.gate)("linky"))
    again.gate.restore(
        last, home.gate.device, known={"import_total_wh": (40_000, last.at_ms - 60_000)}
    )
    again.base(50_000)
    again.base(50_000)
    assert again.base(50_000) == 50_000
    assert again.base(40_000) is None
