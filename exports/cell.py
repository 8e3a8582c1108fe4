"""What a workbook's cell holds: a text, a number, or a moment as a number of days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | datetime | time | timedelta | None

WINDOWS, MAC = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - of no zone
LEAP_DAY = 60
"""29 February 1900, which Excel counts and which never was."""
BUILT_IN = {*range(14, 23), 45, 47}
"""The formats of dates and times that have a number and no text."""
ELAPSED = 46
NOT_FORMAT = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
DATED = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
LENGTH = re.compile(
    r"\[(?:hh?\](?::mm(?::ss(?:\.0*)?)?)?|mm?\](?::ss(?:\.0*)?)?|ss?\](?:\.0*)?)",
    re.IGNORECASE,
)
DAY_MS = 86_400_000
ESCAPED = "x005F_"


class Shape(IntEnum):
    """What a number format makes of a number."""

    PLAIN = 0
    MOMENT = 1
    LENGTH = 2


def shape(number: int, texts: Mapping[int, str]) -> Shape:
    """Tell what the format of a number makes of one; `texts` are the file's own."""
    if number not in texts:
        if number == ELAPSED:
            return Shape.LENGTH
        return Shape.MOMENT if number in BUILT_IN else Shape.PLAIN
    text = texts[number].split(";")[0]
    if LENGTH.search(text):
        return Shape.LENGTH
    return Shape.MOMENT if DATED.search(NOT_FORMAT.sub("", text)) else Shape.PLAIN


def value(
    of: str, text: str, form: Shape, strings: Sequence[str], epoch: datetime
) -> Value:
    """Give a cell's value by its type (`t`), its text (`v`) and its format's shape.

    Raises ValueError, IndexError or OverflowError where it is damaged.
    """
    match of:
        case "s":
            return strings[int(text)]
        case "b":
            return bool(int(text))
        case "d":
            return datetime.fromisoformat(text)
        case "n":
            number = float(text) if set(text) & set(".eE") else int(text)
            return number if form is Shape.PLAIN else moment(number, form, epoch)
        case _:  # a text of its own, of a formula, or the word for an error
            return text


def moment(number: float, form: Shape, epoch: datetime) -> Value:
    """Give the moment that a number of days is, or the length of time."""
    if form is Shape.LENGTH:
        return timedelta(milliseconds=round(number * DAY_MS))
    days, part = divmod(number, 1)
    rest = timedelta(milliseconds=round(part * DAY_MS))
    if 0 <= number < 1 and not rest.days:
        return (epoch + rest).time()
    if 0 < number < LEAP_DAY and epoch == WINDOWS:
        days += 1
    return epoch + timedelta(days=days) + rest
