"""Files that only their owner may read: written whole and durably, or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from edge.journal.file import sync_directory

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file, mode 0600 from its first byte on; raise OSError.

    Without `replace`, FileExistsError when there is one already, which stays as it is.
    """
    # Written aside: a power cut leaves what was there before, or the whole file.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, FLAGS, 0o600)
    try:
        try:
            os.fchmod(handle, 0o600)  # a umask can only take rights away
            if os.geteuid() == 0:  # made by root for the service, which isn't
                owner = path.parent.stat()
                os.fchown(handle, owner.st_uid, owner.st_gid)
            os.write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        if replace:
            aside.replace(path)
        else:
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_directory(path.parent)
