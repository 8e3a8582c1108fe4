"""The shape that Ecolyo reads: a document an interval, in local integers.

Nothing of it is documented by its makers where we could read it: it is the household's
to ask for, and their own connectors may write the same days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid, Register
from edge.consent.terms import Terms
from edge.interval import Step
from edge.outputs.cozy.doctypes import VERBS, steps
from edge.outputs.cozy.document import APP, Document
from edge.outputs.services.row import Row
from edge.sample import utc

NAME = "ecolyo"
INTERVAL = ("year", "month", "day", "hour", "minute")
"""All five stand in each document: it is looked for by them."""
WORDS = {Step.MIN30: "minute"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is shown of a fluid: one register, at these steps, divided by so much."""

    family: str
    register: str
    steps: tuple[Step, ...]
    divisor: int


COARSE = (Step.DAY, Step.MONTH, Step.YEAR)
KINDS: Mapping[Fluid, Kind] = {
    Fluid.ELECTRICITY: Kind(
        "enedis", "import_total_wh", (Step.MIN30, Step.HOUR, *COARSE), 1_000
    ),
    Fluid.GAS: Kind("grdf", "gas_energy_wh", COARSE, 1_000),
    Fluid.WATER: Kind("egl", "water_volume_l", COARSE, 1),
}


def doctype(fluid: Fluid, step: Step) -> str:
    """Give the doctype of a fluid at a step."""
    return f"com.grandlyon.{KINDS[fluid].family}.{WORDS.get(step, step.value)}"


def scope(wanted: Iterable[Terms]) -> str:
    """Give what a Cozy is asked for, and no other doctype of that family's."""
    kinds = {
        doctype(one.fluid, step)
        for one in wanted
        for step in steps(one.grain)
        if step in KINDS[one.fluid].steps
    }
    return " ".join(f"{kind}:{VERBS}" for kind in sorted(kinds))


def documents(
    home: str, register: Register, rows: Sequence[Row], zone: ZoneInfo
) -> Iterator[Document]:
    """Give a document for each row that this shape has a place for."""
    kind = KINDS[register.fluid]
    for row in rows:
        step = Step(row.step)
        if register.name != kind.register or step not in kind.steps:
            continue
        if row.value is None:
            continue
        told = dict(zip(INTERVAL, _interval(row, step, zone), strict=True))
        of = utc(row.start_ms).strftime("%Y%m%dT%H%MZ")
        body = {
            "load": row.value / kind.divisor if kind.divisor > 1 else row.value,
            **told,
            "cozyMetadata": {"metadataVersion": 1, "createdByApp": APP},
        }
        name = doctype(register.fluid, step)
        yield Document(name, f"{home}:{row.meter}:{of}", body, (row,))


def _interval(row: Row, step: Step, zone: ZoneInfo) -> tuple[int, int, int, int, int]:
    at = utc(row.start_ms).astimezone(zone)
    match step:
        case Step.YEAR:
            return at.year, 1, 0, 0, 0
        case Step.MONTH:
            return at.year, at.month, 0, 0, 0
        case Step.DAY:
            return at.year, at.month, at.day, 0, 0
    return at.year, at.month, at.day, at.hour, at.minute
