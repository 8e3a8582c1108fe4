"""Every source of three fluids, in every store: the same answers, merged ones too.

What is expected is what the journal alone answers; each engine is then told the same.
"""

from __future__ import annotations

import asyncio
import random
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from edge.catalogue import Fluid
from edge.importing.formats import MODULES
from edge.interval import Step
from edge.merging.precedence import Purpose
from edge.reads import Reads
from edge.record import Baseline, Correction, Lane
from edge.roller.consumer import RollerConsumer
from edge.roller.roller import Counting
from edge.sample import Quality, Sample
from edge.stores.sqlite.store import SqliteStore
from tests.edge.importing.importing_home import House
from tests.edge.stores.told_files import OWN, real_files, told_files

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

EVER = 1 << 50
T0 = 1_792_870_200_000  # the evening before a day of 25 hours, in Paris
PARIS = ZoneInfo("Europe/Paris")
COUNTING = Counting(
    zone=PARIS,
    fluids={"linky": Fluid.ELECTRICITY, "gas": Fluid.GAS, "water": Fluid.WATER},
)
PAGE = 64
WITHOUT_READINGS = {
    "edf-reached-powers",
    "enedis-no-readings",
    "enedis-sge-flow-json",
    "everblu_history",
    "everblu_message",
    "gazpar2mqtt-prices",
    "grdf-temperatures",
    "radio_capture",
    "releve-extract",
    "water_account",
    "wmbusmeters_discovery",
    "wmbusmeters_message",
}
"""Formats known to be refused, whose example here has no dated amount, or that have
none: an extract is made and taken by whole homes, in tests/edge/portability."""
HEARD = frozenset({"linky", "gas", "water"})
ASKED = (
    (Step.MIN30, Purpose.NOW),
    (Step.DAY, Purpose.NOW),
    (Step.DAY, Purpose.BILL),
    (Step.YEAR, Purpose.NOW),
)
"""The other steps are put together of these."""


def pulses(meter, register, each, seed):
    """Give what a meter that pulses says for five hours: its pulses, its standing."""
    rng = random.Random(seed)
    at_ms, index = T0, 10_380_420
    while at_ms < T0 + 5 * 3_600_000:
        yield Sample(meter, at_ms, {register: index}, origin="pulses")
        at_ms += rng.choice([40_000, 40_000, 7_000, 1_500])
        index += each * rng.choice([0, 1, 1])


async def live(house):
    """Have meters speak: by pulses, and what is sent late, beside them."""
    for sample in pulses("gas", "gas_volume_l", 10, 1):
        house.journal.add_sample(sample)
    for sample in pulses("water", "water_volume_l", 1, 2):
        house.journal.add_sample(sample)
    for n in range(40):
        values = {"gas_energy_wh": 11_000 * n, "gas_volume_l": None}
        sent = Sample("gas", T0 + 333 + n * 900_000, values, Quality.RAW, "http")
        house.journal.add_sample(sent, Lane.HISTORY)
        values = {"water_flow_l_h": n % 7 * 60}
        flow = Sample("water", T0 + 777 + n * 900_000, values, Quality.RAW, "mqtt")
        house.journal.add_sample(flow, Lane.HISTORY)
    await house.journal.commit()


async def words(house):
    """Have the owner set an index, and correct an hour of water."""
    at_ms = T0 + 2 * 3_600_000
    set_index = Baseline("gas", at_ms + 1, "set_index", {"gas_volume_l": -70})
    span = (T0 + 3_600_000, at_ms)
    missed = Correction("water", "water_volume_l", *span, 12, at_ms, "missed")
    await house.journal.append([set_index, missed])


async def filled(house, files):
    """Fill a home by each way there is; give what was imported."""
    roller = RollerConsumer(house.journal, house.reads, COUNTING)
    await roller.start()
    await live(house)
    await roller.catch_up()
    reports = []
    for name, data in files.items():
        asked = {"register": "import_total_wh", "meter": "linky"} if name == OWN else {}
        report = await house.take(data, name, **asked)
        reports.append(report)
    taken = [report.number for report in reports if report.number is not None]
    for number in taken[::3]:  # some of them say what others said as well
        await house.importer.undo(number)
    await words(house)
    await roller.catch_up()
    return reports


def records(journal):
    found, after = [], None
    while page := journal.read(after, limit=PAGE):
        found.append(page)
        after = page[-1].address
    return found


def answers(reads, every=1):
    """Ask all that a household may ask; of what only files say, of each so many."""
    told = {"meters": reads.meters()}
    for number, (meter, registers) in enumerate(reads.meters().items()):
        if number % every and meter not in HEARD:
            continue
        if meter in HEARD or number % 10 == 0:  # for one never heard, it seeks long
            told[meter, "latest"] = reads.latest(meter)
        told[meter, "heard"] = reads.heard(meter)
        told[meter, "words"] = reads.baselines(meter), reads.corrections(meter)
        told[meter, "track"] = reads.track(meter, 0, EVER).samples()
        for register in registers:
            of = (meter, register)
            told[of, "raw"] = reads.raw(*of, 0, EVER)
            told[of, "slices"] = reads.slices(*of, 0, EVER)
            for step, purpose in ASKED:
                told[of, step] = reads.intervals(*of, step, 0, EVER)
                rows = reads.merged_columns(*of, step, 0, EVER, purpose=purpose)
                told[of, step, purpose] = rows.rows(*of, step)
    return told


def told_to(store, pages, seed):
    """Have a store told pages, some of them twice, as after a cut."""
    rng = random.Random(seed)
    for number, page in enumerate(pages):
        store.project(page)
        if rng.random() < 0.2:
            store.project(pages[rng.randrange(number + 1)])


def same(one, other):
    assert one.keys() == other.keys()
    for key, answer in one.items():
        assert answer == other[key], key


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Fill a home with files of every kind; give what its journal alone answers."""
    house = House(tmp_path_factory.mktemp("told") / "data")
    house.reads = Reads(house.store, house.journal, COUNTING)
    house.importer = type(house.importer)(
        house.journal, house.reads, house.importer.home, house.importer.now_ms
    )
    house.reports = asyncio.run(filled(house, told_files() | real_files()))
    house.expected = answers(house.reads)
    yield house
    house.close()


def test_the_home_holds_every_kind_of_word(home):
    """Else what follows would prove little."""
    expected = home.expected
    read = {report.format for report in home.reports if report.series}
    known = {one.name for name in MODULES for one in import_module(name).FORMATS}
    assert known - read <= WITHOUT_READINGS
    slices = [
        one for key, said in expected.items() if key[1] == "slices" for one in said
    ]
    assert {one.meter for one in slices} == {"linky", "gas", "water"}
    assert {one.quality for one in slices} >= {Quality.VALIDATED, Quality.RAW}
    assert any(one.index_end is not None for one in slices)
    for fluid in ("linky", "gas", "water"):
        merged = [
            row
            for key, rows in expected.items()
            if len(key) == 3 and key[0][0] == fluid and key[1] is Step.DAY
            for row in rows
        ]
        assert any(row.sources.startswith("file") for row in merged), fluid
    sources = {
        row.sources
        for key, rows in expected.items()
        if len(key) == 3 and key[0][0] in ("gas", "water")
        for row in rows
    }
    assert any("pulses" in one for one in sources)


def test_a_store_answers_what_the_journal_does(home, store):
    pages = records(home.journal)
    told_to(store, pages, 1)
    # a server answers each question in milliseconds, and there are six thousand
    every = 1 if isinstance(store, SqliteStore) else 12
    found = answers(Reads(store, home.journal, COUNTING), every)
    assert len(found) > 150
    same(found, {key: home.expected[key] for key in found})


def test_told_again_from_the_beginning_each_slice_and_word_stands_once(home, store):
    pages = records(home.journal)
    told_to(store, pages[: len(pages) // 2], 2)
    store.rewind()
    told_to(store, pages, 3)
    reads = Reads(store, home.journal, COUNTING)
    assert reads.meters() == home.expected["meters"]
    for key, answer in home.expected.items():
        if key[-1] == "slices":
            assert reads.slices(*key[0], 0, EVER) == answer, key
        elif key[-1] == "words":
            assert (reads.baselines(key[0]), reads.corrections(key[0])) == answer


def test_half_in_the_store_and_half_in_the_journal_is_the_whole(home, sqlite_store):
    pages = records(home.journal)
    told_to(sqlite_store, pages[: len(pages) // 2], 4)
    same(answers(Reads(sqlite_store, home.journal, COUNTING)), home.expected)
