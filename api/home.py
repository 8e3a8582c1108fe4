"""What every route works with: the parts given in, and those that the API made."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from api.deps import Deps, MeterInfo
from api.door import Grant
from api.errors import Problem
from api.feed import Feed
from api.guard import Tally
from api.instants import Civil
from api.limits import Lane
from api.problems import shown, suggestion
from api.rows import Rows
from edge.catalogue import Register
from edge.health import HealthReport, PartHealth
from edge.sample import Sample


@dataclass(frozen=True, slots=True)
class Home:
    """One running API."""

    deps: Deps
    civil: Civil
    rows: Rows
    feed: Feed
    tally: Tally
    streams: Lane
    queries: Lane
    uploads: Lane
    batches: Lane

    def meter(self, meter: str, parameter: str | None = None) -> MeterInfo:
        """Give a meter by its id; raise Problem, with the id probably meant."""
        for info in self.deps.meters:
            if info.id == meter:
                return info
        advice = suggestion(
            meter, [info.id for info in self.deps.meters], "the meters are"
        )
        raise Problem(
            "unknown-meter",
            f"no meter is {shown(meter)!r}; {advice}",
            parameter=parameter,
        )

    def register(self, meter: MeterInfo, register: str) -> Register:
        """Give a register that a meter of this fluid can have; raise Problem."""
        catalogue = self.deps.catalogue
        if register in catalogue and catalogue[register].fluid is meter.fluid:
            return catalogue[register]
        known = [name for name, r in catalogue.items() if r.fluid is meter.fluid]
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

    async def latest(self, meter: str) -> Sample | None:
        """Give a meter's last sample, live if it is, else the last committed."""
        return self.deps.bus.latest.get(meter) or await self.rows.latest(meter)

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


def home(request: Request) -> Home:
    """Give the home that a request is for."""
    found: Home = request.app.state.home
    return found


def grant(request: Request) -> Grant:
    """Give who asks, as the guard has let them in."""
    found: Grant = request.scope["state"]["grant"]
    return found
