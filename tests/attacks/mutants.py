"""Opens one hole of the code after the other and sees that the attack table finds it.

python -m tests.attacks.mutants [--only NAME] [--jobs N]

Each mutation is made in a copy of the tree, where the rows that are likely to see it
run first, then the whole of tests/attacks, then what specifies the package. What fails
in an untouched copy proves nothing, and ends all. It exits with 1 when a mutant
survived, and with 2 when one can't be made or can't run.
"""

from __future__ import annotations

import argparse
import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.attacks.mutation import ROOT, Mutation, mutations

OWN = "tests/attacks/test_mutants.py"
"""Sees any change by its text: it is no proof."""
FAILED = re.compile(r"^FAILED (.+?)(?: - .*)?$", re.MULTILINE)
AMONG = ("a likely row", "the whole table", "the specification")
"""Where a mutant is looked for, one after the other."""
PATIENCE_S = 1_800


class NoProof(Exception):
    """Raised when a run proves nothing: a copy that can't be made, or doesn't run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: which test caught it, among which; and after how long.

    `test` is empty for one that survived.
    """

    mutation: Mutation
    test: str
    among: str
    seconds: float

    def __str__(self) -> str:
        """Give its row of the report."""
        name, hole = self.mutation.name, self.mutation.hole
        test = self.test.rpartition("[")[2].rstrip("]") or self.test
        how = f"caught by {self.among}: {test}" if test else "SURVIVED"
        return f"{self.seconds:6.1f} s | {name} | {hole} | {how}"


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy of the tree in which tests are run."""

    path: Path

    @classmethod
    def copied(cls, path: Path) -> Tree:
        """Copy what Git knows of, or would; compiled, as the copies of it are."""
        listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.check_output(listed, cwd=ROOT, text=True)
        for name in filter(None, names.split("\0")):
            if (source := ROOT / name).is_file():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, path / name)
        for package in ("api", "edge"):
            compileall.compile_dir(path / package, quiet=1)
        return cls(path)

    def mutated(self, path: Path, mutation: Mutation) -> Tree:
        """Give another copy, with the mutation made; raise LookupError."""
        texts = mutation.files(self.path)
        shutil.copytree(self.path, path, symlinks=True)
        for file, text in texts.items():
            (path / file).write_text(text, "utf-8")
        return Tree(path)

    def imports_itself(self) -> bool:
        """Tell whether what runs here is this copy, and not what is installed."""
        told = "import api, edge; print(api.__file__, edge.__file__)"
        found = self._python("-c", told).stdout.split()
        return bool(found) and all(self.path in Path(one).parents for one in found)

    def failing(self, tests: Sequence[str]) -> str:
        """Run tests until one fails; give it, "" for none; raise NoProof."""
        how = ("-x", "-q", "--tb=no", "-rf", "-p", "no:cacheprovider")
        ran = self._python("-m", "pytest", *how, f"--ignore={OWN}", *tests)
        found = FAILED.search(ran.stdout)
        if (ran.returncode, found is None) not in {(0, True), (1, False)}:
            raise NoProof((ran.stdout + ran.stderr)[-2_000:])
        return "" if found is None else found[1]

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # the installed project leads to the checkout: what is here goes first
        environment = os.environ | {"PYTHONPATH": str(self.path)}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )


def outcome(mutation: Mutation, untouched: Tree, place: Path) -> Outcome:
    """Give what became of one mutant."""
    begun_s = time.monotonic()
    path = place / mutation.name.replace(" ", "-")
    mutant = untouched.mutated(path, mutation)
    tests = (mutation.likely, ["tests/attacks"], mutation.specified)
    try:
        for among, ran in zip(AMONG, tests, strict=True):
            if test := mutant.failing(ran):
                if among is not AMONG[0] and untouched.failing([test]):
                    raise NoProof(f"an untouched copy fails it as well: {test}")
                return Outcome(mutation, test, among, time.monotonic() - begun_s)
        return Outcome(mutation, "", "", time.monotonic() - begun_s)
    finally:
        shutil.rmtree(path)


def control(untouched: Tree, wanted: Sequence[Mutation]) -> None:
    """See that all that is likely to catch one passes as it is; raise NoProof."""
    if not untouched.imports_itself():
        raise NoProof("what runs in the copy is not the copy")
    tests = sorted({test for one in wanted for test in one.likely})
    if test := untouched.failing(tests):
        raise NoProof(f"an untouched copy fails: {test}")
    print(f"control: {len(tests)} tests pass in an untouched copy")


def chosen(only: Sequence[str]) -> list[Mutation]:
    """Give the mutations whose name has one of these words in it; all for none."""
    known = mutations()
    found = [one for one in known if not only or any(w in one.name for w in only)]
    if not found:
        raise NoProof("no mutation is called so")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        place = Path(directory)
        try:
            wanted = chosen(asked.only)
            untouched = Tree.copied(place / "untouched")
            for one in wanted:
                one.files(untouched.path)
            control(untouched, wanted)
            with ThreadPoolExecutor(asked.jobs) as pool:
                one_by_one = partial(outcome, untouched=untouched, place=place)
                found = []
                for one in pool.map(one_by_one, wanted):
                    print(one, flush=True)
                    found.append(one)
        except (LookupError, NoProof, subprocess.TimeoutExpired) as error:
            print(f"no proof: {error}")
            return 2
    *table, specified = (sum(one.among == among for one in found) for among in AMONG)
    caught = sum(table) + specified
    print(
        f"{caught} of {len(found)} caught, {sum(table)} by the attack table,"
        f" {specified} by the specification"
    )
    return 0 if caught == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
