"""A heat meter would need its table and a source: what else there is follows.

docs/architecture.md says so; `heat` is a fluid here that nothing else has heard of.
"""

from datetime import UTC, datetime

from edge.catalogue import Catalogue, Fluid, FluidMeter, Kind, Register
from edge.gate import Gate
from edge.interval import Step
from edge.journal.block import Block
from edge.registers import CATALOGUE, METERS, meter_of
from edge.roller import Roller
from edge.roller.roller import Counting
from edge.rollup.track import Track
from edge.sample import HostInstant, Reading, millis
from tests.edge.roller.rolling_memory import Memory


def unheard_of() -> Fluid:
    fluid = str.__new__(Fluid, "heat")
    fluid._name_, fluid._value_ = "HEAT", "heat"
    return fluid


HEAT = unheard_of()
ENERGY = Register(
    name="heat_energy_wh",
    fluid=HEAT,
    kind=Kind.INDEX,
    unit="Wh",
    title_en="Heat, energy",
    title_fr="Chaleur, énergie",
    minimum=0,
    maximum=9_999_999_999,
)
WITH_HEAT = Catalogue((*CATALOGUE.values(), ENERGY))
START_MS = millis(datetime(2026, 1, 5, 10, tzinfo=UTC))
MINUTE_MS = 60_000


def samples(gate):
    for minute in range(62):
        at_ms = START_MS + minute * MINUTE_MS
        seen = HostInstant(at_ms, minute * MINUTE_MS * 1_000_000, True, "boot")
        values = {ENERGY.name: 1_000_000 + 100 * minute}
        yield gate.judge(Reading("heat", values, seen, origin="heat")).sample


def test_a_fluid_of_which_nothing_is_said_has_a_meter_all_the_same():
    assert meter_of(HEAT) == FluidMeter()
    assert METERS.keys() == set(Fluid)


def test_its_index_passes_the_gate_and_is_rolled():
    heard = list(samples(Gate("heat", WITH_HEAT, fluid=HEAT)))
    assert [one.values[ENERGY.name] for one in heard][-1] == 1_006_100
    memory = Memory()
    memory.tracks.append(Track.of(Block.of(heard)))
    roller = Roller(memory, Counting(catalogue=WITH_HEAT, fluids={"heat": HEAT}))
    roller.hear(memory.tracks[0])
    rolled = [row for _, rows in roller.settle() for row in rows]
    halves = [row for row in rolled if row.step is Step.MIN30]
    assert [(row.register, row.value, row.coverage) for row in halves] == [
        ("heat_energy_wh", 3_000, 1.0),
        ("heat_energy_wh", 3_000, 1.0),
    ]
