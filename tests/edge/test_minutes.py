"""Minutes of a time in which a meter was not heard."""

from __future__ import annotations

import pytest

from edge.calendar import HOUR_MS, MINUTE_MS
from edge.minutes import roll_minutes

AT = 1_792_870_020_000 // MINUTE_MS * MINUTE_MS
HEARD = (AT, AT + HOUR_MS)


@pytest.mark.parametrize(
    "span",
    [
        pytest.param((AT - HOUR_MS, AT), id="before its first word"),
        pytest.param((AT + HOUR_MS, AT + 2 * HOUR_MS), id="after its last"),
        pytest.param((AT + MINUTE_MS, AT + MINUTE_MS), id="of no time"),
    ],
)
def test_there_are_none_and_nothing_is_read(span):
    def unread(*_):
        raise AssertionError("what the meter said is not to be read")

    assert roll_minutes(unread, HEARD, None, "import_total_wh", span) == []
