"""One truth out of several sources: which of them a merged series uses, and why."""

from edge.merging.merge import Merge
from edge.merging.precedence import Purpose

__all__ = ["Merge", "Purpose"]
