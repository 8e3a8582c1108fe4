"""The receipt of a handover: what was done and when, and nobody's name in it."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edge.handover.begun import Begun
from edge.handover.refusal import HandoverRefused
from edge.journal import leaving
from edge.journal.file import sync_directory
from edge.sample import utc

ENDS = ".receipt.json"


def document(begun: Begun, remains: Sequence[str]) -> dict[str, Any]:
    """Give it as JSON, of a home that is being emptied."""
    pack = dict(begun.pack)
    pack["read_back"] = _instant(pack.pop("read_back_ms"))
    kinds = Counter(
        f"{name.partition(':')[0]} {how}" for name, how in begun.outside.items()
    )
    return {
        "receipt": "handover",
        "number": begun.number,
        "releve": version("releve"),
        "begun": _instant(begun.begun_ms),
        "pack": pack,
        "taken_back": {"at": _instant(begun.withdrawn_ms), **begun.held},
        "elsewhere": dict(sorted(kinds.items())),
        "erasing_since": _instant(begun.erasing_ms),
        "erased": None,
        "remains": list(remains),
    }


def look_for_the_pack(begun: Begun) -> None:
    """Raise HandoverRefused where the pack isn't, whole, where it was made."""
    path = Path(begun.place) / str(begun.pack["file"])
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise HandoverRefused(
            f"{path} can't be read: {error.strerror}",
            hint="bring back the disk that it is on; nothing goes without your pack",
        ) from error
    if digest != begun.pack["sha256"]:
        raise HandoverRefused(
            f"{path} isn't the pack that was made",
            hint="put it back; --keep-export says where it is by now",
        )


def path_of(begun: Begun) -> Path:
    """Give where it is: beside the pack, named as it is."""
    return Path(begun.place) / f"{begun.pack['file']}{ENDS}"


def begin(begun: Begun, remains: Sequence[str]) -> Path:
    """Have it be beside the pack, and give where; raise HandoverRefused."""
    path = path_of(begun)
    if not path.exists():
        write(path, document(begun, remains))
    return path


def write(path: Path, said: dict[str, Any]) -> None:
    """Write it, its owner's alone to read; raise HandoverRefused."""
    aside = path.with_name(f".{path.name}")
    text = json.dumps(said, indent=2, ensure_ascii=False)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        # a stick's FAT has no rights to set, as `write_private` would
        with os.fdopen(os.open(aside, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise HandoverRefused(
            f"the receipt {path} can't be written: {error.strerror}",
            hint="is the disk that you take along still there?",
        ) from error


def left_open(place: Path | None, data_dir: Path) -> Path | None:
    """Give the receipt of this machine's last handover where its end isn't said yet.

    A service that was started first has emptied the home; nobody told the household.
    """
    handed = leaving.handed(data_dir)
    for path in sorted(place.glob(f"*{ENDS}")) if place and handed else ():
        said = _read(path)
        ours = handed is not None and said.get("number") == handed.number
        if ours and said.get("erased") is None:
            return path
    return None


def close(path: Path, data_dir: Path) -> None:
    """Say in a receipt when the home was emptied; raise HandoverRefused."""
    handed = leaving.handed(data_dir)
    if handed is not None:
        write(path, {**_read(path), "erased": _instant(handed.emptied_ms)})


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _instant(at_ms: int) -> str:
    return utc(at_ms).isoformat(timespec="seconds").replace("+00:00", "Z")
