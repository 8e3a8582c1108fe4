"""The household's decisions carried out, as its shell sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edge.catalogue import Fluid
from edge.commands import CommandRefused
from edge.consent.asking import Asking, Pending
from edge.consent.consents import Choice, Consents
from edge.consent.credentials import Credentials
from edge.consent.read_journal import Line, ReadJournal
from edge.consent.records import Consent, Declared, Service, plain
from edge.consent.terms import ASKED, Channel, Terms, read, read_all
from edge.consent.writers import Writers
from edge.decisions import (
    AddWriter,
    ApproveRequest,
    ConfirmWriters,
    CreateDestination,
    CreateService,
    Decision,
    Narrow,
    PauseServices,
    RefuseRequest,
    RemoveService,
    RemoveWriter,
    ResumeServices,
    ShowReadings,
    ShowRequest,
    Withdraw,
)
from edge.handover.rights import end_all

SHELL = "shell"
"""By which way the household agreed, and who types codes, when it is this one."""


@dataclass(frozen=True, slots=True)
class Household:
    """Carries decisions out on what a running home has open.

    `fluids` are the meters with what flows through each. Every method blocks for the
    disk, and gives plain JSON once what it did is durable.
    """

    consents: Consents
    credentials: Credentials
    asking: Asking
    fluids: Mapping[str, Fluid]
    readings: ReadJournal | None = None

    async def decide(self, decision: Decision) -> dict[str, Any]:
        """Carry a decision out off the loop; raise ConsentError, CommandRefused."""
        return await asyncio.to_thread(self._decide, decision)

    def _decide(self, decision: Decision) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - a line a decision
        match decision:
            case CreateService():
                return self._create(decision)
            case CreateDestination():
                return self._create_destination(decision)
            case RemoveService(service):
                held = self._withdraw(self._held(service))
                self.credentials.end(service)
                return held
            case PauseServices(services):
                self.consents.pause(_names(services) or None)
                return {"paused": services}
            case ResumeServices(services):
                self.consents.resume(_names(services) or None)
                return {"resumed": services}
            case ShowRequest(code):
                return self._show(code)
            case ApproveRequest():
                return self._approve(decision)
            case RefuseRequest(request, digest):
                self.asking.refuse(request, digest)
                return {"refused": request}
            case Withdraw(consents):
                return self._withdraw(_names(consents))
            case Narrow(consent, terms, meters):
                choice = Choice(read(terms), frozenset(_names(meters)))
                return {"consent": plain(self.consents.narrow(consent, choice))}
            case ShowReadings(service):
                return {"lines": [asdict(one) for one in self._lines(service)]}
            case AddWriter(name, meter):
                self._known(meter)
                writer, token = Writers(self.consents).add(name, meter)
                return {"writer": writer.id, "token": token}
            case ConfirmWriters(writers):
                heard = Writers(self.consents).confirm(_names(writers))
                return {"confirmed": [one.id for one in heard]}
            case RemoveWriter(writer):
                return {"removed": Writers(self.consents).remove(writer).id}

    def end_all(self) -> int:
        """Take back all that was granted, for good; give how many consents."""
        return end_all(self.consents, self.credentials)

    def _lines(self, service: str | None) -> list[Line]:
        return [] if self.readings is None else self.readings.lines(service)

    def _create(self, decision: CreateService) -> dict[str, Any]:
        service, given = self._give(decision, ASKED)
        # Cut before this, the service stands without a token, and can be removed.
        token = self.credentials.issue_long(service.id)
        return {
            "service": service.id,
            "consents": [one.id for one in given],
            "token": token,
        }

    def _create_destination(self, decision: CreateDestination) -> dict[str, Any]:
        if decision.channel not in set(Channel) - ASKED:
            raise CommandRefused("nothing is sent out by this channel")
        by = frozenset({Channel(decision.channel)})
        service, given = self._give(decision, by)
        return {"service": service.id, "consents": [one.id for one in given]}

    def _give(
        self, decision: CreateService | CreateDestination, by: frozenset[Channel]
    ) -> tuple[Service, list[Consent]]:
        meters = _names(decision.meters)
        for meter in meters:
            self._known(meter)
        choices = [self._choice(one, meters) for one in read_all(decision.details, by)]
        return self.consents.give(
            Declared.read(decision.declared),
            choices,
            {"way": SHELL, "language": decision.language[:2]},
        )

    def _choice(self, terms: Terms, meters: list[str]) -> Choice:
        """Give terms for those of the meters that are of their fluid."""
        fitting = [one for one in meters if self.fluids[one] is terms.fluid]
        if not fitting:
            there = [one for one, fluid in self.fluids.items() if fluid is terms.fluid]
            raise CommandRefused(
                f"{terms.fluid} is granted of no meter",
                hint=f"name one of {', '.join(there)}"
                if there
                else f"this home has no meter of {terms.fluid}",
            )
        return Choice(terms, frozenset(fitting))

    def _known(self, meter: str) -> None:
        if meter not in self.fluids:
            raise CommandRefused(
                f"no meter is called {meter[:60]!r}",
                hint=f"name one of {', '.join(self.fluids)}",
            )

    def _show(self, code: str) -> dict[str, Any]:
        pending = self.asking.by_code(code, SHELL)
        if pending is None:
            raise CommandRefused(
                "no request waits under this code",
                hint="codes hold for ten minutes: have the service ask again;"
                " after five wrong ones, nothing is shown for as long",
            )
        return self._told(pending)

    def _told(self, pending: Pending) -> dict[str, Any]:
        request = pending.request
        return {
            "request": pending.id,
            "digest": pending.digest,
            "declared": request.declared.plain(),
            "service": request.service,
            "lines": [
                {
                    "terms": one.plain(),
                    "meters": [
                        name for name, f in self.fluids.items() if f is one.fluid
                    ],
                }
                for one in request.terms
            ],
        }

    def _approve(self, decision: ApproveRequest) -> dict[str, Any]:
        choices = []
        for one in decision.choices:
            if not isinstance(one, dict) or not isinstance(one.get("meters"), list):
                raise CommandRefused("a choice has terms and meters")
            meters = _names(one["meters"])
            for meter in meters:
                self._known(meter)
            choices.append(self._choice(read(one.get("terms")), meters))
        service, given = self.asking.approve(
            decision.request,
            decision.digest,
            choices,
            {"way": SHELL, "language": decision.language[:2]},
        )
        return {"service": service.id, "consents": [one.id for one in given]}

    def _held(self, service: str) -> list[str]:
        self.consents.service(service)
        standing = self.consents.standing
        return [one.id for one in standing.of(service) if one.ended_ms is None]

    def _withdraw(self, consents: list[str]) -> dict[str, Any]:
        held: list[Consent] = self.consents.withdraw(consents)
        return {"withdrawn": [one.id for one in held]}


def _names(given: list[Any]) -> list[str]:
    """Take ids; raise CommandRefused on what is none."""
    if not all(isinstance(one, str) for one in given):
        raise CommandRefused("an id is a text")
    return given
