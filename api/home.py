"""What every route works with: the parts given in, and those that the API made."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request

from api.deps import Deps, MeterInfo
from api.door import OWNER, Door, Grant, Owner, speaks, steps
from api.errors import Problem
from api.feed import Feed
from api.guard import Tally
from api.instants import Civil
from api.limits import Lane
from api.problems import shown, suggestion
from api.rows import Rows
from edge.catalogue import Register
from edge.consent.read_journal import ReadJournal
from edge.consent.terms import Channel
from edge.health import HealthReport, PartHealth
from edge.sample import Sample


@dataclass(frozen=True, slots=True)
class Home:
    """One running API."""

    deps: Deps
    civil: Civil
    door: Door
    rows: Rows
    feed: Feed
    tally: Tally
    streams: Lane
    queries: Lane
    uploads: Lane
    batches: Lane
    written: Lane = field(default_factory=lambda: Lane(2, 1, "too-many-uploads"))
    transfers: Lane = field(default_factory=lambda: Lane(2, 1, "too-many-uploads"))

    def meters(self, who: Grant) -> list[MeterInfo]:
        """Give the meters that there are for who asks."""
        known = None if isinstance(who, Owner) else who.meters
        return [one for one in self.deps.meters if known is None or one.id in known]

    def meter(
        self, meter: str, parameter: str | None = None, who: Grant = OWNER
    ) -> MeterInfo:
        """Give a meter by its id; raise Problem, with the id probably meant."""
        known = self.meters(who)
        for info in known:
            if info.id == meter:
                return info
        advice = suggestion(meter, [info.id for info in known], "the meters are")
        raise Problem(
            "unknown-meter",
            f"no meter is {shown(meter)!r}; {advice}",
            parameter=parameter,
        )

    def registers(self, meter: MeterInfo, who: Grant) -> dict[str, Register]:
        """Give the registers that a meter of this fluid can have for who asks."""
        return {
            name: register
            for name, register in self.deps.catalogue.items()
            if register.fluid is meter.fluid and steps(who, meter.id, register)
        }

    def register(self, meter: MeterInfo, register: str, who: Grant = OWNER) -> Register:
        """Give a register that a meter of this fluid can have; raise Problem."""
        known = self.registers(meter, who)
        if register in known:
            return known[register]
        advice = suggestion(register, known, "")
        if not advice.startswith("did"):
            advice = "/api/v1/meters lists the registers of each meter"
        raise Problem(
            "unknown-register", f"no register is {shown(register)!r}; {advice}"
        )

    def consent_ms(self) -> int:
        """Give the instant that consents and sessions are judged at."""
        consents = self.deps.consents
        return self.deps.now_ms() if consents is None else consents.now_ms()

    def alone(self, who: Grant) -> None:
        """Raise Problem for anybody but the owner: as where nothing ever was."""
        if who != OWNER:
            raise Problem(
                "not-found", "nothing is served at this address; /docs lists what is"
            )

    async def latest(self, meter: str, who: Grant = OWNER) -> Sample | None:
        """Give a meter's last sample, live if it is, else the last committed.

        Whoever may see nothing of it is told so without its being looked for.
        """
        if not speaks(who, meter):
            return None
        sample = self.deps.bus.latest.get(meter) or await self.rows.latest(meter)
        self.door.check(who)
        return None if sample is None else self.door.sample(who, sample, Channel.REST)

    def health(self) -> HealthReport:
        """Give every part's health, ours last."""
        report = self.deps.health()
        ours = PartHealth(
            name="api",
            ok=True,
            counters={"answered": self.tally.answered},
            refused=dict(self.tally.refused),
            gauges={"streams": self.streams.running, "queries": self.queries.running},
        )
        return HealthReport(report.at_ms, (*report.parts, ours))


def opened(deps: Deps) -> Door:
    """Give the door of a home: with a read journal, where there are services."""
    consents = deps.consents
    journal = deps.read_journal
    if consents is not None and journal is None:
        journal = ReadJournal(consents.ledger, deps.zone)
    fluids = {info.id: info.fluid for info in deps.meters}
    return Door(deps.zone, fluids, consents, journal)


def home(request: Request) -> Home:
    """Give the home that a request is for."""
    found: Home = request.app.state.home
    return found


def grant(request: Request) -> Grant:
    """Give who asks, as the guard has let them in."""
    found: Grant = request.scope["state"]["grant"]
    return found
