"""Why a group was left out: stable names, counted and shown everywhere."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One word a net, in the order in which a line meets them."""

    TOO_LONG = "too_long"  # no group is that long: a separator was lost
    CHARSET = "charset"  # a byte, or a character in this field, that is never sent
    SEPARATOR = "separator"  # not label, [horodate,] data and checksum
    CHECKSUM = "checksum"
    UNKNOWN_LABEL = "unknown_label"
    HORODATE = "horodate"  # missing, not wanted, or no date of the calendar
    WIDTH = "width"  # each field has one width, zero- or space-padded
    VALUE = "value"  # well formed, yet no meter can mean it
    DUPLICATE = "duplicate"  # its label stands twice in the frame
    ORDER = "order"  # its label can't stand there in a frame
