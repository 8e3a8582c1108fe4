"""Readings sent to us one by one: judged, dated by their sender, durable, answered."""

from __future__ import annotations

from edge.receiving.receiver import Receiver
from edge.receiving.sent import Answer, Denied, Sent

__all__ = ["Answer", "Denied", "Receiver", "Sent"]
