"""Opening a pack: what its manifest names, each by its hash, and nothing else.

Its passphrase vouches for who made it, and not for what is in it: a pack may come from
another household (edge/transfer).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from edge.portability.directory import AGAIN, judge, judge_end
from edge.portability.pack import FORMAT, MANIFEST
from edge.portability.refusal import PackRefused
from exports.short_json import short_json

MOST_MANIFEST = 1 << 20
BLOCK = 1 << 18
SENSELESS = (KeyError, TypeError, ValueError)
DAMAGED = (EOFError, zipfile.BadZipFile, zlib.error)
ABSENT = (KeyError, NotImplementedError, RuntimeError)
"""What opening raises for a name that isn't there, or packed as none of ours is."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A pack whose manifest was read: `profile`, and its files by their paths."""

    archive: zipfile.ZipFile
    profile: str
    resources: Mapping[str, Mapping[str, Any]]

    def verify(self) -> None:
        """Read every file once; raise PackRefused on one that isn't as it was made."""
        for path, resource in self.resources.items():
            digest, size = hashlib.sha256(), 0
            most = resource["bytes"]
            with self._open(path) as file:
                while size <= most and (piece := file.read(BLOCK)):
                    digest.update(piece)
                    size += len(piece)
            said = f"sha256:{digest.hexdigest()}"
            if size != most or said != resource["hash"]:
                raise PackRefused(f"{path} isn't what was put in", hint=AGAIN)

    def json(self, path: str, most: int) -> Any:
        """Give a document of the pack; raise PackRefused or ValueError."""
        if path not in self.resources:
            raise PackRefused(f"the pack has no {path}", hint=AGAIN)
        with self._open(path) as file:
            return short_json(file.read(most + 1), most)

    @contextmanager
    def text(self, path: str) -> Iterator[io.TextIOWrapper]:
        """Lend a file of the pack as a text; raise PackRefused where it has none."""
        if path not in self.resources:
            raise PackRefused(f"the pack has no {path}", hint=AGAIN)
        with self._open(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            try:
                yield text
            except UnicodeDecodeError as error:
                raise PackRefused(f"{path} is no text") from error

    @contextmanager
    def _open(self, path: str) -> Iterator[IO[bytes]]:
        try:
            file = self.archive.open(path)
        except (*ABSENT, *DAMAGED) as error:
            raise _unreadable(path) from error
        with file:
            try:
                yield file
            except DAMAGED as error:
                raise _unreadable(path) from error


def _unreadable(path: str) -> PackRefused:
    return PackRefused(f"{path} of the pack can't be read", hint=AGAIN)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Opened]:
    """Lend a pack; raise PackRefused on what is none."""
    judge_end(file)
    try:
        with zipfile.ZipFile(file) as archive:
            judge(archive.infolist())
            yield _opened(archive)
    except zipfile.BadZipFile as error:
        raise PackRefused("this is no pack of Relevé", hint=AGAIN) from error


def _opened(archive: zipfile.ZipFile) -> Opened:
    try:
        with archive.open(MANIFEST) as file:
            document = short_json(file.read(MOST_MANIFEST + 1), MOST_MANIFEST)
        ours = document["releve"]
        resources = {
            str(one["path"]): {"bytes": int(one["bytes"]), "hash": str(one["hash"])}
            for one in document["resources"]
        }
        number, profile = int(ours["format"]), str(ours["profile"])
    except (*SENSELESS, *ABSENT, *DAMAGED) as error:
        raise PackRefused("this is no pack of Relevé", hint=AGAIN) from error
    if number > FORMAT:
        raise PackRefused(
            "this pack was made by a newer Relevé", hint="install that version first"
        )
    return Opened(archive, profile, resources)
