"""A home whose service runs; each hostile file comes to it by a way that is there."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.commands import Query
from edge.service.control import send
from tests.attacks.hostile import CURVE, Hostile, Planted
from tests.attacks.hostile_archives import ARCHIVES
from tests.attacks.hostile_extracts import EXTRACTS
from tests.attacks.hostile_planted import DROPPED, NAMED
from tests.attacks.hostile_texts import TEXTS
from tests.attacks.hostile_workbooks import WORKBOOKS
from tests.edge.importing.importing_home import PRM
from tests.real.home import RELEVE, Home

READ = re.compile(r"a file was read apart, in ([0-9.]+) MB at most")
METERS = f"""
[imports]
folder = "import"
[[meters]]
id = "gas"
kind = "gazpar"
identifier = "{PRM}"
[[meters]]
id = "water"
kind = "water"
"""
ENOUGH_S = 300.0
"""For one file: who reads it lets all others go first, and a machine may be busy."""
FILES = (*ARCHIVES, *EXTRACTS, *WORKBOOKS, *TEXTS)
GROWS, LEFT = "a file that never stops growing", "left until it is whole"
DETAIL = re.compile(r"([a-z-]+): (.+)", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """What came of one: by which way, the reason's word, its sentence, the peak in MB.

    The peak is None where nothing was opened.
    """

    name: str
    way: str
    reason: str
    said: str
    peak_mb: float | None


class HostileHome(Home):
    """A home of three fluids, which nobody but the attacker says anything to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        text = self.config.read_text().replace(
            'id = "linky"\n', f'id = "linky"\nidentifier = "{PRM}"\n'
        )
        self.config.write_text(text + METERS)
        self.log: list[str] = []
        self.folder = self.data / "import"

    def run(self) -> None:
        """Start the service, and wait until it answers."""
        self.start(LANG="C.UTF-8")
        threading.Thread(target=self._listen, daemon=True).start()
        self.wait(lambda: self.answers)
        # the folder is looked through by another part, which may come up later
        self.wait((self.folder / "refused").is_dir)

    @property
    def answers(self) -> bool:
        try:
            return bool(self.get("/api/v1/health"))
        except OSError:
            return False

    def _listen(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.decode())

    def wait(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + ENOUGH_S
        while not true():
            assert time.monotonic() < end, "".join(self.log[-20:])
            time.sleep(0.05)  # asks until it is so; never hopes that it is

    def peaks(self) -> list[float]:
        """Give what each process that read a file took, in MB, so far."""
        return [float(mb) for mb in READ.findall("".join(self.log))]

    def upload(self, one: Hostile, data: bytes) -> Told:
        """Send a file to the API, and give what is answered."""
        before = len(self.peaks())
        status, answer = self._post(data)
        if status == 200:
            assert answer["new"] == answer["changed"] == 0, (one.name, answer)
            refused = answer["refused"][0]
            reason, said = refused["reason"], refused["detail"]["en"]
        else:
            found = DETAIL.fullmatch(answer["detail"])
            assert found is not None, (one.name, answer)
            reason, said = found[1], found[2]
        self.wait(lambda: len(self.peaks()) > before)
        return Told(one.name, "upload", reason, said, self.peaks()[-1])

    def _post(self, data: bytes) -> tuple[int, dict]:
        token = (self.data / "owner.token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/imports?name=../../%1B%5B2J.csv",
            data,
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/octet-stream",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=ENOUGH_S) as answer:  # noqa: S310 - ours
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def named(self, some: tuple[Planted, ...], directory: Path) -> Iterator[Told]:
        """Name planted ones to `releve import`, all at once; give what it says."""
        paths = {one: directory / f"{number}.csv" for number, one in enumerate(some)}
        for one, path in paths.items():
            one.plant(path)
        words = ["import", *map(str, paths.values()), "--config", str(self.config)]
        done = subprocess.run(
            [*RELEVE, *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=ENOUGH_S,
            env={"LANG": "en_GB.UTF-8"},
        )
        assert done.returncode == 1, done.stderr
        for (one, path), line in zip(
            paths.items(), done.stdout.splitlines(), strict=True
        ):
            assert str(path) in line
            yield Told(one.name, "releve import", reason_of(line, one), line, None)

    @contextmanager
    def dropped(self, some: tuple[Planted, ...]) -> Iterator[Callable[[], list[Told]]]:
        """Put planted ones into the folder, and one that grows; lend what tells.

        The words laid beside them are read once they are there: the folder is looked
        through every five seconds.
        """
        for number, one in enumerate(some):
            one.plant(self.folder / f"{number}.csv")
        path, stop = self.folder / "growing.csv", threading.Event()
        path.write_bytes(CURVE)

        def grow() -> None:
            while not stop.wait(0.05):  # whatever else this process does
                with path.open("ab") as file:
                    file.write(b"2023-01-01T00:30:00+01:00;460\n")

        def told() -> list[Told]:
            found = []
            for number, one in enumerate(some):
                word = self.folder / "refused" / f"{number}.csv.txt"
                # its name is there before its words are
                self.wait(lambda word=word: word.exists() and word.stat().st_size)
                said = word.read_text("utf-8").strip().splitlines()[-1]
                found.append(Told(one.name, "folder", reason_of(said, one), said, None))
            assert path.exists(), "it was taken while it grew"
            return [*found, Told(GROWS, "folder", "still-growing", LEFT, None)]

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            yield told
        finally:
            stop.set()
            writer.join()
            path.unlink()

    def tried(self, directory: Path) -> Iterator[Told]:
        """Try every file by a way that is there; give what came of each."""
        with self.dropped(DROPPED) as told:
            for one in FILES:
                yield self.upload(one, one.made())
            yield from self.named(NAMED, directory)
            yield from told()

    def kept(self) -> dict[str, int]:
        """Give how much of the past was written, and what lies about."""
        imports, history = (
            asyncio.run(send(self.data, Query(sql, ())))["rows"][0][0]
            for sql in (
                "SELECT count(*) FROM import",
                "SELECT count(*) FROM record WHERE lane <> 0",
            )
        )
        staged = self.data / "staged"
        left = len(list(staged.iterdir())) if staged.exists() else 0
        return {"imports": imports, "history": history, "staged": left}


def reason_of(said: str, one: Planted) -> str:
    """Give the word for a reason that was said as a sentence alone."""
    for reason in one.reasons:
        if SENTENCES[reason] in said.lower():
            return reason
    return said


SENTENCES = {
    "not-a-file": "this is no plain file",
    "unreadable": "can't be read",
    "too-large": "larger than 16 mib",
}
