"""What stands where a file should: pipes, devices, links, directories."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.attacks.hostile import CURVE, MB, Planted


def planted(name: str, plant, reason: str) -> Planted:
    return Planted(name, plant, frozenset({reason}))


def bound(path: Path) -> None:
    """Leave a socket's name behind."""
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.write(CURVE)
        file.truncate(17 * MB)


NAMED = (
    planted("a pipe", os.mkfifo, "not-a-file"),
    planted("a link to /dev/zero", lambda p: p.symlink_to("/dev/zero"), "not-a-file"),
    planted("a directory called a.csv", Path.mkdir, "not-a-file"),
    planted("a link to itself", lambda p: p.symlink_to(p.name), "unreadable"),
    planted("a file of 17 MB", too_large, "too-large"),
)
"""Named to `releve import`."""
DROPPED = (
    planted("a pipe, dropped", os.mkfifo, "not-a-file"),
    planted("a socket, dropped", bound, "not-a-file"),
    planted(
        "a link to the owner's token, dropped",
        lambda p: p.symlink_to("../owner.token"),
        "not-a-file",
    ),
    planted(
        "a link to /dev/zero, dropped",
        lambda p: p.symlink_to("/dev/zero"),
        "not-a-file",
    ),
)
"""Put into the import folder."""
