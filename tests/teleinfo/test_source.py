"""Three lines for a tinkerer: bytes, a file, an open stream, sync or asyncio."""

from __future__ import annotations

import io

import pytest

import teleinfo
from teleinfo.errors import SourceError
from teleinfo.source import is_port


@pytest.fixture
def data(meter) -> bytes:
    return meter("std_1p_hc") * 3


@pytest.fixture
def path(tmp_path, data):
    path = tmp_path / "capture.bin"
    path.write_bytes(data)
    return path


def test_bytes_a_file_and_a_stream_give_the_same(path, data):
    frames = teleinfo.decode(data)
    assert [frame["EAST"].value for frame in frames] == [12_345_678] * 3
    assert list(teleinfo.read(data)) == frames
    assert list(teleinfo.read(path)) == frames
    assert list(teleinfo.read(str(path))) == frames
    assert list(teleinfo.read_file(path)) == frames
    assert list(teleinfo.read(io.BytesIO(data))) == frames


async def test_asyncio_gives_the_same(path, data):
    frames = teleinfo.decode(data)
    assert [frame async for frame in teleinfo.aread(path)] == frames
    assert [frame async for frame in teleinfo.aread(data)] == frames
    assert [frame async for frame in teleinfo.aread(data[:-1])][-1] == teleinfo.decode(
        data[:-1]
    )[-1]


def test_a_mode_can_be_held_to(data):
    assert teleinfo.decode(data, teleinfo.Mode.HISTORIC) == []


class Pipe(io.RawIOBase):
    """Gives what it has at once, as a pipe does."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        del size
        return self._pieces.pop(0) if self._pieces else b""


def test_a_pipe_is_not_waited_for_to_be_full(data):
    size = len(data) // 3
    pipe = Pipe([data[:size], data[size:]])
    frames = teleinfo.read(pipe, teleinfo.Mode.STANDARD)
    assert next(frames).complete
    assert len(pipe._pieces) == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder, "is a directory"),
        (lambda folder: folder / "none", "there is no file"),
        (lambda folder: f"{folder}/\0", "can't be read"),
    ],
)
def test_what_can_not_be_read_is_said(tmp_path, make, says):
    with pytest.raises(SourceError, match=says):
        list(teleinfo.read(make(tmp_path)))


def test_what_may_not_be_read_is_said(path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(SourceError, match="not yours to read"):
        list(teleinfo.read_file(path))


async def test_a_character_device_is_a_port(monkeypatch, data):
    assert is_port("/dev/null")
    assert not is_port("/dev/nulle")
    frames = teleinfo.decode(data)

    async def aframes(_path, _mode):
        for frame in frames:
            yield frame

    monkeypatch.setattr("teleinfo.port.frames", lambda _path, _mode: iter(frames))
    monkeypatch.setattr("teleinfo.aport.frames", aframes)
    assert list(teleinfo.read("/dev/null")) == frames
    assert [frame async for frame in teleinfo.aread("/dev/null")] == frames


def test_every_public_name_is_there():
    assert all(hasattr(teleinfo, name) for name in teleinfo.__all__)
