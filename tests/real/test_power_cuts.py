"""Power cuts on a simulated disk: what was confirmed is there, and the journal opens.

The disk (a VFS of apsw) shows a process its own writes at once, as a kernel does, and
makes them durable at a sync only. At a cut each sector of each write since then is
kept, lost or torn by chance, files may keep an old length, and names that were not
synced into their directory are gone. What runs on it is the journal's own code; what
opens afterwards is the journal, by the standard library.
"""

from __future__ import annotations

import os
import random
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

import edge.journal.file
from edge.errors import JournalError
from edge.event import Event, EventKind
from edge.journal import Block, Journal, cursors, pruning
from edge.journal.ballast import Ballast
from edge.journal.database import failure
from edge.journal.log import Log
from edge.journal.place import Place
from edge.record import Address, Lane
from edge.sample import Sample

pytestmark = [pytest.mark.real]

CUTS = int(os.environ.get("RELEVE_CUTS", "60"))
CUTS_A_HOME = 6
CHECKPOINT_PAGES = 24
"""Checkpoints are where a disk can do most harm: here they come often."""
BASE_MS = 1_790_000_000_000
COPIER = "copier"


class PowerCutError(Exception):
    """The power is gone: nothing is written any more."""


@dataclass
class DiskFile:
    """One file: what is durable, and what was written since the last sync."""

    durable: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    named: bool = False
    deleted: bool = False

    def sync(self) -> None:
        self.durable = self.after(self.since)
        self.since = []

    def after(self, writes: list[tuple[int, bytes | None]]) -> bytes:
        image = bytearray(self.durable)
        for offset, data in writes:
            if data is None:
                del image[offset:]
                continue
            image.extend(bytes(max(0, offset + len(data) - len(image))))
            image[offset : offset + len(data)] = data
        return bytes(image)

    def cut(self, rng: random.Random, sector: int) -> bytes:
        """Keep, lose or tear each sector written since the last sync, in any order."""
        mood = rng.choice((0.0, 0.5, 0.9, 1.0))
        pieces: list[tuple[int, bytes | None]] = []
        for offset, data in self.since:
            if data is None:
                pieces.append((offset, None))
                continue
            at = 0
            while at < len(data):
                size = min(sector - (offset + at) % sector, len(data) - at)
                pieces.append((offset + at, data[at : at + size]))
                at += size
        kept = [piece for piece in pieces if rng.random() < mood]
        torn = [
            (offset, data[: rng.randrange(len(data))])
            if data is not None and rng.random() < 0.05
            else (offset, data)
            for offset, data in kept
        ]
        return self.after(torn)


class Disk(apsw.VFS):
    """A disk that forgets what was not synced; SQLite finds it by its name."""

    def __init__(self, name: str, seed: int, power: int) -> None:
        self.name, self.rng = name, random.Random(seed)
        self.files: dict[str, DiskFile] = {}
        self.power = power
        """How many writes and syncs there will be before the cut."""
        super().__init__(name, base="")

    def spend(self) -> None:
        self.power -= 1
        if self.power < 0:
            raise PowerCutError

    @property
    def dead(self) -> bool:
        return self.power < 0

    def file(self, path: str) -> DiskFile:
        if path not in self.files:
            there = Path(path)
            old = there.exists() and there.stat().st_size > 0
            self.files[path] = DiskFile(there.read_bytes() if old else b"", named=old)
        self.files[path].deleted = False
        return self.files[path]

    def sync_directory(self, directory: Path) -> None:
        if self.dead:
            raise PowerCutError
        mine = [path for path in self.files if Path(path).parent == directory]
        for path in mine:
            self.files[path].named = True
            if self.files[path].deleted:
                del self.files[path]

    def xOpen(self, name, flags):  # noqa: N802 - apsw's names
        return OpenFile(self, name, flags)

    def xDelete(self, filename, syncdir):  # noqa: N802 - apsw's names
        if self.dead:
            return
        super().xDelete(filename, syncdir)
        self.file(filename).deleted = True
        if syncdir:
            self.sync_directory(Path(filename).parent)

    def cut(self) -> None:
        """Cut the power: leave in the real files what such a disk would hold."""
        sector = self.rng.choice((512, 4096))
        for path, file in self.files.items():
            place = Path(path)
            if path.endswith("-shm"):
                continue
            image = file.cut(self.rng, sector)
            # a name not synced into its directory is lost, or one deleted comes back
            if (file.deleted or not file.named) and self.rng.random() < 0.5:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(image)
        for shm in {Path(path).parent for path in self.files}:
            (shm / "journal.db-shm").unlink(missing_ok=True)


class OpenFile(apsw.VFSFile):
    """A file open on the disk: SQLite sees its own writes at once."""

    def __init__(self, disk: Disk, name, flags) -> None:
        self.disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.kept = disk.file(path) if path else DiskFile()
        self.wal = bool(path) and path.endswith("-wal")
        super().__init__("", name, flags)

    def xWrite(self, data, offset):  # noqa: N802 - apsw's names
        data = bytes(data)
        self.disk.power or self.kept.since.append((offset, data))  # cut within it
        self.disk.spend()
        self.kept.since.append((offset, data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize):  # noqa: N802 - apsw's names
        self.disk.spend()
        self.kept.since.append((newsize, None))
        super().xTruncate(newsize)

    def xSync(self, flags):  # noqa: N802, ARG002 - apsw's names
        self.disk.spend()
        self.kept.sync()
        # SQLite's unix VFS syncs the directory of a WAL that it has made
        self.kept.named = self.kept.named or self.wal


class DiskDatabase:
    """The journal's door to SQLite, on the simulated disk."""

    def __init__(self, path: Path, disk: Disk, synchronous: str) -> None:
        self.disk, self.synchronous = disk, synchronous
        self.connection = apsw.Connection(str(path), vfs=disk.name)
        # without shared memory, which apsw's files don't have
        self.connection.execute("PRAGMA locking_mode=EXCLUSIVE")

    def execute(self, sql, parameters=()):
        sql = sql.replace("PRAGMA synchronous=FULL", self.synchronous)
        if sql.startswith("PRAGMA wal_autocheckpoint"):
            sql = f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}"
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except apsw.Error as error:
            if self.disk.dead:
                raise PowerCutError from error
            raise failure(getattr(error, "extendedresult", 1), str(error)) from error

    def close(self) -> None:
        with suppress(apsw.Error, PowerCutError):
            self.connection.close(True)


def sample(n: int) -> Sample:
    spun = n * 2654435761 % 997
    values = {"import_total_wh": 10_000_000 + n // 3, "apparent_power_va": spun}
    values |= {f"import_tariff{i:02}_wh": spun * i for i in range(1, 8)}
    return Sample("linky", BASE_MS + n * 1000, values)


@dataclass
class Home:
    """One directory that lives through several cuts, and what it confirmed."""

    directory: Path
    rng: random.Random
    synchronous: str = "PRAGMA synchronous=FULL"
    confirmed: dict[Address, int] = field(default_factory=dict)
    forgotten: int = 0
    n: int = 0

    def live(self, monkeypatch: pytest.MonkeyPatch, power: int) -> None:
        """Write on the simulated disk until the power is cut."""
        disk = Disk(f"disk{id(self)}", self.rng.getrandbits(30), power)
        database = None

        def connect(path, *, read_only=False):  # noqa: ARG001 - the door's signature
            nonlocal database
            database = DiskDatabase(path, disk, self.synchronous)
            return database

        with monkeypatch.context() as patch:
            patch.setattr(edge.journal.file, "sync_directory", disk.sync_directory)
            with suppress(PowerCutError, apsw.Error):
                self._write(connect)
        disk.power = -1
        if database is not None:
            database.close()
        disk.cut()
        disk.unregister()

    def _write(self, connect) -> None:
        place = Place(self.directory, connect, Ballast(self.directory, 1 << 20))
        log = place.load()
        assert place.set_aside == []
        log.transact((), [lambda tx: cursors.register(tx, COPIER)])
        while True:
            count = self.rng.choice((1, 10, 33, 200))
            run = [sample(self.n + i) for i in range(count)]
            entries = [log.block(run, Lane.PRESENT)]
            if self.rng.random() < 0.2:
                event = Event("linky", run[-1].at_ms, EventKind.TARIFF, {"n": self.n})
                entries.append(log.entry(event, Lane.HISTORY))
            log.transact(entries)
            self.n += count
            self.confirmed[log.tail] = self.n
            if self.rng.random() < 0.3:
                self._copy(log)
            if self.rng.random() < 0.05:
                self._forget(log)

    def _copy(self, log: Log) -> None:
        """Append and move in one transaction, as the roller does."""
        tail, n = log.tail, self.n

        def work(tx):
            made = Event("copier", BASE_MS + n, EventKind.MESSAGE, {"n": n})
            tx.append(made, Lane.HISTORY)
            cursors.move(tx, COPIER, Lane.PRESENT, tail)

        log.transact((), [work])
        self.confirmed[log.tail] = n

    def _forget(self, log: Log) -> None:
        seqs = sorted(address.seq for address in self.confirmed)
        until = seqs[len(seqs) // 2]
        self.forgotten = max(
            self.forgotten, until
        )  # the cut may come behind the commit
        log.transact(
            (), [lambda tx: pruning.forget(tx, log.epochs.address(until), force=True)]
        )

    def examine(self) -> list[str]:
        """Open it as a start would; say all that is wrong."""
        wrong = []
        try:
            journal = Journal.open(self.directory, ballast_bytes=1 << 20)
        except JournalError as error:
            return [f"it doesn't open: {error}"]
        try:
            wrong += [f"set aside: {path.name}" for path in journal.set_aside]
            records = journal.read(limit=1_000_000)
            wrong += [f"damaged: {seq}" for seq in journal.damaged]
            cursor = journal.cursor(COPIER, Lane.PRESENT)
        except JournalError as error:
            return [*wrong, f"it doesn't read: {error}"]
        finally:
            journal.close()
        there = [record.address.seq for record in records]
        if there != sorted(set(there)):
            wrong.append("addresses repeat or fall")
        wrong += [
            f"lost: {address.seq} of {self.n} samples"
            for address in self.confirmed
            if address.seq > self.forgotten and address.seq not in set(there)
        ]
        samples = [
            sample
            for record in records
            if isinstance(record.body, Block) and record.lane is Lane.PRESENT
            for sample in record.body.samples()
            if record.address.seq > self.forgotten
        ]
        numbers = [(one.at_ms - BASE_MS) // 1000 for one in samples]
        if numbers and numbers != list(range(numbers[0], numbers[-1] + 1)):
            wrong.append("samples repeat or lack")
        if samples != [sample(n) for n in numbers]:
            wrong.append("samples differ from what was written")
        events = [r.body for r in records if isinstance(r.body, Event)]
        told = [event.detail["n"] for event in events if event.meter == "copier"]
        if told != sorted(set(told)):
            wrong.append("the copier's work was done twice")
        if (
            cursor
            and told
            and not self.forgotten
            and self.confirmed.get(cursor) is None
        ):
            wrong.append("the cursor is where nothing was confirmed")
        # what was committed and not confirmed may be there as well; where all that is
        # left is forgotten, what was confirmed is the last that was written
        if numbers:
            self.n = numbers[-1] + 1
        elif not self.forgotten:
            self.n = 0
        return wrong


def attack(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    cuts: int,
    synchronous: str = "PRAGMA synchronous=FULL",
) -> dict[int, list[str]]:
    """Cut the power `cuts` times; give what was wrong, by the number of the cut."""
    rng = random.Random(20261124)
    findings: dict[int, list[str]] = {}
    home = None
    for cut in range(cuts):
        if home is None or cut % CUTS_A_HOME == 0:
            place = directory / f"home{cut}"
            place.mkdir(mode=0o700)
            home = Home(place, rng, synchronous)
        home.live(monkeypatch, rng.choice((rng.randrange(60), rng.randrange(700))))
        wrong = home.examine()
        if wrong:
            findings[cut] = wrong
            home = None
    return findings


@pytest.mark.timeout(60 + CUTS)
def test_nothing_confirmed_is_lost_by_a_power_cut(tmp_path, monkeypatch):
    assert attack(tmp_path, monkeypatch, CUTS) == {}


@pytest.mark.timeout(60 + CUTS)
def test_the_attack_finds_loss_where_commits_are_not_synced(
    tmp_path, monkeypatch, record_property
):
    cuts = min(CUTS, 60)
    findings = attack(tmp_path, monkeypatch, cuts, "PRAGMA synchronous=OFF")
    record_property("cuts", cuts)
    record_property("found", len(findings))
    assert len(findings) > cuts // 4, f"only {len(findings)} of {cuts} found loss"
