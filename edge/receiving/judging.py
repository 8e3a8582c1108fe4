"""A batch judged: each reading against what is known around it, and the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge.catalogue import Fluid, Kind, Register
from edge.clock import TOLERANCE_MS
from edge.gate.neighbours import Known, late
from edge.gate.power import Power
from edge.gate.verdict import Reason, Refused
from edge.receiving.past import Past, Tracks
from edge.receiving.sent import Answer, Denied, Sent, Why
from edge.sample import HostInstant, Value

ORIGIN = "http"
FIRST_MS = 946_684_800_000
"""2000: no meter that sends anything is older."""

COUNTED = (Kind.INDEX, Kind.INSTANT)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a meter's readings are held to, and when that is."""

    meter: str
    fluid: Fluid
    power: Power
    catalogue: Mapping[str, Register]
    now: HostInstant


@dataclass(slots=True)
class Judged:
    """What may enter, by instant; what goes to the quarantine; what is answered."""

    fitting: dict[int, dict[str, int]] = field(default_factory=dict)
    aside: list[Refused] = field(default_factory=list)
    answer: Answer = field(default_factory=Answer)


@dataclass(slots=True)
class Line:
    """One register's words as the batch is gone through, oldest first."""

    past: Past
    last: Known | None = None
    following: Known | None = None
    looked: bool = False
    since: int = 0

    def around(self, at_ms: int) -> tuple[Known | None, Known | None]:
        """Give the words next before and next after an instant."""
        since, _ = self.past.era(at_ms)
        if since != self.since:  # another count: nothing before is its neighbour
            self.since, self.last, self.looked = since, None, False
        before = self.past.before(at_ms, self.last)
        stale = self.following is not None and self.following.at_ms <= at_ms
        if not self.looked or stale:
            self.following, self.looked = self.past.after(at_ms), True
        return before, self.following


def judge(batch: Sequence[Sent], terms: Terms, tracks: Tracks) -> Judged:
    """Say what may enter; blocks while it reads.

    Oldest first, whatever their order: what is let in is a neighbour of what follows.
    """
    judged, lines = Judged(), dict[str, Line]()
    for sent in sorted(batch, key=lambda one: one.at_ms):
        why = _strange(sent, terms)
        known: Value = None
        if why is None:
            line = lines.get(sent.register)
            if line is None:
                past = Past(tracks, terms.meter, sent.register)
                line = lines[sent.register] = Line(past)
            twin = judged.fitting.get(sent.at_ms, {}).get(sent.register)
            twin = line.past.at(sent.at_ms) if twin is None else twin
            if twin == sent.value:
                judged.answer.unchanged += 1
                line.last = Known(sent.at_ms, sent.value)
                continue
            if twin is not None:
                why = Why.TWO_VALUES
            else:
                around = line.around(sent.at_ms)
                register = terms.catalogue[sent.register]
                why = late(register, sent.value, sent.at_ms, around, terms.power)
                known = None if around[0] is None else around[0].value
            if why is None:
                line.last = Known(sent.at_ms, sent.value)
                judged.fitting.setdefault(sent.at_ms, {})[sent.register] = sent.value
                judged.answer.accepted += 1
                continue
        judged.answer.refused.append(Denied(sent.where, str(why)))
        if isinstance(why, Reason):
            aside = Refused(
                *(sent.register, sent.value, why, sent.at_ms, terms.meter),
                accepted=known,
                origin=ORIGIN,
            )
            judged.aside += [aside] if aside.durable else []
    return judged


def _strange(sent: Sent, terms: Terms) -> Reason | Why | None:
    """Say why a reading can't be of this meter now, whatever is known of it."""
    if sent.register not in terms.catalogue:
        return Reason.UNKNOWN
    register = terms.catalogue[sent.register]
    if register.fluid is not terms.fluid:
        return Why.FLUID
    if register.kind not in COUNTED:
        return Why.NOT_COUNTED
    if sent.at_ms < FIRST_MS:
        return Why.TOO_OLD
    if sent.at_ms - terms.now.wall_ms > TOLERANCE_MS:
        return Reason.FUTURE if terms.now.synchronised else Why.CLOCK
    return None
