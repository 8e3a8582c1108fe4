"""ZIPs that are bombs, lie, lead elsewhere, or are two archives at once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.attacks.hostile import MB, hostile
from tests.exports.workbook_parts import made

LINK = 0o120777 << 16
SHEET = "xl/worksheets/sheet1.xml"
ENTRY, END = b"PK\x01\x02", b"PK\x05\x06"


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def bomb() -> bytes:
    """120 MB of zeros in a sheet, honestly declared."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(SHEET, "w") as part,
    ):
        for _ in range(30):
            part.write(bytes(4 * MB))
    return out.getvalue()


def at_entry(data: bytes, offset: int, value: bytes) -> bytes:
    """Write something into the last entry of the directory."""
    whole = bytearray(data)
    at = whole.rfind(ENTRY) + offset
    whole[at : at + len(value)] = value
    return bytes(whole)


def lying() -> bytes:
    """A sheet of 24 MB that says it has a hundred bytes, its checksum theirs."""
    sheet = made("<row/>" * (4 * MB))
    name = SHEET.encode()
    begin = zipfile.ZipFile(io.BytesIO(sheet)).read(SHEET)[:100]
    whole = bytearray(sheet)
    at = whole.rfind(name, 0, whole.rfind(END)) - 46
    whole[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(begin))
    whole[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(whole)


def overlapping() -> bytes:
    """A thousand entries that are all the same 8 MB."""
    first = packed((SHEET, bytes(8 * MB)))
    end = first.rfind(END)
    entry = first[first.rfind(ENTRY) : end]
    count = 900
    entries = b"".join(
        entry.replace(b"sheet1.xml", b"%06d.xml" % n) for n in range(count)
    )
    body = first[: first.rfind(ENTRY)]
    told = struct.pack("<4s4H2IH", END, 0, 0, count, count, len(entries), len(body), 0)
    return body + entries + told


def many() -> bytes:
    return packed(*((f"xl/{n}.xml", b"") for n in range(20_000)))


def nested() -> bytes:
    inner = packed(("0", bytes(MB)))
    for _ in range(6):
        inner = packed(*((f"{n}.zip", inner) for n in range(8)))
    return inner


def link() -> bytes:
    out = io.BytesIO()
    info = zipfile.ZipInfo("xl/workbook.xml")
    info.external_attr = LINK
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def named(name: str) -> bytes:
    return packed(("xl/workbook.xml", b"<a/>"), (name, b"x"))


def cut_name() -> bytes:
    """A name of which one reader sees `xl/a.xml`, and another all of it."""
    return packed(("xl/a.xml0../../b", b"x")).replace(b".xml0", b".xml\0")


def two() -> bytes:
    """An archive behind another: who looks from the front sees the first."""
    return packed(("xl/a.xml", b"x")) + made("<row><c><v>1</v></c></row>")


def vast() -> bytes:
    whole = bytearray(made())
    at = whole.rfind(END)
    whole[at + 8 : at + 20] = b"\xff" * 12
    return bytes(whole)


ARCHIVES = (
    hostile("a bomb of 120 MB", bomb, "unsafe-archive"),
    hostile("a part of 24 MB that says 100 bytes", lying, "truncated"),
    hostile("900 entries over the same bytes", overlapping, "unsafe-archive"),
    hostile("20,000 entries", many, "unsafe-archive"),
    hostile("archives in archives, a petabyte in all", nested, "packed"),
    hostile("an entry that is a link", link, "unsafe-archive"),
    hostile("../ in a name", lambda: named("../../.ssh/keys"), "unsafe-archive"),
    hostile("an absolute name", lambda: named("/etc/cron.d/x"), "unsafe-archive"),
    hostile("a name of another system", lambda: named("C:\\a"), "unsafe-archive"),
    hostile("a NUL in a name", cut_name, "unsafe-archive"),
    hostile(
        "two entries of one name",
        lambda: packed(("xl/a.xml", b"x"), ("xl/A.xml", b"y")),
        "unsafe-archive",
    ),
    hostile("a password", lambda: at_entry(made(), 8, b"\x01\x00"), "encrypted"),
    hostile(
        "a packing that may take any memory",
        lambda: packed(("xl/a.xml", bytes(MB)), method=zipfile.ZIP_LZMA),
        "unsafe-archive",
    ),
    hostile("a directory of 4 GB", vast, "unsafe-archive"),
    hostile("one archive behind another", two, "truncated"),
)
