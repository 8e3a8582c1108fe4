"""What of a configuration is the machine's own: it stays, all else was a household's.

Ports, chips and where things listen stay. Numbers, names, addresses, logins, and what
the household decided of its readings don't; who comes next is asked at set-up.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.config.load import ConfigError, config_of
from edge.config.writing import rendered, replace

TOP = ("data_dir", "time_zone", "demo", "log_level")
TABLES: Mapping[str, tuple[str, ...]] = {
    "api": ("listen",),
    "lan": ("https", "mqtt"),
    "journal": ("commit_seconds", "keep_days", "max_megabytes"),
    "store": ("project_minutes", "raw_days", "minute_days"),
    "mqtt": ("listen", "discovery", "language"),
}
METER = (
    *("kind", "port", "mode", "parity", "silence_seconds"),
    *("gpio", "gpio_chip", "active", "bias", "debounce_ms", "width_ms"),
    *("qmax_m3_h", "pulse_volume_l"),
)
NAMES: Mapping[str, str] = {"gazpar": "gas"}
"""What a meter is called by its kind, where it isn't by the kind itself."""
MANAGED = "managed"
HEAD = """What this machine is; its household handed it over, and took all else out.
`releve setup` asks what a new one wants."""
BEFORE = (".before*", ".dpkg-*", ".save*", ".bak*", "~")
"""How copies end that set-up, a package or an editor leaves of a configuration."""


def kept(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a configuration with the machine's own alone, done again the same."""
    left: dict[str, Any] = {one: document[one] for one in TOP if one in document}
    for name, keys in TABLES.items():
        table = document.get(name)
        found = {one: table[one] for one in keys if one in table} if table else {}
        if name == "mqtt" and table and table.get("url") == MANAGED:
            found = {"url": MANAGED, **found}
        if found:
            left[name] = found
    if meters := _meters(document.get("meters", ())):
        left["meters"] = meters
    return left


def _meters(tables: Any) -> list[dict[str, Any]]:
    """Give the meters under their kind's name, each as a line of this machine reads it.

    One that is read another way stays without it: which radio, on whose broker, goes.
    """
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    for table in tables:
        kind = str(table.get("kind", "linky"))
        name = called = NAMES.get(kind, kind)
        number = 2
        while name in taken:
            name, number = f"{called}-{number}", number + 1
        taken.add(name)
        found.append({"id": name, **{one: table[one] for one in METER if one in table}})
    return found


def look(path: Path) -> None:
    """Raise ConfigError where a configuration can't be rewritten, or then be used."""
    config_of(kept(_read(path)), path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise ConfigError(f"{path} is not yours to write", hint="sudo releve handover")


def write(path: Path) -> None:
    """Leave in a configuration what is the machine's; raise ConfigError."""
    text = rendered(kept(_read(path)), {}, HEAD)
    if path.read_text(encoding="utf-8") != text:  # what a comment says goes as well
        replace(path, text)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def before(path: Path) -> list[Path]:
    """Give the copies of a configuration that lie beside it."""
    return sorted(
        {one for end in BEFORE for one in path.parent.glob(f"{path.name}{end}")}
    )
