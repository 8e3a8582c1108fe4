"""Giving an extract: who gets it becomes a service, which holds it for a day.

The grant is made for this extract alone, and gives no key: the file is all of it. It
stands in the ledger and in the read journal, as whatever leaves the home.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from edge.catalogue import ConsentClass, Fluid
from edge.consent.consents import Choice, Consents
from edge.consent.period import Period
from edge.consent.read_journal import ReadJournal
from edge.consent.receipts import receipt
from edge.consent.records import Declared, Grant
from edge.consent.terms import MOST, PURPOSE_MOST, Channel, Grain, Terms, text
from edge.errors import RequestRefused
from edge.merging.merged import MergedRows
from edge.portability.extract import Cut, ExtractPack
from edge.portability.refusal import PackRefused
from edge.portability.sink import Sink
from edge.sample import utc

DAY = Period(0, 1)
GRAINS = (Grain.MIN30, Grain.HOUR, Grain.DAY, Grain.MONTH)
ELECTRIC = frozenset({ConsentClass.ENERGY_BY_TARIFF, ConsentClass.MAX_POWER})
"""Classes that no other fluid has."""
CLASSES = frozenset({ConsentClass.ENERGY, *ELECTRIC})
"""What an extract may hold: amounts and largest powers, never the power itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the household gives, and to whom; no meters: all of them."""

    recipient: str
    contact: str
    purpose: str
    cut: Cut
    meters: Sequence[str] = ()
    classes: Sequence[ConsentClass] = (ConsentClass.ENERGY,)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Given:
    """What was granted: to a service of this id, by these consents."""

    service: str
    consents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extracting:
    """Gives extracts of one home; every method blocks for the disk."""

    consents: Consents
    readings: ReadJournal
    reads: MergedRows
    fluids: Mapping[str, Fluid]
    zone: ZoneInfo

    def give(self, wanted: Wanted) -> Given:
        """Enter the grant in the ledger; raise PackRefused, ConsentError."""
        unknown = set(wanted.meters) - self.fluids.keys()
        if unknown:
            raise PackRefused(
                f"no meter is called {min(unknown)[:60]!r}",
                hint=f"name one of {', '.join(self.fluids)}",
            )
        if wanted.cut.grain not in GRAINS or not CLASSES.issuperset(wanted.classes):
            raise PackRefused("an extract holds amounts of half-hours or longer")
        if not wanted.cut.start_ms < wanted.cut.end_ms:
            raise PackRefused("an extract begins before it ends")
        choices = [
            Choice(self._terms(wanted, fluid, one), frozenset(meters))
            for fluid, meters in self._meters(wanted).items()
            for one in dict.fromkeys(wanted.classes)
            if fluid is Fluid.ELECTRICITY or one not in ELECTRIC
        ]
        declared = Declared.read(
            {
                "name": wanted.recipient,
                "controller": wanted.recipient,
                "contact": wanted.contact,
                "leaves_home": True,
                "recipients": wanted.recipient,
            }
        )
        basis = {"way": "export", "language": wanted.language[:2]}
        who = self._known(declared) or declared
        service, given = self.consents.give(who, choices, basis)
        return Given(service.id, tuple(one.id for one in given))

    def _known(self, declared: Declared) -> str | None:
        """Give who had extracts before under these very words: it is the same.

        What fell into a pause of theirs is never told, by a later extract either. While
        one is held still, the next is of another service: one would end the other.
        """
        standing, now_ms = self.consents.standing, self.consents.now_ms()
        alone = frozenset({Channel.EXTRACT})
        for one in standing.services.values():
            held = standing.of(one.id)
            over = held and all(
                consent.terms.channels == alone and not consent.live(now_ms)
                for consent in held
            )
            if one.declared == declared and over:
                return one.id
        return None

    def _grant(self, given: Given) -> Grant | None:
        """Give what is granted for one extract, and not for another of the day."""
        grant = self.consents.grant(given.service)
        if grant is None:
            return None
        mine = tuple(one for one in grant.consents if one.id in given.consents)
        return replace(grant, consents=mine) if mine else None

    def _meters(self, wanted: Wanted) -> dict[Fluid, list[str]]:
        found: dict[Fluid, list[str]] = {}
        for meter in wanted.meters or self.fluids:
            found.setdefault(self.fluids[meter], []).append(meter)
        return found

    def _terms(self, wanted: Wanted, fluid: Fluid, one: ConsentClass) -> Terms:
        try:
            purpose = text(wanted.purpose, PURPOSE_MOST)
        except ValueError as error:
            raise RequestRefused(str(error)) from error
        days = (self._today() - self._day(wanted.cut.start_ms)).days
        history = Period(0, max(1, days))
        if not history <= MOST:
            history = MOST
        by = frozenset({Channel.EXTRACT})
        return Terms(fluid, one, wanted.cut.grain, history, by, purpose, DAY)

    def _today(self) -> date:
        return self._day(self.consents.now_ms())

    def _day(self, at_ms: int) -> date:
        return utc(at_ms).astimezone(self.zone).date()

    def begin(self, wanted: Wanted) -> Extraction:
        """Grant an extract, and give what writes it."""
        given = self.give(wanted)
        pack = ExtractPack(
            self.reads,
            lambda: self._grant(given),
            self.consents.now_ms,
            self.zone,
            wanted.cut,
        )
        return Extraction(self, given, pack)


@dataclass(frozen=True, slots=True)
class Extraction:
    """One extract that was granted, and is written as far as the grant holds."""

    extracting: Extracting
    given: Given
    pack: ExtractPack

    def steps(self, to: Sink) -> Generator[tuple[str, float], None, None]:
        """Write it bit by bit; whatever came of it stands in the read journal."""
        try:
            yield from self.pack.steps(to)
        finally:
            now_ms = self.extracting.consents.now_ms()
            journal, who = self.extracting.readings, self.given.service
            journal.note(who, Channel.EXTRACT, self.pack.noted, now_ms)
            journal.write(now_ms)

    def document(self) -> dict[str, Any]:
        """Say what came of it, as JSON: the rows of each meter, each consent's receipt.

        A receipt names the ledger's head, so it proves what was agreed to.
        """
        consents = self.extracting.consents
        entries, now_ms = tuple(consents.ledger.entries()), consents.now_ms()
        return {
            "service": self.given.service,
            "rows": self.pack.rows,
            "receipts": [receipt(entries, one, now_ms) for one in self.given.consents],
        }
