"""Commands cross a process border as plain JSON; anything else is refused."""

import pytest

from edge.commands import (
    KINDS,
    CommandRefused,
    Correct,
    RebuildStore,
    from_json,
    to_json,
)

CORRECT = Correct("linky", "import_total_wh", 0, 3_600_000, None, "meter was off")


def test_a_command_comes_back_the_same():
    assert from_json(to_json(CORRECT)) == CORRECT
    assert from_json(to_json(RebuildStore())) == RebuildStore()


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"command": "Format"},
        {"command": "Correct"},
        {**to_json(CORRECT), "more": 1},
        {**to_json(CORRECT), "start_ms": "0"},
        {**to_json(CORRECT), "start_ms": True},
        {**to_json(CORRECT), "value": 1.5},
    ],
)
def test_anything_else_is_refused(document):
    with pytest.raises(CommandRefused):
        from_json(document)


def test_every_command_is_known_by_its_name():
    assert all(name == kind.__name__ for name, kind in KINDS.items())
