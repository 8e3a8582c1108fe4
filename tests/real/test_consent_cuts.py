"""Power cuts while the household decides: nothing withdrawn is back, nothing is lost.

The disk is that of test_power_cuts: it forgets what was not synced.
"""

from __future__ import annotations

import os
import random
from contextlib import suppress
from pathlib import Path

import apsw
import pytest

import edge.consent.ledger
import edge.errors
from edge.consent.consents import Consents
from edge.consent.ledger import FILE, Ledger
from edge.consent.standing import stands
from edge.consent.terms import Grain
from edge.consent.time import ConsentTime
from tests.real.consent_plan import COACH, PARIS, Standing, choice, rights
from tests.real.test_power_cuts import Disk, DiskDatabase, PowerCutError

CUTS = int(os.environ.get("RELEVE_CUTS", "60"))
pytestmark = [pytest.mark.real, pytest.mark.timeout(60 + CUTS)]

LIVES = 6
"""Cuts that one home lives through before a new one is begun."""
EXTRA = "PRAGMA synchronous=EXTRA"


class LedgerDatabase(DiskDatabase):
    """The ledger's door to SQLite, on the simulated disk."""

    def execute(self, sql, parameters=()):
        return super().execute(sql.replace(EXTRA, self.synchronous), parameters)


def decisions(consents: Consents, rng: random.Random, n: int):
    """Choose a decision of those that can be made now; give it, to be made twice."""
    live = [one for one in consents.standing.consents.values() if one.ended_ms is None]
    kind = rng.choice(["give", "more", "narrow", "withdraw", "withdraw", "turn"])
    if kind == "give" or not live:
        return lambda c: c.give(COACH, [choice(f"p{n}"), choice(f"q{n}")], {})
    one = rng.choice(live)
    if kind == "more":
        return lambda c: c.give(one.service, [choice(f"p{n}")], {})
    if kind == "narrow":
        coarser = choice(one.terms.purpose, Grain.MONTH)
        return lambda c: c.narrow(one.id, coarser)
    if kind == "withdraw":
        return lambda c: c.withdraw([one.id])
    if consents.service(one.service).paused:
        return lambda c: c.resume([one.service])
    return lambda c: c.pause([one.service])


def twin_of(standing) -> Consents:
    """Give decisions in memory that begin where others stand."""
    ledger = Ledger.nowhere()
    return Consents(ledger, ConsentTime(ledger, Standing()), PARIS, standing.copy())


class Home:
    """One ledger that lives through several cuts, and what it acknowledged."""

    def __init__(self, directory: Path, rng: random.Random, synchronous: str) -> None:
        self.directory, self.rng, self.synchronous = directory, rng, synchronous
        self.n = 0
        self.acked = self.meant = ()
        self.head = b""

    def live(self, monkeypatch: pytest.MonkeyPatch, power: int) -> None:
        """Decide on the simulated disk until the power is cut."""
        disk = Disk(f"ledger{id(self)}", self.rng.getrandbits(30), power)
        database = None

        def connect(path, *, read_only=False):  # noqa: ARG001 - the door's signature
            nonlocal database
            database = LedgerDatabase(path, disk, self.synchronous)
            return database

        with monkeypatch.context() as patch:
            patch.setattr(edge.consent.ledger, "sync_directory", disk.sync_directory)
            with suppress(PowerCutError, apsw.Error):
                self._decide(connect)
        disk.power = -1
        if database is not None:
            database.close()
        disk.cut()
        disk.unregister()

    def _decide(self, connect) -> None:
        ledger = Ledger(self.directory / FILE, connect)
        time = ConsentTime(ledger, Standing())
        consents = Consents(ledger, time, PARIS, stands(ledger.entries()))
        while True:
            self.n += 1
            decide = decisions(consents, self.rng, self.n)
            twin = twin_of(consents.standing)
            decide(twin)
            self.meant = rights(twin)
            twin.ledger.close()
            decide(consents)
            self.acked, self.head = self.meant, ledger.head
            assert rights(consents) == self.acked

    def examine(self) -> list[str]:
        """Open it as a start would; say all that is wrong."""
        consents = Consents.open(self.directory, Standing(), PARIS)
        wrong = []
        try:
            found = rights(consents)
            if consents.set_aside is not None and self.head:
                wrong.append("the ledger was lost")
            if consents.shut is not None:
                wrong.append(f"it doesn't open: {consents.shut}")
            if found not in (self.acked, self.meant):
                more = set(found) - set(self.acked) - set(self.meant)
                wrong.append(f"{'more' if more else 'other'} rights than decided")
            with suppress(edge.errors.ConsentError):
                consents.ledger.verify(self.head or None)
                self.acked = self.meant = found
                return wrong
            wrong.append("a receipt's head was lost")
        finally:
            consents.close()
        return wrong


def attack(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    cuts: int,
    synchronous: str = EXTRA,
) -> dict[int, list[str]]:
    """Cut the power `cuts` times; give what was wrong, by the number of the cut."""
    rng = random.Random(20261129)
    findings: dict[int, list[str]] = {}
    home = None
    for cut in range(cuts):
        if home is None or cut % LIVES == 0:
            place = directory / f"home{cut}"
            place.mkdir(mode=0o700)
            home = Home(place, rng, synchronous)
        home.live(monkeypatch, rng.choice((rng.randrange(60), rng.randrange(400))))
        wrong = home.examine()
        if wrong:
            findings[cut] = wrong
            home = None
    return findings


def test_no_decision_that_was_acknowledged_is_lost_by_a_power_cut(
    tmp_path, monkeypatch
):
    assert attack(tmp_path, monkeypatch, CUTS) == {}


def test_the_attack_finds_loss_where_commits_are_not_synced(tmp_path, monkeypatch):
    cuts = min(CUTS, 60)
    findings = attack(tmp_path, monkeypatch, cuts, "PRAGMA synchronous=OFF")
    assert len(findings) > cuts // 5, f"only {len(findings)} of {cuts} found loss"
