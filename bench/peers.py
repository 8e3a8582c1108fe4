"""Peers that can be installed, decoding the same frames in the same run.

    python -m bench.peers

They are installed apart, into build/peers, for this measurement alone: no file of
ours imports them. Neither checks labels, widths, charsets or dates.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from bench.decode import day
from bench.table import Row, machine, render
from teleinfo import Mode

PLACE = Path("build/peers")
PINNED = ("enedis-tic==0.2.0", "pyserial-asyncio==0.6", "serial-teleinfo==1.0.1")
FRAMES = 3_000


def _install() -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--upgrade", "--target", str(PLACE)]
    done = subprocess.run([*command, *PINNED], capture_output=True, check=False)
    return done.returncode == 0


def _enedis_tic() -> Callable[[bytes], Any]:
    factory = importlib.import_module("enedis_tic.link_layer").FrameFactory
    return lambda frame: factory(frame.decode("ascii")).to_dict()


def _serial_teleinfo() -> Callable[[bytes], Any]:
    parse = importlib.import_module("serial_teleinfo.parser").parse_line

    def read(frame: bytes) -> dict[str, str]:
        lines = frame[2:-2].split(b"\r\n")
        return dict(parse(line + b"\r\n")[:2] for line in lines)

    return read


def _speed(read: Callable[[bytes], Any], mode: Mode) -> float:
    frames = [b"\x02" + one for one in day(mode, FRAMES).split(b"\x02")[1:]]
    started = process_time()
    for frame in frames:
        read(frame)
    return FRAMES / (process_time() - started)


def measure() -> list[Row]:
    """Give each peer's frames a second; none where they can't be installed."""
    if not _install():
        return [Row("peers: none could be installed here", 0, "")]
    sys.path.insert(0, str(PLACE))
    try:
        return [
            Row(
                "peer enedis-tic 0.2.0, standard",
                _speed(_enedis_tic(), Mode.STANDARD),
                "frames/s",
                beside="checksum and dates only",
            ),
            Row(
                "peer serial-teleinfo 1.0.1, historic",
                _speed(_serial_teleinfo(), Mode.HISTORIC),
                "frames/s",
                beside="checksum only",
            ),
        ]
    finally:
        sys.path.remove(str(PLACE))


def main() -> None:
    """Print the table."""
    print(machine())
    print(render(measure()))


if __name__ == "__main__":
    main()
