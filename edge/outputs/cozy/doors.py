"""What of the home a Cozy's part works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.consent.consents import Consents
from edge.merging.merged import MergedRows
from edge.outputs.services.changes import ReadRecords
from edge.outputs.services.home import Notes


@dataclass(frozen=True, slots=True)
class Doors:
    """What is read, and who decides."""

    journal: ReadRecords
    reads: MergedRows
    consents: Consents
    notes: Notes
    zone: ZoneInfo
    data_dir: Path
