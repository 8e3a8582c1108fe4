"""The gate: what may enter of a meter's readings, and why the rest may not."""

from __future__ import annotations

from edge.gate.gate import Gate
from edge.gate.verdict import DURABLE, Reason, Refused, Verdict

__all__ = ["DURABLE", "Gate", "Reason", "Refused", "Verdict"]
