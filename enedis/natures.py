"""How Enedis qualifies a value: letters of SGE, words of the portals."""

from __future__ import annotations

from enedis.words import folded
from exports import Nature

ESTIMATES = frozenset({"e", "h", "p", "k", "d"})
"""Estimated, rebuilt (with or without a cut), computed, imported by hand."""


def nature(said: object, likelihood: object = None) -> Nature:
    """Give what `R`, `B`, `E`, `REEL`, `Réelle` or `Estimée` mean.

    `likelihood` is SGE's "indice de vraisemblance": 0 is likely, all else is doubted.
    """
    word = folded(said)
    doubted = likelihood not in (None, "", 0, "0")
    if doubted or word in ESTIMATES or word.startswith("estim"):
        return Nature.ESTIMATED
    return Nature.MEASURED
