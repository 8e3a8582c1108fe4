"""The configuration that set-up writes: the one before it, with the answers in it."""

from __future__ import annotations

import copy
import os
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import setup_comments as comments
from cli.check_config import look_at
from cli.language import Language
from cli.setup_answers import DAILY_S, HOURLY_S, Counted, NoAnswer, NoBroker
from cli.setup_ports import Heard
from edge.config import Config
from edge.config.load import DEFAULT_PATHS, ConfigError, config_of
from edge.config.writing import keep_before, rendered, replace
from teleinfo.uart import Parity

ORDER = ("data_dir", "time_zone", "api", "lan", "mqtt")
"""What comes first in the file; the rest stays in its order, meters last."""
SYSTEM = Path("/etc/releve")
SYSTEM_DATA = "/var/lib/releve"
SERVICE = "releve"
"""The service's group: what root writes for it, it reads."""
WAYS = ("gpio", "mqtt")
"""How a meter is read; what else its table holds is of no way, or of one alone."""


@dataclass(slots=True)
class Draft:
    """A configuration on its way: what was read, changed answer by answer.

    `text` is the file as it was, "" when there was none; `damaged`, when it is of no
    use and another is begun.
    """

    path: Path
    document: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    damaged: bool = False
    before: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Draft:
        """Read the one that is there; of one that can't be read, begin another."""
        try:
            text = path.read_text(encoding="utf-8")
            found = tomllib.loads(text)
        except FileNotFoundError:
            return cls(path, {"data_dir": data_dir(path)})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return cls(path, {"data_dir": data_dir(path)}, damaged=True)
        except OSError as error:
            raise ConfigError(
                f"{path} can't be read: {error.strerror}", hint="sudo releve setup"
            ) from error
        if not _has_the_form(found):
            return cls(path, {"data_dir": data_dir(path)}, damaged=True)
        return cls(path, found, text, before=copy.deepcopy(found))

    @property
    def meters(self) -> list[dict[str, Any]]:
        """Give the tables of the meters, to be changed."""
        found: list[dict[str, Any]] = self.document.setdefault("meters", [])
        return found

    @property
    def changed(self) -> bool:
        """Tell whether anything is to be written."""
        return self.damaged or self.document != self.before

    def of_kind(self, kind: str) -> dict[str, Any] | None:
        """Give the first meter of a kind."""
        return next((m for m in self.meters if m.get("kind", "linky") == kind), None)

    def table(self, name: str) -> dict[str, Any]:
        """Give a table, to be changed."""
        found: dict[str, Any] = self.document.setdefault(name, {})
        return found

    def url(self) -> str:
        """Give the broker's address, "" when there is none."""
        return str(self.document.get("mqtt", {}).get("url", ""))

    def put_broker(self, url: str | None) -> None:
        """Have MQTT by a broker, or none; the table's other keys stay."""
        if url is not None:
            self.table("mqtt")["url"] = url
        elif self.url():
            del self.table("mqtt")["url"]
            if not self.table("mqtt"):
                del self.document["mqtt"]

    def look_for_the_broker(self) -> None:
        """Raise NoBroker where a meter is heard on a broker that isn't there."""
        if self.url() in ("", "managed") and any("mqtt" in m for m in self.meters):
            raise NoBroker(
                "a meter that a program publishes is heard on a broker of yours",
                hint="name it: --mqtt mqtt://name:password@machine:1883",
            )

    def put_linky(self, heard: Heard) -> None:
        """Have the Linky read at a port; how, only a meter that speaks tells."""
        table = self.of_kind("linky")
        if table is None:
            name = _free("linky", self.meters)
            table = {"id": name, "kind": "linky", "port": heard.port, "mode": "auto"}
            self.meters.insert(0, table)
        table["port"] = heard.port
        if heard.mode and table.get("mode", "auto") not in ("auto", heard.mode):
            table["mode"] = "auto"
        if heard.parity is Parity.SOFTWARE:
            table["parity"] = "software"
        elif heard.speaks:
            table.pop("parity", None)

    def put(self, counted: Counted, table: Mapping[str, Any] | None) -> None:
        """Have a gas or water meter read so, or not at all; its own keys stay.

        Raises NoAnswer where its pin is another meter's.
        """
        there = self.of_kind(counted.kind)
        if table is None:
            if there is not None:
                self.meters.remove(there)
            return
        for other in self.meters:
            pin = other.get("gpio")
            if other is not there and pin is not None and pin == table.get("gpio"):
                raise NoAnswer(f"GPIO {pin} is {other.get('id')}'s already")
        if there is None:
            name = _free(counted.id, self.meters)
            self.meters.append({**table, "id": name})
            return
        if [way in there for way in WAYS] != [way in table for way in WAYS]:
            for key in (*WAYS, "index_m3"):  # the dial of before says nothing of now
                there.pop(key, None)
        kept = {"id", "kind"}
        if there.get("silence_seconds") not in (None, HOURLY_S, DAILY_S):
            kept.add("silence_seconds")
        there.update({k: v for k, v in table.items() if k not in kept})

    def written(self, language: Language) -> str:
        """Give the file, each of its keys explained."""
        found = dict(self.document)
        meters = found.pop("meters", [])
        first = {name: found.pop(name) for name in ORDER if name in found}
        whole = {**first, **found, **({"meters": meters} if meters else {})}
        above = {key: one.said(language) for key, one in comments.COMMENTS.items()}
        return rendered(whole, above, comments.HEAD.said(language))

    def drops_comments(self) -> bool:
        """Tell whether the file of before has remarks that are not set-up's own."""
        own = {
            line.strip()
            for language in Language
            for line in self.written(language).splitlines()
        }
        lines = {line.strip() for line in self.text.splitlines()}
        return any("#" in line for line in lines - own)

    def look(self) -> Config:
        """Check what is to be written; raise ConfigError or SourceError."""
        found = config_of(self.document, self.path)
        look_at(found)
        return found

    def write(self, language: Language) -> Path | None:
        """Check it, then write it; give where the one before it is kept.

        Raises ConfigError or SourceError, naming what to mend; nothing is changed then.
        """
        self.look()
        before = keep_before(self.path)
        replace(self.path, self.written(language), secret="@" in self.url())
        if before is None and self.path.is_relative_to(SYSTEM) and os.geteuid() == 0:
            with suppress(LookupError):  # not installed: root's alone
                shutil.chown(self.path, group=SERVICE)
                self.path.chmod(0o640)
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
    """Give where the data goes, for a configuration that is begun."""
    if path.resolve().is_relative_to(SYSTEM):
        return SYSTEM_DATA
    return str(path.resolve().with_name("releve-data"))


def _has_the_form(document: Mapping[str, Any]) -> bool:
    meters = document.get("meters", [])
    return (
        isinstance(meters, list)
        and all(isinstance(one, dict) for one in meters)
        and all(isinstance(document.get(name, {}), dict) for name in ("mqtt", "lan"))
    )


def _free(name: str, meters: list[dict[str, Any]]) -> str:
    taken = {meter.get("id") for meter in meters}
    return next(
        n for n in (name, *(f"{name}-{i}" for i in range(2, 99))) if n not in taken
    )
