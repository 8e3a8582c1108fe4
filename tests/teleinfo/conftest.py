"""Real captures read in place, our own meters' frames, and the decoder's plain way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from teleinfo import Decoder, Frame, Mode

CAPTURES = Path(__file__).parents[3] / "shared" / "samples" / "tic"
METERS = Path(__file__).parent / "meters"


class NoExpress:
    """Stands for the fast way, and reads nothing: the plain way reads it all."""

    def frame(self, part: bytes) -> None:
        del part


@pytest.fixture(scope="session")
def capture() -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        path = CAPTURES / f"{name}.txt"
        if not path.exists():
            pytest.skip("the real captures are not on this machine")
        return path.read_bytes()

    return read


@pytest.fixture(scope="session")
def meter() -> Callable[[str], bytes]:
    """Give a meter's frames, of our own fixtures: its numbers are invented."""
    return lambda name: (METERS / f"{name}.tic").read_bytes()


@pytest.fixture(scope="session")
def decoded() -> Callable[..., list[Frame]]:
    def decode(data: bytes, mode: Mode | None = None, chunk: int = 0) -> list[Frame]:
        decoder = Decoder(mode)
        size = chunk or max(1, len(data))
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        return [f for c in chunks for f in decoder.feed(c)] + decoder.flush()

    return decode


@pytest.fixture(scope="session")
def plainly() -> Callable[..., Decoder]:
    """Make a decoder that goes the plain way alone."""

    def make(mode: Mode | None = None) -> Decoder:
        decoder = Decoder(mode)
        decoder._express = dict.fromkeys(Mode, NoExpress())
        return decoder

    return make
