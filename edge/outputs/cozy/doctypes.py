"""Which kind of document holds what: one doctype a fluid and a step, no more asked.

In a Cozy it is the doctype that an app is given or not: so days can be shown to one
that may not see half-hours, as here.
"""

from __future__ import annotations

from collections.abc import Iterable

from edge.catalogue import Fluid
from edge.consent.terms import Grain, Terms
from edge.interval import Step

PREFIX = "org.releve"
VERBS = "GET,POST"
"""What is written, in bulk, and what of our own is read: nothing else is asked for."""
FINE = (Step.MIN30, Step.HOUR)
COARSE = (Step.DAY, Step.MONTH, Step.YEAR)


def doctype(fluid: Fluid, step: Step) -> str:
    """Give the doctype of what is our own."""
    return f"{PREFIX}.{fluid.value}.{step.value}"


def steps(grain: Grain) -> tuple[Step, ...]:
    """Give the steps that are told: the finest, and what can't be added up from it."""
    if grain is Grain.LIVE:
        grain = Grain.MIN30  # nothing that is still open goes to a Cozy
    fine = [step for step in FINE if step in grain.steps][:1]
    return (*fine, *(step for step in COARSE if step in grain.steps))


def scope(wanted: Iterable[Terms]) -> str:
    """Give what a Cozy is asked for: the doctypes of what is granted, and no other."""
    kinds = {doctype(one.fluid, step) for one in wanted for step in steps(one.grain)}
    return " ".join(f"{kind}:{VERBS}" for kind in sorted(kinds))
