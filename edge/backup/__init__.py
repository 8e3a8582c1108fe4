"""Backups: a consistent copy made while the service runs, and proved by restoring it.

An archive is one .tar.gz, mode 0600: a manifest, then each database whole; sealed by
a passphrase where its owner wants it so. It holds neither the configuration nor the
owner's token.
"""

from __future__ import annotations

from edge.backup.archive import is_sealed, read_manifest, unpack
from edge.backup.making import backup
from edge.backup.manifest import SCHEMAS, BackedUp, Manifest
from edge.backup.restoring import restore
from edge.backup.telling import Progress

__all__ = [
    "SCHEMAS",
    "BackedUp",
    "Manifest",
    "Progress",
    "backup",
    "is_sealed",
    "read_manifest",
    "restore",
    "unpack",
]
