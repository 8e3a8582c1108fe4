"""The configuration that set-up writes: the one before it, with the answers in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import setup_words as words
from cli.check_config import look_at
from cli.language import Language
from cli.setup_answers import Fluid
from edge.config import load_config
from edge.config.load import DEFAULT_PATHS, ConfigError
from edge.config.writing import keep_before, rendered, replace
from teleinfo.uart import Parity

ORDER = ("data_dir", "time_zone", "api", "lan", "mqtt")
"""What comes first in the file; the rest stays in its order, meters last."""
SYSTEM = Path("/etc/releve")
SYSTEM_DATA = "/var/lib/releve"


@dataclass(slots=True)
class Draft:
    """A configuration on its way: what was read, changed answer by answer."""

    path: Path
    document: dict[str, Any] = field(default_factory=dict)
    damaged: bool = False

    @classmethod
    def of(cls, path: Path) -> Draft:
        """Read the one that is there; one that is no TOML is begun anew."""
        try:
            return cls(path, tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls(path)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return cls(path, damaged=True)
        except OSError as error:
            raise ConfigError(
                f"{path} can't be read: {error.strerror}", hint="sudo releve setup"
            ) from error

    @property
    def meters(self) -> list[dict[str, Any]]:
        """Give the tables of the meters, to be changed."""
        found = self.document.setdefault("meters", [])
        if not isinstance(found, list):
            found = self.document["meters"] = []
        return found

    def of_kind(self, kind: str) -> dict[str, Any] | None:
        """Give the first meter of a kind."""
        return next((m for m in self.meters if m.get("kind", "linky") == kind), None)

    def table(self, name: str) -> dict[str, Any]:
        """Give a table, to be changed."""
        found = self.document.setdefault(name, {})
        if not isinstance(found, dict):
            found = self.document[name] = {}
        return found

    def put_linky(self, port: str, parity: Parity) -> None:
        """Have the Linky read at a port."""
        table = self.of_kind("linky")
        if table is None:
            table = {"id": _free("linky", self.meters), "kind": "linky"}
            self.meters.insert(0, table)
        table["port"] = port
        table.setdefault("mode", "auto")
        if parity is Parity.SOFTWARE:
            table["parity"] = "software"
        else:
            table.pop("parity", None)

    def put(self, fluid: Fluid, table: Mapping[str, Any] | None) -> None:
        """Have a gas or water meter read so, or not at all; its own keys stay."""
        there = self.of_kind(fluid.kind)
        if table is None:
            if there is not None:
                self.meters.remove(there)
            return
        if there is None:
            name = _free(fluid.id, self.meters)
            self.meters.append({**table, "id": name})
            return
        for key in ("gpio", "mqtt"):  # how it was read until now
            there.pop(key, None)
        there.update({k: v for k, v in table.items() if k not in ("id", "kind")})

    def text(self, language: Language) -> str:
        """Give the file, each of its keys explained."""
        found = dict(self.document)
        meters = found.pop("meters", [])
        first = {name: found.pop(name) for name in ORDER if name in found}
        whole = {**first, **found, **({"meters": meters} if meters else {})}
        comments = {key: said.said(language) for key, said in words.COMMENTS.items()}
        return rendered(whole, comments, words.HEAD.said(language))

    def write(self, language: Language) -> Path | None:
        """Check it, then write it; give where the one before it is kept.

        Raises ConfigError or SourceError, naming what to mend; nothing is changed then.
        """
        text = self.text(language)
        trial = self.path.with_name(f".{self.path.name}.trial")
        try:
            replace(trial, text)
            look_at(load_config(trial))
        finally:
            trial.unlink(missing_ok=True)
        if self.path.exists() and self.path.read_bytes() == text.encode():
            return None
        before = keep_before(self.path)
        replace(self.path, text)
        return before


def place(given: Path | None) -> Path:
    """Give the configuration to write: the one that the service reads, else here."""
    if given is not None:
        return given
    found = next((path for path in DEFAULT_PATHS if path.exists()), None)
    if found is not None:
        return found
    return (SYSTEM if SYSTEM.is_dir() else Path()) / "releve.toml"


def data_dir(path: Path) -> str:
    """Give where the data goes, for a configuration that doesn't say."""
    if path.resolve().is_relative_to(SYSTEM):
        return SYSTEM_DATA
    return str(path.resolve().with_name("releve-data"))


def _free(name: str, meters: list[dict[str, Any]]) -> str:
    taken = {meter.get("id") for meter in meters}
    return next(
        n for n in (name, *(f"{name}-{i}" for i in range(2, 99))) if n not in taken
    )
