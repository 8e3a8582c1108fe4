"""Configuration written: a file whole, or one key of it; what was there is never lost.

Whoever reads the file again reads what was written: both ways are checked against a
parser before anything is replaced.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from edge.config.load import ConfigError
from edge.journal.file import sync_directory

BARE = re.compile(r"[A-Za-z0-9_-]+")
HEADER = re.compile(r"^[ \t]*\[")
Comments = Mapping[str, str]
"""What is said above a table or a key, by its dotted name: "api", "api.listen"."""


def rendered(document: Mapping[str, Any], comments: Comments, head: str = "") -> str:
    """Give a document as TOML, keys of its own first, then tables in their order."""
    lines = [f"# {line}" for line in head.splitlines()]
    lines += [""] if head else []
    tables = {k: v for k, v in document.items() if isinstance(v, Mapping)}
    lists = {k: v for k, v in document.items() if _of_tables(v)}
    plain = {k: v for k, v in document.items() if k not in tables and k not in lists}
    lines += _keys(plain, comments, "")
    for name, table in tables.items():
        lines += ["", *_said(comments, name), f"[{_key(name)}]"]
        lines += _keys(table, comments, f"{name}.")
    for name, rows in lists.items():
        for index, row in enumerate(rows):
            said = _said(comments, name) if index == 0 else []
            lines += ["", *said, f"[[{_key(name)}]]"]
            lines += _keys(row, comments if index == 0 else {}, f"{name}.")
    text = "\n".join(lines).lstrip("\n") + "\n"
    if tomllib.loads(text) != dict(document):
        raise ConfigError("what was to be written would not be read the same")
    return text


def with_key(text: str, table: str, key: str, *, value: object) -> str:
    """Give a file's text with one key of a table set, everything else as it was.

    Raises ConfigError when it stands where it can't be found, as in an inline table.
    """
    lines = text.splitlines()
    written = f"{key} = {_value(value)}"
    header = re.compile(rf"^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\][ \t]*(#.*)?$")
    at = next((n for n, line in enumerate(lines) if header.match(line)), None)
    if at is None:
        lines += ["", f"[{table}]", written]
    else:
        own = re.compile(rf"^([ \t]*){re.escape(key)}[ \t]*=[^#]*?([ \t]*#.*)?$")
        ends = next(
            (n for n in range(at + 1, len(lines)) if HEADER.match(lines[n])), len(lines)
        )
        for n in range(at + 1, ends):
            if found := own.match(lines[n]):
                lines[n] = f"{found[1]}{written}{found[2] or ''}"
                break
        else:
            lines.insert(at + 1, written)
    changed = "\n".join(lines) + "\n"
    _check_only(text, changed, table, key, value)
    return changed


def with_row(text: str, table: str, row: Mapping[str, Any]) -> str:
    """Give a file's text with one more of a [[table]], everything else as it was."""
    more = "\n".join([f"[[{table}]]", *_keys(row, {}, "")])
    changed = f"{text.rstrip()}\n\n{more}\n".lstrip("\n")
    before = tomllib.loads(text)
    before[table] = [*before.get(table, []), dict(row)]
    return _if_so(changed, before, f"a [[{table}]] can't be added safely", more)


def without_row(text: str, table: str, key: str, value: str) -> str:
    """Give a file's text without the [[table]] whose key is that, all else as it was.

    Raises ConfigError when it stands where it can't be found, as in an inline table.
    """
    lines = text.splitlines()
    header = re.compile(rf"^[ \t]*\[\[[ \t]*{re.escape(table)}[ \t]*\]\][ \t]*(#.*)?$")
    before = tomllib.loads(text)
    rows = before.get(table, [])
    starts = [n for n, line in enumerate(lines) if header.match(line)]
    for place, row in enumerate(rows):
        if row.get(key) == value and len(starts) == len(rows):
            start = starts[place]
            ends = next(
                (n for n in range(start + 1, len(lines)) if HEADER.match(lines[n])),
                len(lines),
            )
            del lines[start:ends]
    left = [row for row in rows if row.get(key) != value]
    before = {**before, table: left} if left else _less(before, table)
    changed = "\n".join(lines).rstrip() + "\n"
    return _if_so(changed, before, f"the [[{table}]] can't be taken out safely", value)


def _less(document: Mapping[str, Any], table: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != table}


def _if_so(changed: str, wanted: Mapping[str, Any], why: str, what: str) -> str:
    try:
        read: Mapping[str, Any] = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        read = {}
    if read != wanted:
        raise ConfigError(why, hint=f"do it by hand: {what}")
    return changed


def _check_only(text: str, changed: str, table: str, key: str, value: object) -> None:
    before: dict[str, Any] = tomllib.loads(text)
    try:
        after = tomllib.loads(changed)
        before[table] = {**before.get(table, {}), key: value}
    except (tomllib.TOMLDecodeError, TypeError):
        after = {}
    if after != before:
        raise ConfigError(
            f"{table}.{key} stands where it can't be changed safely",
            hint=f"write it by hand: [{table}] {key} = {_value(value)}",
        )


def keep_before(path: Path) -> Path | None:
    """Copy a file beside itself, under a name that is free; None when there is none.

    It has the rights of the first, from its first byte on none more. Raises
    ConfigError when it can't be written.
    """
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.before")
    number = 2
    while aside.exists():
        aside = path.with_name(f"{path.name}.before-{number}")
        number += 1
    try:
        there = path.stat()
        with _made(aside) as kept:
            kept.write(path.read_bytes())
            kept.flush()
            os.fchmod(kept.fileno(), there.st_mode & 0o777)
            _given(kept.fileno(), there)
            os.fsync(kept.fileno())
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise _unwritten(aside, error) from error
    return aside


def replace(path: Path, text: str, *, secret: bool = False) -> None:
    """Write a configuration whole, with the rights of the one before, else 0600.

    One that holds a secret is nobody's to read but its owner's and group's. Raises
    ConfigError when it can't be written.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with _made(aside) as written:
            if path.exists():
                there = path.stat()
                rights = there.st_mode & (0o640 if secret else 0o777)
                os.fchmod(written.fileno(), rights)
                _given(written.fileno(), there)
            written.write(text.encode())
            written.flush()
            os.fsync(written.fileno())
        aside.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        with suppress(OSError):
            aside.unlink()


def _made(path: Path) -> BinaryIO:
    """Make a file that nobody else can read, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "wb")


def _unwritten(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path} can't be written: {error.strerror}",
        hint="sudo, or another place by --config",
    )


def _given(handle: int, there: os.stat_result) -> None:
    with suppress(OSError):  # its owner is root's to give
        os.fchown(handle, there.st_uid, there.st_gid)


def _keys(table: Mapping[str, Any], comments: Comments, place: str) -> list[str]:
    lines: list[str] = []
    for key, value in table.items():
        lines += _said(comments, f"{place}{key}")
        lines.append(f"{_key(key)} = {_value(value)}")
    return lines


def _said(comments: Comments, name: str) -> list[str]:
    return [f"# {line}" for line in comments.get(name, "").splitlines()]


def _of_tables(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, Mapping) for one in value)
    )


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Sequence():
            return f"[{', '.join(map(_value, value))}]"
    raise ConfigError(f"{value!r} can't be written in a configuration")


def _text(text: str) -> str:
    # a text of JSON is one of TOML but for DEL, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
