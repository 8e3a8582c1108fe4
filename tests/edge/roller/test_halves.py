"""What a track says of a register first and last; of others it says nothing."""

from __future__ import annotations

import pytest

from edge.roller.halves import first_anchor, first_loss, last_anchor
from edge.rollup.track import Track


@pytest.mark.parametrize("asked", [first_anchor, first_loss, last_anchor])
def test_of_a_register_that_was_never_heard_nothing_is_said(asked):
    assert asked(Track.empty("linky"), "import_total_wh") is None
