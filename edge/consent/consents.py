"""What the household decides: durable first, then known to every channel."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from edge.calendar import DAY_MS, Calendar
from edge.consent.ledger import FILE, Ledger
from edge.consent.records import Consent, Declared, Grant, Service, Standing, plain
from edge.consent.standing import Act, stands, step
from edge.consent.terms import Terms
from edge.consent.time import STEADY_MS, ConsentTime
from edge.errors import ConsentError, DamagedDatabase, EdgeError, JournalError
from edge.health import PartHealth
from edge.host import Clock
from edge.journal.file import set_aside
from edge.sample import utc

log = logging.getLogger(__name__)

Acts = list[tuple[Act, Mapping[str, Any]]]
Listener = Callable[[frozenset[str]], None]
"""Told which services' grants changed, in the thread that changed them."""

REFUSED_MS = 30 * 86_400_000
"""How long a refusal holds: who was refused may not ask again before."""
SERVICES_MOST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One line that is approved: its terms, maybe narrowed, and of which meters."""

    terms: Terms
    meters: frozenset[str]


@dataclass(slots=True)
class Consents:
    """The household's decisions; every method that decides blocks for the disk.

    Whatever returns is durable, and every listener was told. Nothing here gives a
    right but the ledger's entries.
    """

    ledger: Ledger
    time: ConsentTime
    zone: ZoneInfo
    standing: Standing = field(default_factory=Standing)
    set_aside: Path | None = None
    shut: EdgeError | None = None
    _listeners: list[Listener] = field(default_factory=list)
    _over: dict[str, str] = field(default_factory=dict)
    _doubted: bool = False
    _unwritten: EdgeError | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def open(
        cls,
        directory: Path,
        clock: Clock,
        zone: ZoneInfo,
        meter_ms: Callable[[int], int] = lambda _monotonic_ns: 0,
    ) -> Consents:
        """Open a home's ledger, whatever it finds: the meters are read all the same.

        A damaged one, or one that was changed, is set aside and a new one begun, in
        which nobody holds anything. One that can't be opened is left as it is, and
        nothing is granted or decided: `shut` is why.
        """
        path = directory / FILE
        aside = None
        try:
            try:
                ledger, standing = _opened(path)
            except (DamagedDatabase, ConsentError) as error:
                aside = set_aside(path, clock.now().wall_ms)
                log.error("%s is set aside as %s: %s", path, aside.name, error)  # noqa: TRY400 - its sentence says it all
                ledger, standing = _opened(path)
        except JournalError as error:
            log.error("no service is served: %s", error)  # noqa: TRY400 - same
            ledger = Ledger.nowhere()
            time = ConsentTime(ledger, clock, meter_ms)
            return cls(ledger, time, zone, set_aside=aside, shut=error)
        time = ConsentTime(ledger, clock, meter_ms)
        return cls(ledger, time, zone, standing, set_aside=aside)

    def health(self) -> PartHealth:
        """Say how the ledger is, without waiting for anything."""
        detail = "" if self.shut is None else f"no service is served: {self.shut}"
        if self.shut is None and self.set_aside is not None:
            detail = (
                f"the ledger was damaged, and is set aside as {self.set_aside.name}:"
                " no service is served until you restore a backup, or grant anew"
            )
        if self._unwritten is not None and not detail:
            detail = f"what has expired is not written down yet: {self._unwritten}"
        standing = self.standing
        live = [one for one in standing.consents.values() if one.ended_ms is None]
        paused = [one for one in standing.services.values() if one.paused]
        gauges = {"live": len(live), "paused": len(paused)}
        return PartHealth("consent", not detail, gauges=gauges, detail=detail)

    def listen(self, listener: Listener) -> None:
        """Have a channel told whose grants change, from now on."""
        self._listeners.append(listener)

    # reading

    def now_ms(self) -> int:
        """Give the instant that consents are judged at."""
        return self.time.now_ms()

    def grant(self, service: str) -> Grant | None:
        """Give what a service holds now; None for nothing, or nobody."""
        now = self.time.judge()
        return self.standing.grant(service, now.latest_ms, behind_ms=now.behind_ms)

    def service(self, service: str) -> Service:
        """Give a service; raise ConsentError when there is none of that id."""
        try:
            return self.standing.services[service]
        except KeyError:
            raise ConsentError(
                "no service has this id", hint="`releve services list` shows them"
            ) from None

    def consent(self, consent: str) -> Consent:
        """Give a consent; raise ConsentError when there is none of that id."""
        try:
            return self.standing.consents[consent]
        except KeyError:
            raise ConsentError(
                "no consent has this id", hint="`releve consents list` shows them"
            ) from None

    def refused_ms(self, key: str) -> int | None:
        """Give until when who was refused may not ask again; None if they may."""
        at_ms = self.standing.refusals.get(key)
        until_ms = None if at_ms is None else at_ms + REFUSED_MS
        sure_ms = self.time.judge().sure_ms
        return until_ms if until_ms and sure_ms < until_ms else None

    # deciding

    def give(
        self,
        who: Declared | str,
        choices: Sequence[Choice],
        basis: Mapping[str, Any],
    ) -> tuple[Service, list[Consent]]:
        """Grant a new service, or one that is known by its id, what was chosen.

        `basis` is what the household saw and by which way it agreed, for the record. A
        consent of the same class, fluid and purpose that it holds is replaced.
        """
        if not choices or any(not one.meters for one in choices):
            raise ConsentError("nothing was chosen: pick a class, and a meter for it")
        with self._lock:
            now = self.time.judge()
            now_ms = now.sure_ms  # of two, what is granted ends the sooner
            acts: Acts = []
            if isinstance(who, Declared):
                if len(self._serving()) >= SERVICES_MOST:
                    raise ConsentError("there are too many services already")
                name = f"s{secrets.token_hex(6)}"
                acts.append((Act.SERVICE, {"id": name, "declared": who.plain()}))
            else:
                name = self.service(who).id
            given = []
            for choice in choices:
                consent = self._new(name, choice, now_ms)
                acts += [
                    (Act.WITHDRAWN, {"consent": one.id, "replaced": consent.id})
                    for one in self.standing.of(name)
                    if one.ended_ms is None and _same(one.terms, choice.terms)
                ]
                acts.append(
                    (Act.GIVEN, {"consent": plain(consent), "basis": dict(basis)})
                )
                given.append(consent)
            self._do(now_ms, acts, {name})
            return self.standing.services[name], given

    def _serving(self) -> set[str]:
        """Give the services that still hold something, or may again."""
        consents = self.standing.consents.values()
        return {one.service for one in consents if one.ended_ms is None}

    def refuse(self, key: str, basis: Mapping[str, Any]) -> None:
        """Note that who asked was refused."""
        self.enter(Act.REFUSED, {"key": key, **basis})

    def withdraw(self, consents: Iterable[str]) -> list[Consent]:
        """Take consents back; give those that held."""
        with self._lock:
            now_ms = self.time.judge().sure_ms
            found = [self.consent(one) for one in dict.fromkeys(consents)]
            held = [one for one in found if one.ended_ms is None]
            acts: Acts = [(Act.WITHDRAWN, {"consent": one.id}) for one in held]
            self._do(now_ms, acts, {one.service for one in held})
            return held

    def narrow(self, consent: str, choice: Choice) -> Consent:
        """Put a narrower consent in one's place; raise ConsentError if it isn't."""
        with self._lock:
            now = self.time.judge()
            now_ms = now.sure_ms
            before = self.consent(consent)
            if not before.live(now.latest_ms):
                raise ConsentError("this consent has ended already")
            if not choice.meters:
                raise ConsentError("no meter is left: withdraw it")
            if not (
                choice.terms.within(before.terms) and choice.meters <= before.meters
            ):
                raise ConsentError("a consent can be narrowed, not widened")
            after = self._new(before.service, choice, now_ms)
            expires_ms = min(after.expires_ms, before.expires_ms)
            after = replace(after, expires_ms=expires_ms)
            body = {"replaces": before.id, "consent": plain(after)}
            self._do(now_ms, [(Act.NARROWED, body)], {before.service})
            return after

    def pause(self, services: Iterable[str] | None = None) -> None:
        """Have services get nothing until they are resumed; all, unless named."""
        self._turn(Act.PAUSED, services, on=True)

    def resume(self, services: Iterable[str] | None = None) -> None:
        """End the pause of services; what fell into it is never told."""
        self._turn(Act.RESUMED, services, on=False)

    def _turn(self, act: Act, services: Iterable[str] | None, *, on: bool) -> None:
        with self._lock:
            named = self.standing.services if services is None else services
            found = [self.service(one) for one in dict.fromkeys(named)]
            found = [one for one in found if one.paused is not on]
            now = self.time.judge()
            if found and not on and now.behind_ms > DAY_MS:
                # till when it lasted is for ever: not by a clock that may be wrong
                raise ConsentError(
                    "the clock has just jumped, and nothing confirms what it says",
                    hint="try again in ten minutes, or set the clock right",
                )
            acts: Acts = [(act, {"service": one.id}) for one in found]
            at_ms = now.sure_ms if on else now.latest_ms
            self._do(at_ms, acts, {one.id for one in found})

    def expire(self) -> frozenset[str]:
        """Have time do its work; give the services whose grant it changed.

        To be called each half second. What the clock alone says is over is suspended:
        its channels are told, and the ledger is once that is confirmed.
        """
        with self._lock:
            now = self.time.judge()
            unended = [o for o in self.standing.consents.values() if o.ended_ms is None]
            over = {o.id: o.service for o in unended if not o.live(now.latest_ms)}
            turned = {over[one] for one in over.keys() - self._over.keys()}
            # what ended meanwhile was told of then
            turned |= {o.service for o in unended if o.id in self._over.keys() - over}
            self._over = over
            doubted = now.behind_ms > STEADY_MS
            if doubted is not self._doubted:  # what may be shown as over has changed
                self._doubted = doubted
                turned |= {one.service for one in unended}
            if turned:
                self._tell(frozenset(turned))
            if self.shut is None:
                self._write(unended)
            return frozenset(turned)

    def _write(self, unended: Sequence[Consent]) -> None:
        """Write down what is over by what is known; a full disk only delays it."""
        known_ms = self.time.known_ms
        due = [one for one in unended if known_ms >= one.expires_ms]
        acts: Acts = [(Act.EXPIRED, {"consent": one.id}) for one in due]
        try:
            self._do(known_ms, acts, {one.service for one in due})
            self.time.note()
            self._unwritten = None
        except EdgeError as error:
            self._unwritten = error

    def enter(self, act: Act, body: Mapping[str, Any]) -> None:
        """Enter an act that changes what no service may see."""
        with self._lock:
            self._do(self.time.judge().sure_ms, [(act, body)], set())

    def erase(self, service: str) -> None:
        """Erase all that the ledger says of a service that holds nothing any more.

        That something was granted and ended, and when, stays proved by the chain.
        """
        with self._lock:
            self.service(service)
            consents = self.standing.of(service)
            if any(one.ended_ms is None for one in consents):
                raise ConsentError(
                    "this service holds something still", hint="withdraw it first"
                )
            self.ledger.erase([service, *(one.id for one in consents)])
            after = self.standing.copy()
            del after.services[service]
            for one in consents:
                del after.consents[one.id]
            self.standing = after

    def _do(self, now_ms: int, acts: Acts, services: set[str]) -> None:
        """Append acts, have them stand, then tell; the lock is held.

        What stands is replaced, never changed: other threads are reading it.
        """
        if self.shut is not None:
            raise ConsentError(f"nothing can be decided now: {self.shut}")
        if not acts:
            return
        after = self.standing.copy()
        for act, body in acts:
            step(after, act, now_ms, body)
        try:
            self.ledger.append(now_ms, acts)
        except DamagedDatabase as error:
            self._give_up(error)
            raise ConsentError(
                f"the ledger is damaged, and no service is served any more: {error}",
                hint="restart the service: it sets the ledger aside",
            ) from error
        self.standing = after
        if services:
            self._tell(frozenset(services))

    def _give_up(self, error: DamagedDatabase) -> None:
        """Serve nobody: what is decided can't be kept any more."""
        services = frozenset(self.standing.services)
        self.standing, self.shut = Standing(), error
        self._tell(services)

    def _tell(self, services: frozenset[str]) -> None:
        for listener in self._listeners:
            try:
                listener(services)
            except Exception:
                # one channel that fails must not keep the others from being told
                log.exception("a channel could not be told of what changed")

    def _new(self, service: str, choice: Choice, now_ms: int) -> Consent:
        today = utc(now_ms).astimezone(self.zone).date()
        ends = Calendar(self.zone).day_start(choice.terms.duration.after(today))
        return Consent(
            f"c{secrets.token_hex(6)}",
            service,
            choice.meters,
            choice.terms,
            now_ms,
            ends,
        )

    def close(self) -> None:
        """Write down what time it is known to be, and let go of the file."""
        with suppress(JournalError):
            self.time.note(force=True)
        self.ledger.close()


def _opened(path: Path) -> tuple[Ledger, Standing]:
    """Open a ledger and add it up; raise ConsentError or DamagedDatabase on damage."""
    ledger = Ledger(path)
    try:
        ledger.verify()
        return ledger, stands(ledger.entries())
    except BaseException:
        ledger.close()
        raise


def _same(one: Terms, other: Terms) -> bool:
    return (
        one.fluid is other.fluid
        and one.consent_class is other.consent_class
        and one.purpose == other.purpose
    )
