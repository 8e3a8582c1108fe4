"""Captures keep every byte and its time, and say which line of them is wrong."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo.capture import (
    CaptureWriter,
    Chunk,
    escape,
    is_capture,
    read_capture,
    unescape,
)
from teleinfo.errors import SourceError
from teleinfo.source import read_file
from teleinfo.virtual import MeterSpec, VirtualLinky

START = 1_768_388_400_123


def written(*chunks: tuple[bytes, int]) -> bytes:
    stream = io.BytesIO()
    writer = CaptureWriter(stream, START, 9600)
    for data, at_ms in chunks:
        writer.write(data, at_ms)
    return stream.getvalue()


def read(tmp_path: Path, content: bytes) -> list[Chunk]:
    path = tmp_path / "capture"
    path.write_bytes(content)
    return list(read_capture(path))


@given(st.binary(max_size=200))
def test_any_bytes_come_back(data):
    assert unescape(escape(data)) == data
    assert escape(data).isascii()
    assert not escape(data).endswith(b" ")


@given(st.lists(st.tuples(st.binary(min_size=1), st.integers(0, 10**9)), max_size=20))
def test_every_chunk_comes_back_with_its_instant(tmp_path_factory, chunks):
    given_chunks = [(data, START + after) for data, after in chunks]
    path = tmp_path_factory.mktemp("captures")
    expected = [Chunk(at_ms, data, 9600) for data, at_ms in given_chunks]
    assert read(path, written(*given_chunks)) == expected


def test_it_can_be_read_by_eye():
    assert written((b"\nDATE\tH260114120000\t\t7\r", START + 84)) == (
        b"#releve-capture 1 start=2026-01-14T11:00:00.123Z baud=9600\n"
        b"84 \\nDATE\\tH260114120000\\t\\t7\\r\n"
    )


def test_a_change_of_speed_is_noted(tmp_path):
    stream = io.BytesIO()
    writer = CaptureWriter(stream, START, 9600)
    writer.write(b"a", START)
    writer.write(b"b", START + 1, 1200)
    writer.write(b"", START + 2, 1200)
    assert writer.bytes == 2
    chunks = read(tmp_path, stream.getvalue())
    assert [(c.data, c.baud) for c in chunks] == [(b"a", 9600), (b"b", 1200)]


def test_an_instant_before_the_start_is_the_start(tmp_path):
    (chunk,) = read(tmp_path, written((b"a", START - 5000)))
    assert chunk.at_ms == START


def test_a_plain_file_of_raw_bytes_has_no_timings(tmp_path):
    raw = b"\x02\nADCO 041961000001 -\r\x03"
    assert read(tmp_path, raw) == [Chunk(None, raw)]
    assert not is_capture(raw)
    assert is_capture(written())


def test_a_line_that_was_cut_short_costs_that_line_only(tmp_path):
    whole = written((b"abc", START), (b"def\x00", START + 1))
    chunks = read_capture(_path(tmp_path, whole[:-3]))
    assert next(chunks).data == b"abc"
    with pytest.raises(SourceError, match="line 3"):
        next(chunks)


@pytest.mark.parametrize(
    "line", [b"nonsense", b"5", b"5 \\q", b"5 \xe9", b"-1 a", b"5 \\x0", b"5 a\tb"]
)
def test_a_line_that_is_none_is_named(tmp_path, line):
    with pytest.raises(SourceError, match=r"line 2.*delete that line"):
        read(tmp_path, written() + line + b"\n")


@pytest.mark.parametrize(
    "header",
    [
        b"#releve-capture 2 start=2026-01-14T11:00:00Z baud=9600",
        b"#releve-capture 1 baud=9600",
        b"#releve-capture ",
        b"#releve-capture 1 start=yesterday",
        b"#releve-capture 1 start=2026-01-14T11:00:00",
    ],
)
def test_a_header_that_can_not_be_understood_is_refused(tmp_path, header):
    with pytest.raises(SourceError):
        read(tmp_path, header + b"\n")


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_can_not_be_read_is_named(tmp_path, name):
    with pytest.raises(SourceError, match="can't be read"):
        list(read_capture(tmp_path / name))


def test_what_decodes_a_file_decodes_a_capture(tmp_path):
    frame = VirtualLinky(MeterSpec(), START).frame_at(START)
    path = _path(tmp_path, written((frame[:300], START), (frame[300:], START + 84)))
    (decoded,) = read_file(path)
    assert decoded.complete
    assert len(decoded) == 38


def _path(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(content)
    return path
