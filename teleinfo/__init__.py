"""Télé-information of French electricity meters, both modes, bytes to typed values.

    for frame in teleinfo.read("/dev/ttyUSB0"):
        print(frame["EAST"].value)

Nothing is guessed: a group with a bad checksum, an unknown label, a wrong width or an
impossible value is left out and reported, and the rest of its frame lives.
"""

from __future__ import annotations

from teleinfo.decoder import Decoder
from teleinfo.errors import TeleinfoError
from teleinfo.frame import Frame
from teleinfo.group import Group, Refusal
from teleinfo.horodate import Horodate
from teleinfo.label import Label
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.reason import Reason
from teleinfo.source import aread, decode, read, read_file

__all__ = [
    "LABELS",
    "Decoder",
    "Frame",
    "Group",
    "Horodate",
    "Label",
    "Mode",
    "Reason",
    "Refusal",
    "TeleinfoError",
    "aread",
    "decode",
    "read",
    "read_file",
]
