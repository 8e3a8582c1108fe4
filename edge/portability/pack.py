"""The pack: a ZIP written to a stream, member by member, its manifest last.

The manifest is a Frictionless data package (https://datapackage.org): whoever opens
the pack without us finds what each column means, and each file's size and hash.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Self, cast

from edge.portability.refusal import PackRefused
from edge.portability.sink import Sink
from edge.sample import utc

MANIFEST = "datapackage.json"
FORMAT = 1
LEVEL = 5
"""Two thirds of the time of the usual 6, for a hundredth more (bench/export.py)."""
Resource = Mapping[str, Any]
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""No ZIP is older, whatever a Pi without a clock says."""


@dataclass(slots=True)
class Member:
    """A member being written: its bytes are counted and hashed on their way."""

    to: IO[bytes]
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, text: str) -> None:
        """Write a text."""
        self.write_bytes(text.encode())

    def write_bytes(self, data: bytes) -> None:
        """Write bytes."""
        self.size += len(data)
        self.digest.update(data)
        self.to.write(data)


class Pack:
    """A pack being written: left well, it has its manifest; else it is none."""

    def __init__(
        self, to: Sink, made_ms: int, head: Mapping[str, Any], *, large: bool = False
    ) -> None:
        self._large = large  # members may take more than 2 GiB
        self._date = max(utc(made_ms).timetuple()[:6], FIRST_DATE)
        # zipfile asks only for write and flush of what it can't seek in
        self._zip = zipfile.ZipFile(
            cast("IO[bytes]", to), "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL
        )
        self._head, self._resources = dict(head), list[dict[str, Any]]()
        self._head["created"] = utc(made_ms).isoformat().replace("+00:00", "Z")

    @contextmanager
    def member(self, path: str, resource: Resource) -> Iterator[Member]:
        """Lend a member to write; it is described by `resource` in the manifest."""
        try:
            info = self._info(path)
            with self._zip.open(info, "w", force_zip64=self._large) as to:
                member = Member(to)
                yield member
        except RuntimeError as error:
            if "ZIP64" not in str(error) and "large" not in str(error):
                raise
            raise PackRefused(
                f"{path} would be larger than 2 GiB",
                hint="part it by years, with --from and --to",
            ) from error
        said = {
            "name": path.rpartition(".")[0].replace("_", "-"),
            "path": path,
            **resource,
            "bytes": member.size,
            "hash": f"sha256:{member.digest.hexdigest()}",
        }
        self._resources.append(said)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """End it, or leave it without an end where it broke off."""
        if kind is None:
            self._close()
        else:
            self._zip.fp = None  # else it writes its directory when it is forgotten

    def _close(self) -> None:
        """Write the manifest and the directory."""
        document = {**self._head, "resources": self._resources}
        with self._zip.open(self._info(MANIFEST), "w") as to:
            to.write(json.dumps(document, ensure_ascii=False, indent=1).encode())
        self._zip.close()

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, cast("Any", self._date))
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = LEVEL  # type: ignore[attr-defined] # noqa: SLF001 - a ZipInfo's own level has no other name before 3.13
        info.external_attr = 0o600 << 16
        return info
