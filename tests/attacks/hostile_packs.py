"""Packs of a home that swell, lie, lead elsewhere, or say what breaks who reads it.

Whoever sends one knows its passphrase: what is sealed is no more to be believed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.attacks.hostile import MB
from tests.attacks.hostile_archives import END, at_entry, overlapping, two, vast

MANIFEST, HOME, READINGS = "datapackage.json", "home.json", "readings.csv"
WORDS: Mapping[str, Any] = {
    "zone": "Europe/Paris",
    "meters": {"linky": "electricity"},
    "devices": [],
    "baselines": [],
    "facts": [],
}


@dataclass(frozen=True)
class HostilePack:
    """One pack, and what is said of it."""

    name: str
    made: Callable[[], bytes]
    said: str


def pack(
    readings: bytes = b"",
    home: bytes = b"",
    method: int = zipfile.ZIP_DEFLATED,
    **ours: Any,
) -> bytes:
    """Give a pack whose manifest is true of it, but for what is said."""
    members = {READINGS: readings, HOME: home or json.dumps(WORDS).encode()}
    resources = [
        {
            "path": path,
            "bytes": len(data),
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
        for path, data in members.items()
    ]
    said = {"releve": {"format": 1, "profile": "home"}, "resources": resources} | ours
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for path, data in members.items():
            packed.writestr(path, data)
        packed.writestr(MANIFEST, json.dumps(said))
    return out.getvalue()


def with_entry(name: str, data: bytes = b"x") -> bytes:
    out = io.BytesIO(pack())
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(name, data)
    return out.getvalue()


def twice() -> bytes:
    """Two entries of one name: who reads the first sees another home."""
    with_other = with_entry("home.jsoN", json.dumps(WORDS).encode())
    return with_other.replace(b"home.jsoN", b"home.json")


def many() -> bytes:
    out = io.BytesIO(pack())
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(600):
            packed.writestr(f"{number}.csv", b"")
    return out.getvalue()


def long_names() -> bytes:
    out = io.BytesIO(pack())
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(40):
            packed.writestr(f"{number}{'x' * 9_000}.csv", b"")
    return out.getvalue()


def larger() -> bytes:
    """A second end, which says that the directory is elsewhere."""
    data = pack()
    at = data.rfind(END)
    return data[:at] + b"PK\x06\x07" + bytes(16) + data[at:]


def of_home(**said: Any) -> bytes:
    return pack(home=json.dumps({**WORDS, **said}).encode())


NOT_WHERE = "isn't where it says"
NOT_PACKED = "isn't packed as ours are"
TOO_MUCH = "unpacks to more than a home's"
NOT_OURS = "isn't as ours are"
NONE = "no pack of Relevé"
PACKS = (
    HostilePack("a bomb of 128 MB", lambda: pack(bytes(128 * MB)), TOO_MUCH),
    HostilePack(
        "a packing that may take any memory",
        lambda: pack(bytes(MB), method=zipfile.ZIP_LZMA),
        NOT_PACKED,
    ),
    HostilePack("600 entries", many, "more files than a home's"),
    HostilePack("a directory of 400 kB", long_names, "more files than a home's"),
    HostilePack("a directory of 4 GB", vast, "more files than a home's"),
    HostilePack("a second end", larger, "larger than a home's"),
    HostilePack("one archive behind another", two, NOT_WHERE),
    HostilePack("bytes before it", lambda: b"x" + pack(), NOT_WHERE),
    HostilePack("bytes after it", lambda: pack() + bytes(9), NONE),
    HostilePack("900 entries over the same bytes", overlapping, "more files"),
    HostilePack("a password", lambda: at_entry(pack(), 8, b"\x01\x00"), NOT_PACKED),
    HostilePack("two entries of one name", twice, "have one name"),
    HostilePack("a name that leads out", lambda: with_entry("../../x"), NOT_PACKED),
    HostilePack("an absolute name", lambda: with_entry("/etc/cron.d/x"), NOT_PACKED),
    HostilePack("a manifest 100,000 deep", lambda: pack(more=deep(900)), NONE),
    HostilePack(
        "a manifest of a million values", lambda: pack(more=[0] * 300_000), NONE
    ),
    HostilePack(
        "a home of 300,000 empty lists",
        lambda: pack(home=b"[" + b"[]," * 300_000 + b"[]]"),
        NOT_OURS,
    ),
    HostilePack("a home 100 deep", lambda: of_home(facts=deep(99)), NOT_OURS),
    HostilePack(
        "a home of a number without end", lambda: pack(home=b"9" * 9_000), NOT_OURS
    ),
    HostilePack(
        "a baseline at no time",
        lambda: of_home(
            baselines=[{"meter": "linky", "at_ms": "now", "reason": "", "offsets": {}}]
        ),
        NOT_OURS,
    ),
)


def deep(levels: int) -> Any:
    """Give lists within lists."""
    return json.loads("[" * levels + "]" * levels)
