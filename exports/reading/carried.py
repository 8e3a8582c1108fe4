"""What the process apart says, as lines of JSON: bounded, and checked word by word.

Whoever reads them trusts none: a file may have made the process say anything.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson

from exports.archive import PART
from exports.errors import FileRefused
from exports.reading.ask import Found
from exports.said import Absence, Amount, Export, Nature, Refused

T = TypeVar("T")

ROWS = 2_000
"""Of one line."""
MOST_ROWS = 1_000_000
LONGEST_LINE = 1 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NATURES = tuple(Nature)
LARGEST = 10**15
WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
PLACE, DETAIL, NUMBER, QUANTITY = 80, 300, 40, 64
"""The most letters of each."""
HIDDEN = "\ufffd"


def too_large() -> FileRefused:
    """Say that reading it was given up."""
    message = "reading the file takes more memory than a household's does"
    return FileRefused("too-large", message, hint=PART)


def failed(error: Exception) -> FileRefused:
    """Say where a library failed: no text of the file's, which the error may hold."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    file = last.filename.rpartition("/")[2]
    where = f"{type(error).__name__}, {file}:{last.lineno}"
    return FileRefused(
        "unreadable", f"the file can't be read ({where})", hint="download it again"
    )


def printable(text: object, most: int) -> str:
    """Give a stranger's text as it can be shown: short, and nothing that is obeyed."""
    short = str(text)[:most]
    if short.isascii() and short.isprintable():
        return short
    return "".join(one if one.isprintable() else HIDDEN for one in short)


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def confined(missing: Sequence[str]) -> bytes:
    """Say what the process could not give up."""
    return _line({"missing": list(missing)})


def ended(status: int, peak: int, *, slow: bool) -> bytes:
    """Say how the reading ended: status, bytes at the most, whether its time was up.

    It begins a line: who reads may have been ended within one.
    """
    return b"\n" + _line({"ended": status, "peak": peak, "slow": slow})


def refusal(error: FileRefused) -> bytes:
    """Say why a file can't be read."""
    hint = None if error.hint is None else _sayable(error.hint)
    words = [error.reason, _sayable(error.message), hint]
    return _line({"file_refused": words})


def _sayable(text: str) -> str:
    return printable(text, DETAIL)


def lines(found: Found) -> Iterator[bytes]:
    """Say what was found."""
    export = found.export
    yield _line(
        {
            "module": found.module,
            "title": found.title,
            "format": export.format,
            "meter": None if export.meter is None else printable(export.meter, NUMBER),
        }
    )
    for some in _pieces(export.amounts):
        names = list(dict.fromkeys(one.quantity for one in some))
        yield _line(
            {
                "quantities": [printable(name, QUANTITY) for name in names],
                "of": [names.index(one.quantity) for one in some],
                "starts": [_ms(one.start) for one in some],
                "ends": [_ms(one.end) for one in some],
                "values": [one.value for one in some],
                "natures": [NATURES.index(one.nature) for one in some],
                "places": [printable(one.place, PLACE) for one in some],
                "indexes": [one.index_end for one in some],
            }
        )
    for refused in _pieces(export.refused):
        words = [
            (printable(one.place, PLACE), one.reason, _sayable(one.detail))
            for one in refused
        ]
        yield _line({"refused": words})
    for absent in _pieces(export.absent):
        told = [(_ms(a.start), _ms(a.end), printable(a.place, PLACE)) for a in absent]
        yield _line({"absent": told})
    for facts in _pieces(export.facts):
        yield _line({"facts": [_fact(one) for one in facts]})


def _pieces(some: Sequence[T]) -> Iterator[Sequence[T]]:
    return (some[at : at + ROWS] for at in range(0, len(some), ROWS))


def _ms(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def _fact(one: dict[str, Any]) -> dict[str, Any]:
    return {
        printable(name, NUMBER): printable(value, DETAIL)
        if isinstance(value, str)
        else value
        for name, value in one.items()
    }


class Hearing:
    """Takes the lines of one reading, in their order; raises ValueError on nonsense."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.refusal: FileRefused | None = None
        self._head: dict[str, Any] | None = None
        self._amounts: list[Amount] = []
        self._refused: list[Refused] = []
        self._absent: list[Absence] = []
        self._facts: list[dict[str, Any]] = []

    def take(self, line: bytes) -> None:
        """Take one line."""
        if len(line) > LONGEST_LINE:
            raise ValueError("a line is too long")
        said = orjson.loads(line)
        if "of" in said:
            self._amounts += _amounts(said)
        elif "refused" in said:
            self._refused += [
                Refused(printable(place, PLACE), _word(why), printable(told, DETAIL))
                for place, why, told in said["refused"]
            ]
        elif "absent" in said:
            self._absent += [
                Absence(_at(start), _at(end), printable(place, PLACE))
                for start, end, place in said["absent"]
            ]
        elif "facts" in said:
            self._facts += [_checked(one) for one in said["facts"]]
        elif "module" in said and self._head is None:
            self._head = said
        elif "file_refused" in said:
            reason, message, hint = said["file_refused"]
            told = None if hint is None else printable(hint, DETAIL)
            self.refusal = FileRefused(
                _word(reason), printable(message, DETAIL), hint=told
            )
        elif "missing" in said:
            self.missing = [printable(one, NUMBER) for one in said["missing"]]
        else:
            raise ValueError("no such line")
        if len(self._amounts) > MOST_ROWS:
            raise ValueError("too many rows")

    def found(self, modules: Sequence[str]) -> Found:
        """Give what was said; raise FileRefused where that was a refusal."""
        if self.refusal is not None:
            raise self.refusal
        if self._head is None or self._head["module"] not in modules:
            raise ValueError("nothing was said")
        meter = self._head["meter"]
        export = Export(
            _word(self._head["format"]),
            None if meter is None else printable(meter, NUMBER),
            tuple(self._amounts),
            tuple(self._refused),
            tuple(self._absent),
            tuple(self._facts),
        )
        return Found(
            self._head["module"], printable(self._head["title"], PLACE), export
        )


def _word(given: object) -> str:
    if not isinstance(given, str) or not WORD.fullmatch(given):
        raise ValueError("no such word")
    return given


def _wholes(given: Any) -> list[int]:
    """Check a column at once: a year has 17,520 rows, and the meters are waiting."""
    if not isinstance(given, list) or not {int}.issuperset(map(type, given)):
        raise ValueError("a number is none")
    if given and not -LARGEST <= min(given) <= max(given) <= LARGEST:
        raise ValueError("a number is too large")
    return given


def _at(ms: object) -> datetime:
    return EPOCH + timedelta(milliseconds=_wholes([ms])[0])


def _picked(column: Any, among: Sequence[T]) -> list[T]:
    """Give what a column of numbers names."""
    numbers = _wholes(column)
    if numbers and min(numbers) < 0:
        raise ValueError("no such number")
    return [among[number] for number in numbers]


def _amounts(said: dict[str, Any]) -> list[Amount]:
    starts, ends = _wholes(said["starts"]), _wholes(said["ends"])
    instants = {
        ms: EPOCH + timedelta(milliseconds=ms) for ms in dict.fromkeys(starts + ends)
    }
    known = [one for one in said["indexes"] if one is not None]
    _wholes(known)
    quantities = [printable(one, QUANTITY) for one in said["quantities"]]
    columns = (
        _picked(said["of"], quantities),
        [instants[ms] for ms in starts],
        [instants[ms] for ms in ends],
        _wholes(said["values"]),
        _picked(said["natures"], NATURES),
        [printable(one, PLACE) for one in said["places"]],
        said["indexes"],
    )
    return [Amount(*row) for row in zip(*columns, strict=True)]


def _checked(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or len(given) > NUMBER:
        raise ValueError("no such fact")
    return {
        printable(name, NUMBER): printable(value, DETAIL)
        if not isinstance(value, int | None)
        else value
        for name, value in given.items()
    }
