"""The owner's token: made at first start, kept 0600, compared in constant time."""

from __future__ import annotations

import logging
import os
import re
import secrets
import stat
from pathlib import Path

from api.errors import TokenError
from edge.private_file import write_private

log = logging.getLogger(__name__)

TOKEN_BYTES = 32
SHAPE = re.compile(rb"[A-Za-z0-9_-]{32,128}\n?")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
FILE_LIMIT_BYTES = 256


def load_or_create(path: Path) -> str:
    """Give the token kept in a file, making it the first time.

    Raises TokenError when the file is not a token of ours, or not ours to keep.
    """
    try:
        return _load(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise TokenError(
            f"the token {path} can't be read: {error.strerror}",
            hint="it must be a file of the service's user",
        ) from error
    try:
        return _create(path)
    except FileExistsError:
        return load_or_create(path)  # another process made it meanwhile
    except OSError as error:
        raise TokenError(
            f"no token can be made in {path.parent}: {error.strerror}",
            hint="the service's user must be able to write there",
        ) from error


def same(given: str, token: str) -> bool:
    """Compare two tokens without telling by time how much of them agrees."""
    return secrets.compare_digest(
        given.encode("utf-8", "surrogateescape"), token.encode()
    )


def _create(path: Path) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(path, token.encode() + b"\n", replace=False)
    return token


def _load(path: Path) -> str:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise TokenError(f"{path} is not a file", hint="remove it")
        if state.st_mode & OTHERS:
            os.fchmod(handle, 0o600)
            log.warning(
                "others could read %s; it is now the service's alone. To be safe, "
                "remove it and restart: a new token is made",
                path,
            )
        content = os.read(handle, FILE_LIMIT_BYTES)
    finally:
        os.close(handle)
    if not SHAPE.fullmatch(content):
        raise TokenError(
            f"{path} holds no token",
            hint="remove it; a new one is made at the next start",
        )
    return content.strip().decode("ascii")
