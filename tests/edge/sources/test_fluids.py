"""What flows through a meter whose package isn't installed: its name says."""

from __future__ import annotations

import pytest

from edge.catalogue import Fluid
from edge.sources import plugins


@pytest.mark.parametrize(
    ("kind", "fluid"),
    [
        ("gazpar", Fluid.GAS),
        ("gas", Fluid.GAS),
        ("water", Fluid.WATER),
        ("abacus", Fluid.ELECTRICITY),
    ],
)
def test_the_name_says_what_flows(monkeypatch, kind, fluid):
    monkeypatch.setattr(plugins, "entry_points", lambda **_group: ())
    assert plugins.fluid_of(kind) is fluid
