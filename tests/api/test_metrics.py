"""Prometheus text: well-formed whatever a part says."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from api.metrics import text
from edge.health import HealthReport, PartHealth

names = st.text(max_size=10)
counts = st.dictionaries(names, st.integers(0, 2**63), max_size=3)
parts = st.builds(
    PartHealth,
    name=names,
    ok=st.booleans(),
    counters=counts,
    refused=counts,
    gauges=counts,
    oldest_age_ms=st.none() | st.integers(0, 10**12),
)
LABEL = r'[a-z]+="(?:[^"\\\n]|\\["\\n])*"'
LINE = re.compile(rf"releve_[a-z_]+\{{{LABEL}(?:,{LABEL})*\}} [0-9.]+")


@given(found=st.lists(parts, max_size=4))
def test_every_line_is_a_comment_or_a_sample(found):
    exposed = text(HealthReport(0, tuple(found)))
    assert exposed.endswith("\n")
    for line in exposed.removesuffix("\n").split("\n"):
        assert line.startswith(("# HELP releve_", "# TYPE releve_")) or (
            LINE.fullmatch(line)
        ), line
