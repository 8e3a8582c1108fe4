"""The gate: what may enter of a meter's readings, and why the rest may not."""

from __future__ import annotations

from edge.gate.gate import Gate
from edge.gate.neighbours import Known, late
from edge.gate.verdict import DURABLE, Reason, Refused, Verdict

__all__ = ["DURABLE", "Gate", "Known", "Reason", "Refused", "Verdict", "late"]
