"""Which tests run in one process: those of a file, and all that run real servers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).parents[1]


@cache
def _real(file: str) -> bool:
    return "mark.real" in (ROOT / file).read_text(encoding="utf-8")


class RealInOne(LoadFileScheduling):
    """Hands out files, for some tests go on where another ended; real ones as one.

    Real servers run one after another, beside all that needs none.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "real" if _real(file) else file
