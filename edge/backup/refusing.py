"""One clear refusal, whatever files, archives and SQLite raise."""

from __future__ import annotations

import gzip
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from edge.errors import BackupError, EdgeError


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn what files, archives and SQLite raise into a BackupError."""
    try:
        yield
    except EdgeError:
        raise
    except sqlite3.Error as error:
        raise BackupError(
            f"{what}: SQLite says {error}", hint="`releve doctor` looks at the disk"
        ) from error
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(what, error) from error
        raise BackupError(
            f"{what}: {error.strerror or error}", hint="check the place and its space"
        ) from error
    except (tarfile.TarError, EOFError, zlib.error, ValueError, LookupError) as error:
        raise _damaged(what, error) from error
    except TypeError as error:
        raise _damaged(what, error) from error


def _damaged(what: str, error: Exception) -> BackupError:
    return BackupError(
        f"{what}: the archive is damaged or breaks off ({error})",
        hint="copy it again from where it was made, or take an older one",
    )
