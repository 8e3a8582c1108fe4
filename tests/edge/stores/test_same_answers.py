"""Both engines, told the same things in any order and any pages, answer the same."""

from __future__ import annotations

import os
import random

import pytest

from edge.calendar import DAY_MS, HOUR_MS, MINUTE_MS
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Correction, Lane, Record
from edge.sample import Quality, Sample, Slice

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

AT = 1_792_870_200_000 // DAY_MS * DAY_MS
EVER = 1 << 50
REGISTERS = (
    "import_total_wh",
    "apparent_power_va",
    "tariff_period",
    "Plug-in's own.text",
)
TEXTS = (
    "HC",
    "",
    'with "quotes"',
    "back\\slash",
    "two\nlines",
    "é,=ü 'x'",
    "\\",
    "\\n",
)
METERS = ("linky", "water")
ROUNDS = int(os.environ.get("RELEVE_STORE_ROUNDS", "3"))


class Chance(random.Random):
    """Records as a journal might hold them, drawn at random."""

    def samples(self):
        at = AT + self.randrange(3 * HOUR_MS)
        meter = self.choice(METERS)
        quality = self.choice([Quality.RAW, Quality.RAW, Quality.ESTIMATED])
        origin = self.choice(["tic", "import"])
        names = self.sample(REGISTERS, self.randrange(1, len(REGISTERS) + 1))
        values = {name: self.value(name) for name in names}
        samples = []
        for _ in range(self.randrange(1, 30)):
            for name in names:
                if self.random() < 0.3:
                    values[name] = self.value(name)
            samples.append(Sample(meter, at, dict(values), quality, origin))
            at += self.choice([909, 1000, 7, 15 * MINUTE_MS])
        return samples

    def value(self, name):
        if self.random() < 0.1:
            return None
        if name in REGISTERS[2:]:
            return self.choice(TEXTS)
        return self.choice([0, 1, -5, self.randrange(1 << 52), 9_007_199_254_740_993])

    def rows(self):
        step, length = self.choice([(Step.MIN30, 30 * MINUTE_MS), (Step.HOUR, HOUR_MS)])
        register, revision = self.choice(REGISTERS[:2]), self.randrange(1, 4)
        start = AT + self.randrange(40) * length
        return tuple(
            row(register, step, start + i * length, length, revision)
            for i in range(self.randrange(1, 8))
        )

    def slices(self):
        start = AT + self.randrange(9) * DAY_MS
        length = self.choice([HOUR_MS, DAY_MS])
        return tuple(
            Slice(
                "linky",
                self.choice(REGISTERS[:2]),
                start + i * DAY_MS,
                start + i * DAY_MS + length,
                self.randrange(99),
                Quality.VALIDATED,
                self.choice(["enedis", "grdf"]),
                AT + i + self.randrange(1 << 30),
            )
            for i in range(self.randrange(1, 4))
        )

    def body(self):
        kind = self.randrange(10)
        if kind < 6:
            return Block.of(self.samples())
        if kind < 8:
            return self.rows()
        if kind == 8:
            return self.slices()
        at = AT + self.randrange(DAY_MS)
        if self.random() < 0.5:
            return Baseline("linky", at, "mode", {REGISTERS[0]: self.randrange(9)})
        return Correction("linky", REGISTERS[0], at, at + HOUR_MS, None, AT, "no")


def row(register, step, at, length, revision):
    """Give a row: always the same one of a revision, as the roller does."""
    chance = random.Random(f"{register} {step} {at} {revision}")
    known = chance.choice([0, length, chance.randrange(1, length)])
    quality = chance.choice(list(Quality))
    sources = chance.choice(["tic", "import+tic", "owner", ""])
    told = {"quality": quality, "sources": sources, "revision": revision}
    told["coverage"] = known / length
    slot = ("linky", register, step, at, at + length)
    if register == REGISTERS[0]:
        return Interval(*slot, chance.choice([None, 0, chance.randrange(99)]), **told)
    if not known:
        return Interval(*slot, None, **told)
    weighted = chance.randrange(9000 * known)
    value = (2 * weighted + known) // (2 * known)
    told |= {"minimum": 0, "mean": weighted / known, "maximum": 9999}
    return Interval(*slot, value, **told)


def answers(store):
    """Ask everything that there is to ask."""
    told = {
        "cursor": store.cursor(),
        "meters": {m: sorted(names) for m, names in store.meters().items()},
    }
    for meter in METERS:
        told[meter, "heard"] = store.heard(meter)
        told[meter, "samples"] = store.track(meter, 0, EVER).samples()
        part = (AT + 40 * MINUTE_MS, AT + 2 * HOUR_MS + 999)
        some = store.track(meter, *part, REGISTERS[1:3])
        told[meter, "part"] = [sample for sample in some.samples() if sample.values]
        told[meter, "kept"] = store.minutes_kept(meter, 0, EVER)
        told[meter, "words"] = store.baselines(meter), store.corrections(meter)
        for register in REGISTERS:
            told[meter, register] = store.raw(meter, register, 0, EVER, 9999)
            slices = store.slices(meter, register, 0, EVER, 99)
            told[meter, register, "slices"] = sorted(slices, key=slot)
            for step in (Step.MIN1, Step.MIN30, Step.HOUR):
                rows = store.intervals(meter, register, step, 0, EVER, 9999)
                told[meter, register, step] = rows
    return told


def slot(one):
    return one.start_ms, one.end_ms, one.origin


def same(one, other):
    assert one.keys() == other.keys()
    for key, answer in one.items():
        assert answer == other[key], key


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_same_records_give_the_same_answers(influx_store, sqlite_store, seed):
    chance = Chance(seed)
    stores = (influx_store, sqlite_store)
    records = [
        Record(Address(1, seq), chance.choice(list(Lane)), "linky", AT, AT + 1, body)
        for seq, body in enumerate((chance.body() for _ in range(40)), 1)
    ]
    minutes = [
        Interval("linky", REGISTERS[0], Step.MIN1, at, at + MINUTE_MS, 1)
        for at in range(AT - DAY_MS, AT - 20 * HOUR_MS, MINUTE_MS)
    ]
    order = pages(records, chance)
    for number, page in enumerate(order):
        for store in stores:
            store.project(page)
            if number == 2:
                store.keep_minutes("linky", AT - DAY_MS, minutes)
                store.keep_minutes("linky", AT + DAY_MS, [])
    same(answers(influx_store), answers(sqlite_store))
    for store in stores:
        store.rewind()
        assert store.cursor() is None
        for page in order:
            store.project(page)
    same(answers(influx_store), answers(sqlite_store))
    for store in stores:
        store.prune("linky", Step.RAW, AT + HOUR_MS + 5)
        store.prune("linky", Step.MIN30, AT + 5 * HOUR_MS)
    same(answers(influx_store), answers(sqlite_store))


def pages(records, chance):
    """Cut records into pages, some of them given twice, as after a cut."""
    found, at = [], 0
    while at < len(records):
        size = chance.randrange(1, 9)
        found.append(records[at : at + size])
        if chance.random() < 0.3:
            found.append(records[max(0, at - 5) : at + size])
        at += size
    return found
