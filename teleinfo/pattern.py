"""Fields as regular expressions: all that `values` and `horodate` ask, in one match.

A second statement of the same rules, for whole frames at once; the tests hold the two
against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from teleinfo.label import Kind, Label, Stamp
from teleinfo.schedule import BLOCKS, UNUSED
from teleinfo.tariff import PERIODS, TOMORROWS

_MONTH_DAY = (
    "(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_DAY = "(?:[02468][048]|[13579][26])0229"
_TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
_DATE_TIME = f"(?:[0-9]{{2}}{_MONTH_DAY}|{_LEAP_DAY}){_TIME}"
_DECIMAL_BLOCK = "(?:[01][0-9]|2[0-3])[0-5][0-9][0-9A-F]{4}"
_HEXADECIMAL_BLOCK = "(?:0[0-9A-F]|1[0-7])(?:[0-2][0-9A-F]|3[0-9AB])[0-9A-F]{4}"


def stamp_pattern(stamp: Stamp) -> str:
    """Give what a horodate looks like; nothing where none is sent."""
    if stamp is Stamp.NONE:
        return ""
    seasons = "[HEhe]" if stamp is Stamp.DATED else "[HEhe ]"
    return seasons + _DATE_TIME


def data_pattern(label: Label) -> str:
    """Give what a data field of a label looks like, at its full width."""
    return _PATTERNS[label.kind](label)


def _number(label: Label) -> str:
    if label.maximum is not None:
        numbers = range(label.minimum, label.maximum + 1)
        return _any_of(f"{number:0{label.width}}" for number in numbers)
    nonzero = f"(?!{'0' * label.width})" if label.minimum else ""
    return f"{nonzero}[0-9]{{{label.width}}}"


def _any_of(texts: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, texts))})"


def _schedule(_: Label) -> str:
    days = (
        f"(?:{block}|{UNUSED})(?: (?:{block}|{UNUSED})){{{BLOCKS - 1}}}"
        for block in (_DECIMAL_BLOCK, _HEXADECIMAL_BLOCK)
    )
    return f"(?:{'|'.join(days)})"


def _text(label: Label) -> str:
    return f"[ -~]{{{label.width}}}"


def _capitals(label: Label) -> str:
    return f"[0-9A-Z]{{{label.width}}}"


_PATTERNS: Mapping[Kind, Callable[[Label], str]] = MappingProxyType({
    Kind.NUMBER: _number,
    Kind.ADDRESS: _capitals,
    Kind.CODE: _capitals,
    Kind.TEXT: _text,
    Kind.MESSAGE: _text,
    Kind.NOTHING: lambda _: "",
    Kind.OPTION: lambda _: "(?:BASE|HC\\.\\.|(?:EJP|BBR)[ -~])",
    Kind.PERIOD: lambda _: _any_of(PERIODS),
    Kind.TOMORROW: lambda _: _any_of(TOMORROWS),
    Kind.STATUS: lambda _: "[0-9A-F]{8}",
    Kind.RELAYS: lambda _: "(?:[01][0-9]{2}|2[0-4][0-9]|25[0-5])",
    Kind.POTENTIALS: lambda _: "0[0-9A-F]",
    Kind.SCHEDULE: _schedule,
})  # fmt: skip
