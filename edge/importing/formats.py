"""Where every format that is known stands, of which fluid; none is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from edge.catalogue import Fluid

OWN = "edge.importing.own"
PLANNED = "edge.importing.columns"
MODULES: Mapping[str, Fluid | None] = {
    OWN: None,
    "enedis.formats": Fluid.ELECTRICITY,
    "gazpar.formats": Fluid.GAS,
    "water.formats": Fluid.WATER,
}
"""Ours first: their names say what they are. None: the file's quantities say."""
