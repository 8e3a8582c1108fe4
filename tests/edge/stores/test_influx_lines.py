"""Lines as bytes: readings there and back, fields taken out, batches of a good size."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import LinesRefused, StoreDown
from edge.rollup.track import Mark, Track, join
from edge.sample import Quality, Sample
from edge.stores.influx import raw, readings
from edge.stores.influx.parked import Parking
from edge.stores.influx.sender import BYTES, LINES, Sender, batches, split, without
from edge.stores.influx.words import head, line, value

AT = 1_792_870_200_000
HOUR = 3_600_000
NAMES = ("import_total_wh", "apparent_power_va", "tariff_period")
VALUE = st.one_of(
    st.none(), st.integers(-(1 << 63), (1 << 63) - 1), st.text(max_size=9)
)
SAMPLES = st.lists(
    st.tuples(
        st.integers(0, 3 * HOUR),
        st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=3),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda one: one[0],
)
UNESCAPE = re.compile(r"\\(.)", re.DOTALL)


def parsed(lines):
    """Read lines as InfluxDB does, and answer as it does: rows in time order."""
    columns, rows = ["time"], {}
    for one in lines:
        _, fields, at = split(one)
        row = rows.setdefault(int(at), {})
        for name, cell in fields:
            if name not in columns:
                columns.append(name)
            row[name] = content(cell)
    told = [[at, *(rows[at].get(c) for c in columns[1:])] for at in sorted(rows)]
    return columns, told


def content(cell):
    if cell in ("t", "f"):
        return cell == "t"
    if cell.startswith('"'):
        return re.sub(r'\\(["\\])', r"\1", cell[1:-1])
    return int(cell.removesuffix("i"))


def track(told):
    return Track.from_samples([Sample("linky", AT + at, values) for at, values in told])


def numbers_or_texts(told):
    """A field has one type in InfluxDB."""
    kinds = {}
    for _, values in told:
        for name, one in values.items():
            if one is not None and kinds.setdefault(name, type(one)) is not type(one):
                return False
    return True


MARK = Mark(Quality.RAW, "tic")


@given(SAMPLES.filter(numbers_or_texts))
def test_a_track_comes_back_from_its_points(told):
    given_ = track(told)
    back = raw.decode("linky", MARK, *parsed(readings.behind(given_)))
    assert back.samples() == given_.samples()


@given(SAMPLES.filter(numbers_or_texts), st.data())
def test_some_registers_are_read_without_the_others(told, data):
    given_ = track(told)
    names = data.draw(st.sets(st.sampled_from(NAMES)))
    columns, rows = parsed(readings.behind(given_))
    keep = [
        i for i, c in enumerate(columns) if c in {"time", "whole", "unknown", *names}
    ]
    some = [[row[i] for i in keep] for row in rows]
    back = raw.decode("linky", MARK, [columns[i] for i in keep], some)
    assert back.only(sorted(names)).samples() == given_.only(sorted(names)).samples()


@given(SAMPLES, SAMPLES)
def test_what_is_joined_with_what_is_there_is_the_track_of_both(first, second):
    if not numbers_or_texts([*first, *second]):
        return
    kept, late = track(first), track(second)
    whole = join([kept, late])
    lines = [*readings.behind(kept), *readings.into(kept, late)]
    back = raw.decode("linky", MARK, *parsed(lines))
    assert back.samples() == whole.samples()
    assert readings.into(whole, late) == [], "what is there is not written again"


@given(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=1), st.text())
def test_a_line_is_cut_at_its_fields_whatever_they_say(fields, origin):
    start = head("m", origin=origin.replace("\\", "").replace("\n", "") or "x")
    one = line(start, 5, **fields)
    assert split(one) == (start, [(n, value(v)) for n, v in fields.items()], "5")
    name = next(iter(fields))
    rest, odd = without(one, name)
    assert odd == line(start, 5, **{name: fields[name]})
    left = {n: v for n, v in fields.items() if n != name}
    assert rest == (line(start, 5, **left) if left else None)
    assert without(one, "another") is None


@given(st.lists(st.integers(1, BYTES // 3), max_size=20))
def test_batches_hold_every_line_once_in_order_and_are_not_too_big(sizes):
    lines = [chr(97 + i % 26) * size for i, size in enumerate(sizes)]
    cut = list(batches(lines))
    assert [one for batch in cut for one in batch] == lines
    assert all(sum(map(len, batch)) <= BYTES for batch in cut)
    assert [len(batch) for batch in batches(["x"] * 12_000)] == [LINES, LINES, 2000]


class Refusing:
    """A server that won't have some lines, and keeps the others of a batch or not."""

    def __init__(self, bad, *, keeps=True, all_of_them=False):
        self.bad, self.keeps, self.all = set(bad), keeps, all_of_them
        self.kept, self.requests = [], 0

    def write(self, _database, lines):
        self.requests += 1
        bad = [one for one in lines if one in self.bad or self.all]
        if bad:
            if self.keeps:
                self.kept += [one for one in lines if one not in bad]
            raise LinesRefused(f"unable to parse {bad[0]!r}")
        self.kept += lines


@pytest.fixture
def parking(tmp_path):
    made = Parking(tmp_path / "parked.db")
    yield made
    made.close()


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("bad", [[0], [9], [99], [0, 1, 2, 50, 99], range(100)])
def test_every_line_is_written_or_parked(parking, bad, keeps):
    lines = [f"m f={i}i {i}" for i in range(100)]
    server = Refusing((lines[i] for i in bad), keeps=keeps)
    sender = Sender(server, parking)
    sender.send("raw", lines)
    parked = [one.line for one in parking.all()]
    assert parked == [lines[i] for i in bad]
    assert set(server.kept) >= set(lines) - set(parked)
    assert sender.parked == len(parked)


def test_a_server_that_refuses_everything_parks_nothing(parking):
    server = Refusing([], all_of_them=True)
    with pytest.raises(StoreDown, match="no line at all"):
        Sender(server, parking).send("raw", ["m f=1i 1", "m f=2i 2"])
    assert parking.count() == 0
    assert server.requests == 2, "and it is left alone at once"
