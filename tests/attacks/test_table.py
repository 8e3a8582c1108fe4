"""The table itself: every row has a name of its own; how many there are is printed."""

from __future__ import annotations

from collections import Counter

from table import rows


def test_the_table_is_whole_and_says_how_many_it_has(capsys):
    found = rows()
    names = Counter(one.name for one in found)
    assert not [name for name, count in names.items() if count > 1]
    channels = Counter(one.channel for one in found)
    with capsys.disabled():
        counts = ", ".join(f"{n} {name}" for name, n in sorted(channels.items()))
        print(f"\nattack table: {len(found)} rows ({counts})")  # noqa: T201 - its count
    assert channels["rest"] >= 40
