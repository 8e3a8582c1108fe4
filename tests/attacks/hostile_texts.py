"""JSON, CSV and XML that sink, swell, say two things, or say what nobody measured."""

from __future__ import annotations

import pickle
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tests.attacks.hostile import CURVE, MB, hostile
from tests.edge.importing.importing_home import gas_days

LARGEST = 16 * MB - 1
PAGE = {
    "meter": "linky",
    "register": "import_total_wh",
    "step": "day",
    "zone": "Europe/Paris",
}
ROW = {
    "start": "2023-01-01T00:00:00+01:00",
    "end": "2023-01-02T00:00:00+01:00",
    "value": 4200,
    "unit": "Wh",
    "quality": "raw",
    "coverage": 1.0,
}
SOAP = "<soap:Envelope xmlns:soap='x'><consulterMesuresResponse>{}"
STOP = "\x1b[2J\x1b]0;owned\x07\u202e\u2066"


def page(**said: Any) -> bytes:
    """A page of ours with one row that says something more, or otherwise."""
    return orjson.dumps(PAGE | {"rows": [ROW | said]})


def curve(*rows: str) -> bytes:
    return CURVE + "\n".join(rows).encode("utf-8", "surrogatepass") + b"\n"


def filled(part: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Repeat something up to the most that is taken."""
    count = (LARGEST - len(head) - len(tail)) // len(part)
    return head + part * count + tail


def garbage() -> bytes:
    rows = "".join(f"2023-01-01T00:00:00+01:00;x{n}\n" for n in range(200_000))
    return CURVE + rows.encode()


def noise() -> bytes:
    return random.Random(7).randbytes(4 * MB)


class Harm:
    """What an unpickling would do."""

    def __reduce__(self):
        return (exec, ("open('/tmp/harmed', 'w')",))


def database() -> bytes:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE a (b)")
    data: bytes = made.serialize()
    made.close()
    return data


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=400)).isoformat(timespec="seconds")


JSONS = (
    hostile("arrays 100,000 deep", b"[" * 100_000 + b"]" * 100_000, "too-deep"),
    hostile("objects 100,000 deep", b'{"a":' * 100_000, "too-deep"),
    hostile(
        "eight million empty lists", lambda: filled(b"[],", b"[", b"1]"), "too-large"
    ),
    hostile("five million documents", lambda: filled(b"{}\n"), "too-large"),
    hostile("a number of 5,000 digits", page(value=0)[:-3] + b"9" * 5_000, "truncated"),
    hostile(
        "numbers that are none", b'{"rows":[NaN,Infinity,1e999]}', "unknown-format"
    ),
    hostile("NaN as a value", page().replace(b"4200", b"NaN"), "not-a-number"),
    hostile("a value of 1e999", page().replace(b"4200", b"1e999"), "not-a-number"),
    hostile(
        "a key that is there twice",
        page().replace(b"{", b'{"meter":"a",', 1),
        "said-twice",
    ),
    hostile("half a letter", page(note="@").replace(b"@", b"\\ud800"), "not-text"),
    hostile("a text of 16 MB", lambda: filled(b"x", b'{"a":"', b'"}'), "too-large"),
    hostile("a page without its end", page()[:-9], "truncated"),
    hostile(
        "a quality of its own: certified", page(quality="certified"), "says-too-much"
    ),
    hostile("a quality that is a list", page(quality=["validated"]), "says-too-much"),
    hostile("an origin of its own", page(origin="meter:linky"), "says-too-much"),
    hostile("a source of its own", page(source="enedis"), "says-too-much"),
    hostile(
        "another home's number",
        gas_days([11]).replace(b"01234567890123", b"98765432109876"),
        "other-meter",
    ),
    hostile(
        "a register that isn't ours",
        page().replace(b"import_total_wh", b"../../x"),
        "unknown-quantity",
    ),
    hostile("another unit than its register's", page(unit="kWh"), "other-unit"),
)
TABLES = (
    hostile(
        "a million columns", lambda: CURVE + b"1;" * MB + b"\n", "not-text", "too-large"
    ),
    hostile("sixteen million lines", lambda: filled(b"\n", CURVE), "too-large"),
    hostile(
        "a quote that never ends",
        lambda: filled(b"1;2\n", CURVE + b'"'),
        "too-large",
        "not-text",
        "truncated",
    ),
    hostile(
        "cells without number",
        lambda: filled(b";;;;;;;;;;;;;;;;\n", CURVE),
        "too-large",
    ),
    hostile("200,000 rows that can't be", garbage, "too-many-refused", "too-large"),
    hostile("NULs", CURVE + b"2023-01-01T00:00:00+01:00;4\x000\n", "not-text"),
    hostile("half a byte order mark", b"\xff\xfe\x00", "not-text", "unknown-format"),
    hostile("UTF-16 without its mark", CURVE.decode().encode("utf-16-be"), "not-text"),
    hostile("four megabytes of noise", noise, "not-text"),
    hostile(
        "a letter of four bytes in 16 MB",
        lambda: filled(b"x", "🔥".encode()),
        "too-large",
        "not-text",
    ),
    hostile(
        "a formula as a value",
        curve("2023-01-01T00:00:00+01:00;=cmd|' /C x'!A0"),
        "not-a-number",
    ),
    hostile(
        "a terminal's commands as a value",
        curve(f"2023-01-01T00:00:00+01:00;{STOP}"),
        "not-a-number",
    ),
    hostile(
        "a terminal's commands as a time", curve(f"2023-01-0{STOP};4"), "not-a-time"
    ),
    hostile("less than nothing", curve("2023-01-01T00:00:00+01:00;-4"), "negative"),
    hostile(
        "a thousand times too much",
        curve("2023-01-01T00:00:00+01:00;460000"),
        "too-much",
    ),
    hostile(
        "an index that no dial shows",
        gas_days([11]).replace(b"1001", b"10000000010"),
        "no-such-index",
        "too-much",
        "index-falls",
    ),
    hostile("years to come", lambda: curve(f"{tomorrow()};460"), "in-the-future"),
    hostile("the year 9999", curve("9999-12-31T23:59:59+01:00;460"), "not-a-time"),
    hostile("the year 1970", curve("1970-01-01T00:30:00+01:00;460"), "too-old"),
    hostile("31 February", curve("2023-02-31T00:00:00+01:00;460"), "not-a-time"),
)
OTHERS = (
    hostile(
        "SOAP with an entity",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>'
        + SOAP.format("&x;").encode(),
        "unsafe-xml",
    ),
    hostile(
        "SOAP 100,000 deep",
        SOAP.format("<a>" * 100_000).encode(),
        "not-text",
        "unsafe-xml",
        "too-deep",
    ),
    hostile("a page that is a table as well", b"<!doctype html>\n" + CURVE, "web-page"),
    hostile(
        "an old workbook with macros",
        b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(4096),
        "old-workbook",
    ),
    hostile("a pickle", pickle.dumps(Harm()), "not-text", "unknown-format"),
    hostile("a database", database, "not-text"),
    hostile("nothing but NULs", bytes(MB), "empty"),
)
TEXTS = (*JSONS, *TABLES, *OTHERS)
