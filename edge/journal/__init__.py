"""The journal: the durable log of all that the meters said, and its cursors."""

from edge.journal.block import Block, Column
from edge.journal.bodies import Kind
from edge.journal.cursors import Lag
from edge.journal.devices import Device
from edge.journal.held import Held
from edge.journal.journal import HOME, Journal
from edge.journal.quarantine import Quarantined
from edge.journal.reader import Reader
from edge.journal.writer import Policy

__all__ = [
    "HOME",
    "Block",
    "Column",
    "Device",
    "Held",
    "Journal",
    "Kind",
    "Lag",
    "Policy",
    "Quarantined",
    "Reader",
]
