"""What an archive says that it holds, under a checksum of its own."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import asdict, dataclass
from typing import Any

from edge.consent import ledger as consent_ledger
from edge.errors import BackupError, NewerSchema
from edge.journal import schema as journal_schema
from edge.journal.file import JOURNAL
from edge.sources.pulses import count_file
from edge.stores.sqlite import schema as store_schema
from edge.stores.sqlite.store import FILE as STORE

MANIFEST = "manifest"
FORMAT = 1
SCHEMAS = {
    JOURNAL: journal_schema.VERSION,
    STORE: store_schema.VERSION,
    count_file.FILE: count_file.VERSION,
    consent_ledger.FILE: consent_ledger.SCHEMA.version,
}
"""The journal first: its cursors must not be ahead of what the store's copy holds."""
MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class BackedUp:
    """One database of an archive: what it must be when it comes out again."""

    name: str
    bytes: int
    sha256: str
    schema: int
    tables: dict[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds; `epoch` is the journal's when it was made."""

    made_ms: int
    epoch: int
    databases: tuple[BackedUp, ...]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Give the size of all that comes out."""
        return sum(one.bytes for one in self.databases)


def written(manifest: Manifest) -> bytes:
    """Give a manifest's bytes."""
    return checked(asdict(manifest))


def checked(document: dict[str, Any]) -> bytes:
    """Give a document's bytes behind their checksum."""
    text = json.dumps(document, indent=1).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def document_of(data: bytes) -> dict[str, Any]:
    """Read them; raise BackupError when they aren't what was written."""
    digest, _, text = data.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise BackupError("the manifest is damaged", hint="take an older archive")
    document: dict[str, Any] = json.loads(text)
    return document


def manifest_of(tar: tarfile.TarFile) -> Manifest:
    """Read the manifest that an archive begins with; raise BackupError, NewerSchema."""
    first = tar.next()
    content = None if first is None else tar.extractfile(first)
    if first is None or content is None or first.name != MANIFEST:
        raise BackupError("this is no backup of Relevé", hint="it begins otherwise")
    if first.size > MANIFEST_BYTES:
        raise BackupError(
            "this is no backup of Relevé", hint="its manifest is too long"
        )
    document = document_of(content.read())
    _readable(document["format"])
    databases = tuple(BackedUp(**one) for one in document["databases"])
    if not {one.name for one in databases} <= set(SCHEMAS):
        raise _newer()
    manifest = Manifest(**{**document, "databases": databases})
    for one in databases:
        if one.schema > SCHEMAS[one.name]:
            raise NewerSchema(
                f"this backup's {one.name} has schema {one.schema}, and this Relevé"
                f" knows {SCHEMAS[one.name]}",
                hint="install the newer Relevé, then restore",
            )
    if JOURNAL not in {one.name for one in databases}:
        raise BackupError("this backup holds no journal", hint="take another archive")
    return manifest


def _readable(made: int) -> None:
    """Raise NewerSchema, or BackupError on a format that nobody writes any more."""
    if made > FORMAT:
        raise _newer()
    if made < FORMAT:
        raise BackupError(
            f"this backup has format {made}, of an older Relevé; this one reads"
            f" {FORMAT}",
            hint="restore it with the version that made it, then install this one",
        )


def _newer() -> NewerSchema:
    return NewerSchema(
        "this backup was made by a newer Relevé", hint="install that version"
    )
