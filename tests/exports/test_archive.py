"""A ZIP is refused by its directory alone, before anything of it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from exports import archive
from exports.archive import member, opened
from exports.errors import FileRefused

LINK = 0o120777 << 16


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], level: int = 6) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as made:
        for name, data in entries:
            made.writestr(name, data, method)
    return out.getvalue()


def reason(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused, opened(data):
        pytest.fail("it was opened")
    return refused.value.reason


def linked() -> bytes:
    info = zipfile.ZipInfo("a")
    info.external_attr = LINK
    return packed((info, b"/etc/passwd"))


def twice() -> bytes:
    """Give an archive of which two entries are one and the same bytes."""
    whole = bytearray(packed(("a", b"x" * 9), ("b", b"y" * 9)))
    second = whole.rfind(b"PK\x01\x02")
    whole[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(whole)


def flagged(data: bytes, at: int, value: int) -> bytes:
    whole = bytearray(data)
    entry = whole.rfind(b"PK\x01\x02")
    whole[entry + at : entry + at + 2] = struct.pack("<H", value)
    return bytes(whole)


ONE = packed(("a/b.xml", b"x" * 9))


def test_members_are_read_by_the_name_that_is_asked_for():
    with opened(ONE) as made:
        assert member(made, "a/b.xml") == b"x" * 9
        for name, most, why in (("c", 99, "no-such-part"), ("a/b.xml", 8, "too-large")):
            with pytest.raises(FileRefused) as refused:
                member(made, name, most)
            assert refused.value.reason == why


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/etc/passwd", "a\\b", "C:a", "a\x1bb", "x" * 201, "é:"],
)
def test_names_that_lead_out_or_hide_something_are_refused(name):
    assert reason(packed((name, b"x"))) == "unsafe-archive"


@pytest.mark.parametrize(
    "data",
    [
        linked(),
        twice(),
        packed(("a", b"x"), ("A", b"y")),
        packed(("a", b"\x00" * (8 << 20))),
        packed(*((f"{n}", b"") for n in range(archive.MOST_ENTRIES + 1))),
        flagged(ONE, 10, 9),
        flagged(ONE, 10, 14),
    ],
    ids=["a link", "overlap", "one name", "bomb", "many", "deflate64", "lzma"],
)
def test_what_no_portal_packs_is_refused(data):
    assert reason(data) == "unsafe-archive"


def test_one_with_a_password_is_said_to_have_one():
    assert reason(flagged(ONE, 8, 1)) == "encrypted"


def test_all_of_it_unpacks_to_a_bound(monkeypatch):
    monkeypatch.setattr(archive, "MOST_UNPACKED", 8)
    assert reason(ONE) == "too-large"


def test_a_directory_that_says_it_is_vast_is_not_looked_for():
    vast = ONE[:-14] + b"\xff" * 12 + b"\x00\x00"
    assert reason(vast) == "unsafe-archive"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        ONE[:-1],
        b"PK\x03\x04" + ONE,
        ONE + b"PK",
        ONE[:-18] + b"\x01\x00" + ONE[-16:],
        ONE.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
    ids=["head", "cut", "before", "behind", "two disks", "entry"],
)
def test_one_that_others_may_read_otherwise_is_damaged(data):
    assert reason(data) == "truncated"


@pytest.mark.parametrize("at", [30, 45])
def test_a_member_that_is_not_what_its_directory_says_is_damaged(at):
    whole = bytearray(ONE)
    whole[at] ^= 0xFF
    with pytest.raises(FileRefused) as refused, opened(bytes(whole)) as made:
        member(made, "a/b.xml")
    assert refused.value.reason == "truncated"
