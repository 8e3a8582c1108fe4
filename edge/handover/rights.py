"""What was granted at a home, taken back: all of it, at once and for good."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.ledger import FILE
from edge.consent.writers import Writers
from edge.host import HostClock


def end_all(consents: Consents, credentials: Credentials) -> int:
    """Withdraw every consent, end every token and writer; give how many consents.

    Durable on return, and every channel was told. A ledger that can't be opened gives
    nobody a right. Raises ConsentError, JournalError; blocks for the disk.
    """
    if consents.shut is not None:
        return 0
    standing = consents.standing
    live = [one.id for one in standing.consents.values() if one.ended_ms is None]
    held = consents.withdraw(live)
    for service in standing.services:
        credentials.end(service)
    writers = Writers(consents)
    for writer in writers.all():
        writers.remove(writer.id)
    return len(held)


def end_alone(data_dir: Path, zone: ZoneInfo) -> int:
    """Do so in a home that no service runs on, by whoever has its lock."""
    if not (data_dir / FILE).exists():
        return 0
    consents = Consents.open(data_dir, HostClock(), zone)
    try:
        return end_all(consents, Credentials(consents.ledger))
    finally:
        consents.close()
