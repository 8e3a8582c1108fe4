"""Secrets of InfluxDB in files of their own, which only their owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import orjson

from edge.errors import StoreError
from edge.private_file import write_private

TOKEN, ADMIN = "influx.token", "influx.admin"
INIT = "`releve store init` makes one"


def load_secret(path: Path) -> str:
    """Give a secret; raise StoreError when there is none or others may read it."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            secret = file.read().strip()
    except FileNotFoundError as error:
        raise StoreError(f"there is no token in {path}", hint=INIT) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the token in {path} can't be read: {error}") from error
    if mode & 0o077:
        raise StoreError(
            f"others may read {path} (mode {mode:04o})", hint=f"chmod 600 {path}"
        )
    if not secret:
        raise StoreError(f"{path} is empty", hint=INIT)
    return secret


def keep_secret(path: Path, secret: str) -> None:
    """Write a secret, mode 0600 from its first byte on, in place of another."""
    try:
        write_private(path, secret.encode() + b"\n")
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error


def load_secret_of(path: Path) -> str:
    """Give the administrator's token that a set-up left; nothing when there is none."""
    if not path.exists():
        return ""
    try:
        return str(orjson.loads(load_secret(path))["token"])
    except (ValueError, LookupError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged", hint="remove it, and give a token"
        ) from error
