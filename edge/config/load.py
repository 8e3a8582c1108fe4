"""Read a configuration, or say which key is wrong and how to mend it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings.exceptions import SettingsError

from edge.config.model import (
    ApiConfig,
    BackupConfig,
    CloudConfig,
    CollectorConfig,
    Config,
    ImportConfig,
    InfluxConfig,
    JournalConfig,
    KeepConfig,
    LanConfig,
    MeterConfig,
    MqttConfig,
    StoreConfig,
)
from edge.errors import EdgeError

DEFAULT_PATHS = (Path("releve.toml"), Path("/etc/releve/releve.toml"))
SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Config,
    ("api",): ApiConfig,
    ("lan",): LanConfig,
    ("journal",): JournalConfig,
    ("store",): StoreConfig,
    ("keep",): KeepConfig,
    ("backup",): BackupConfig,
    ("influxdb",): InfluxConfig,
    ("mqtt",): MqttConfig,
    ("imports",): ImportConfig,
    ("meters",): MeterConfig,
    ("collectors",): CollectorConfig,
    ("cloud",): CloudConfig,
}


class ConfigError(EdgeError):
    """Raised when there is no usable configuration; names each key and its fix."""


def load_config(path: Path | None = None) -> Config:
    """Give the configuration of `path`, or of the first default file that exists.

    Raises ConfigError, whose message has a line for each thing to mend.
    """
    path = path or next((found for found in DEFAULT_PATHS if found.exists()), None)
    return config_of(_read(path) if path else {}, path)


def config_of(document: Mapping[str, Any], path: Path | None = None) -> Config:
    """Give the configuration that a document is, be it written at `path` or not yet.

    Raises ConfigError, as `load_config` does.
    """
    try:
        return Config(**document)
    except ValidationError as error:
        raise ConfigError(_explain(error, path)) from error
    except SettingsError as error:
        raise ConfigError(
            f"a RELEVE_… variable can't be read: {error}",
            hint="lists are written as JSON, as in RELEVE_METERS='[{…}]'",
        ) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no file {path}", hint="name another with --config"
        ) from error
    except PermissionError as error:
        raise ConfigError(
            f"{path} is not yours to read", hint="the service's user may: sudo releve …"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not TOML: {error}",
            hint='texts stand in quotes: port = "/dev/…"',
        ) from error


def _explain(error: ValidationError, path: Path | None) -> str:
    lines = [f"{path or 'no configuration file, and the environment'}: not usable"]
    problems = error.errors()
    inside_meters = any(p["loc"][:1] == ("meters",) and p["loc"][1:] for p in problems)
    for problem in problems:
        where = tuple(str(part) for part in problem["loc"])
        if where == ("meters",) and inside_meters:
            continue  # a meter that failed is not counted: its own line says it
        lines.append(f"  {'.'.join(where) or 'file'}: {_fix(problem, where)}")
    return "\n".join(lines)


def _fix(problem: Any, where: tuple[str, ...]) -> str:
    if problem["type"] == "extra_forbidden":
        section = SECTIONS.get(tuple(p for p in where[:-1] if not p.isdigit()))
        known = list(section.model_fields) if section else []
        near = difflib.get_close_matches(where[-1], known, n=1)
        return (
            f"there is no such key; did you mean {near[0]!r}?"
            if near
            else f"there is no such key; there are {', '.join(known)}"
        )
    if where == ("meters",) and problem["type"] in ("missing", "too_short"):
        return 'no meter is named; add [[meters]] with id = "linky" and its port'
    if problem["type"] == "missing":
        return "this key is needed"
    message = str(problem["msg"]).removeprefix("Value error, ")
    given = problem.get("input")
    # an address may hold a password, which no message may show
    tells = isinstance(given, str | int | float) and where[-1:] != ("url",)
    shown = f" (it is {given!r})" if tells else ""
    return f"{message}{shown}"
