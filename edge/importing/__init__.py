"""Files of operators, through a gate of their own, into the journal's history lane."""

from __future__ import annotations
