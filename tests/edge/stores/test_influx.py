"""What only the store in InfluxDB promises: its points, its cursors, what it parks."""

from __future__ import annotations

import re

import pytest

from edge.calendar import DAY_MS, HOUR_MS
from edge.errors import StoreDown, StoreError
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Lane, Record
from edge.sample import Gap, Quality, Sample, Slice
from edge.stores.influx import InfluxStore
from edge.stores.influx.intervals import encode
from edge.stores.influx.names import Databases, every_fluid
from edge.stores.influx.parked import Parking
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Bucket, Setup, buckets
from edge.stores.influx.state import cursor_lines
from edge.stores.influx.told import encode_slice, encode_word

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

AT = 1_792_870_200_000
EVER = 1 << 50
HALF = 1_800_000
TOTAL, POWER = "import_total_wh", "apparent_power_va"


def record(seq, body, lane=Lane.PRESENT):
    return Record(Address(1, seq), lane, "linky", AT, AT + 1, body)


def block(seq, *values, register=TOTAL, at=AT, lane=Lane.PRESENT):
    samples = [
        Sample("linky", at + 1000 * i, {register: value, "relays": 3})
        for i, value in enumerate(values)
    ]
    return record(seq, Block.of(samples), lane)


def row(value, revision=1, **more):
    slot = ("linky", POWER, Step.MIN30, AT, AT + HALF)
    return Interval(*slot, value, revision=revision, **more)


def values(store, register=TOTAL):
    return [point.value for point in store.raw("linky", register, 0, EVER, 99)]


def points(server, databases, what="*", of=None):
    (found,) = server.ask(
        databases.raw,
        f"SELECT {what} FROM {of or every_fluid()} GROUP BY *",  # noqa: S608 - ours
    )
    return [
        dict(zip(one.columns, cells, strict=True))
        for one in found
        for cells in one.rows
    ]


def test_a_point_tells_what_changed_and_a_block_s_first_tells_all(
    influx_store, server, databases
):
    influx_store.project([block(1, 5, 5, 6, None)])
    told = [
        {name: cell for name, cell in point.items() if cell is not None}
        for point in points(server, databases)
    ]
    assert told == [
        {"time": AT, "whole": True, TOTAL: 5, "relays": 3},
        {"time": AT + 1000, "whole": False},
        {"time": AT + 2000, "whole": False, TOTAL: 6},
        {"time": AT + 3000, "whole": False, "unknown": TOTAL},
    ]


def test_integers_stay_integers_however_long(influx_store):
    number = (1 << 53) + 1
    influx_store.project([block(1, number, -number)])
    assert values(influx_store) == [number, -number]


def test_a_row_that_is_withdrawn_loses_its_value_and_its_mean(
    influx_store, server, databases
):
    told = {"minimum": 1, "mean": 2.5, "maximum": 4}
    influx_store.project([record(1, (row(3, **told),))])
    gone = row(None, 2, coverage=0.0)
    influx_store.project([record(2, (gone,))])
    assert influx_store.intervals("linky", POWER, Step.MIN30, 0, EVER, 9) == [gone]
    (found,) = server.ask(databases.lasting, 'SELECT * FROM "electricity_30min"')
    (cells,) = found[0].rows
    told_of = dict(zip(found[0].columns, cells, strict=True))
    assert told_of.get("value") is told_of.get("mean") is None


def seen(store):
    """Give all that a home's lasting bucket tells of the meter."""
    return (
        store.intervals("linky", POWER, Step.MIN30, 0, EVER, 9),
        store.slices("linky", TOTAL, 0, EVER, 9),
        store.baselines("linky"),
    )


@pytest.mark.parametrize(
    "told",
    [
        encode(row(7)),
        encode_slice(
            Slice("linky", TOTAL, AT, AT + HALF, 5, Quality.VALIDATED, "enedis", AT)
        ),
        encode_word(record(2, Baseline("linky", AT, "new meter", {}))),
    ],
    ids=["row", "slice", "word"],
)
def test_a_point_that_is_seen_in_part_isn_t_there_yet(
    influx_store, server, databases, told
):
    """InfluxDB shows a point's fields one by one while it takes them."""
    start, fields, at = re.fullmatch(r"(\S+) (.+) (\d+)", told).groups()
    first, *rest = re.split(r",(?=\w+=)", fields)
    server.write(databases.lasting, [f"{start} {first} {at}"])
    assert seen(influx_store) == ([], [], [])
    for part in rest:
        assert seen(influx_store) == ([], [], [])
        server.write(databases.lasting, [f"{start} {part} {at}"])
    assert sum(map(len, seen(influx_store))) == 1


def test_the_lanes_have_a_cursor_each_and_the_store_s_is_what_both_passed(influx_store):
    store = influx_store
    store.project_to([block(1, 5)], {Lane.PRESENT: Address(1, 9)})
    assert store.cursor() is None
    store.project_to([], {Lane.HISTORY: Address(1, 4)})
    assert store.cursor() == Address(1, 4)
    store.project_to([], {Lane.HISTORY: Address(1, 12)})
    assert store.cursor() == Address(1, 9)
    store.project_to([], {Lane.HISTORY: Address(1, 2), Lane.PRESENT: Address(1, 3)})
    assert store.cursor() == Address(1, 9), "it never goes back"


def test_a_new_epoch_is_ahead_of_every_seq_of_the_one_before(influx_store):
    influx_store.project([block(90, 5)])
    later = Record(Address(2, 1), Lane.PRESENT, "linky", AT, AT + 1, block(1, 6).body)
    influx_store.project([later])
    assert influx_store.cursor() == Address(2, 1)


def test_a_clock_that_goes_back_undoes_no_cursor(influx_store):
    now = {"ms": AT}
    influx_store._now_ms = lambda: now["ms"]
    influx_store.project([block(1, 5)])
    now["ms"] = AT - 40 * DAY_MS
    influx_store.project([block(2, 6, at=AT + HOUR_MS)])
    now["ms"] = AT
    assert influx_store.cursor() == Address(1, 2)
    assert cursor_lines({Lane.PRESENT: Address(1, 2)}, AT)[0].endswith(
        str(AT // DAY_MS * DAY_MS)
    )


def lose(influxd, databases, name, tmp_path):
    """Lose one bucket, and make it anew as `releve store init` would."""
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    found = setup._call("GET", f"/api/v2/buckets?name={name}")["buckets"]
    setup._call("DELETE", f"/api/v2/buckets/{found[0]['id']}")
    wanted = [Bucket(one, 0, 52 * 604_800) for one in databases.all]
    setup.prepare(wanted, tmp_path / "influx.token")
    setup.close()


@pytest.mark.parametrize("which", ["raw", "lasting"])
def test_a_bucket_that_was_lost_is_filled_again(
    influxd, databases, tmp_path, which, influx_store
):
    records = [block(1, 5, 6), record(2, (row(3),))]
    influx_store.project(records)
    lose(influxd, databases, getattr(databases, which), tmp_path)
    token = (tmp_path / "influx.token").read_text().strip()
    store = InfluxStore(
        Influx2(influxd.url, influxd.org, lambda: token),
        databases,
        influx_store.parking,
    )
    assert store.cursor() is None
    store.project(records)
    assert store.cursor() == Address(1, 2)
    assert values(store) == [5, 6]
    assert store.intervals("linky", POWER, Step.MIN30, 0, EVER, 9) == [row(3)]
    assert store.meters() == {"linky": (TOTAL, "relays", POWER)}
    store._server.close()


def test_events_and_gaps_are_there_for_charts(influx_store, server, databases):
    event = Event("linky", AT, EventKind.TARIFF, {"from": "HC", "to": 'H"P'})
    influx_store.project([record(1, event), record(2, Gap("linky", AT, AT + 5, "x"))])
    (found,) = server.ask(databases.lasting, 'SELECT * FROM "event", "gap"')
    told = {one.name: dict(zip(one.columns, one.rows[0], strict=True)) for one in found}
    assert told["event"]["detail"] == '{"from":"HC","to":"H\\"P"}'
    assert told["event"]["kind"] == "tariff"
    assert told["gap"]["length_ms"] == 5


# what is refused


def spoil(server, databases, register=POWER):
    """Write a field as another program would: its type is taken from now on."""
    server.write(databases.raw, [f"electricity,meter=other {register}=1.5 {AT - 1000}"])


def test_a_field_of_another_type_is_parked_alone_and_moves_nothing_else(
    influx_store, server, databases
):
    spoil(server, databases)
    samples = [
        Sample("linky", AT + i, {TOTAL: 10 + i, POWER: 700 + i}) for i in range(9)
    ]
    influx_store.project([record(1, Block.of(samples)), record(2, (row(3),))])
    assert influx_store.cursor() == Address(1, 2)
    assert values(influx_store) == list(range(10, 19))
    assert values(influx_store, POWER) == []
    parked = influx_store.parking.all()
    assert len(parked) == 9
    assert {f"{POWER}={700 + i}i" in one.line for i, one in enumerate(parked)} == {True}
    assert all(TOTAL not in one.line for one in parked)
    assert "field type conflict" in parked[0].reason
    assert influx_store.intervals("linky", POWER, Step.MIN30, 0, EVER, 9) == [row(3)]


def test_thousands_of_refused_fields_cost_few_requests(influx_store, server, databases):
    spoil(server, databases)
    spoil(server, databases, "voltage_l1_v")
    samples = [
        Sample("linky", AT + i, {TOTAL: i, POWER: i % 997, "voltage_l1_v": 230 + i % 3})
        for i in range(3000)
    ]
    influx_store.project([record(1, Block.of(samples))])
    track = influx_store.track("linky", 0, EVER)
    assert len(track) == 3000
    assert track.columns[TOTAL].values.tolist() == list(range(3000))
    assert influx_store.parking.count() == 6000
    assert influx_store.sender.requests < 60


def test_what_is_parked_is_sent_again_once_it_can_be_taken(
    influx_store, server, databases
):
    spoil(server, databases)
    influx_store.project([block(1, 7, register=POWER)])
    assert influx_store.retry_parked() == 0
    assert influx_store.parking.count() == 1
    influx_store.parking.park(databases.raw, [f"electricity,meter=linky a=1i {AT}"], "")
    assert influx_store.retry_parked() == 1
    assert [POWER in one.line for one in influx_store.parking.all()] == [True]


def test_a_line_too_long_for_influxdb_is_parked_and_the_rest_is_written(influx_store):
    long = "x" * 70_000
    texts = ["fine", long, "good"]
    samples = [
        Sample("linky", AT + i, {"message_short": text, TOTAL: i})
        for i, text in enumerate(texts)
    ]
    influx_store.project([record(1, Block.of(samples))])
    assert influx_store.cursor() == Address(1, 1)
    assert values(influx_store)[0] == 0
    stored = values(influx_store, "message_short")
    assert stored in (texts, ["fine", "good"])
    assert influx_store.parking.count() == (0 if stored == texts else 1)


def test_a_name_that_lines_cannot_hold_is_parked_and_the_rest_is_written(influx_store):
    odd = Sample("linky", AT, {"odd\nname": 1, TOTAL: 1})
    fine = Sample("linky", AT + 1, {TOTAL: 2})
    influx_store.project([record(1, Block.of([odd])), record(2, Block.of([fine]))])
    assert influx_store.cursor() == Address(1, 2)
    assert 2 in values(influx_store)
    assert influx_store.parking.count() >= 1


def test_parked_lines_outlive_a_restart_and_stand_once(tmp_path):
    parking = Parking(tmp_path / "parked.db")
    for _ in range(2):
        parking.park("b", ["m f=1i 5"], "no")
    parking.close()
    again = Parking(tmp_path / "parked.db")
    assert [(one.line, one.reason) for one in again.all()] == [("m f=1i 5", "no")]
    assert (tmp_path / "parked.db").stat().st_mode & 0o777 == 0o600
    again.drop([again.all()[0].number])
    assert again.count() == 0
    again.close()


def test_a_damaged_list_is_set_aside(tmp_path):
    (tmp_path / "parked.db").write_bytes(b"no database at all" * 99)
    parking = Parking(tmp_path / "parked.db")
    assert parking.set_aside.exists()
    assert parking.count() == 0
    parking.close()


def test_what_is_older_than_influxdb_keeps_is_counted_not_parked(
    influxd, databases, tmp_path, influx_store
):
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    wanted = buckets(databases, raw_days=1, minute_days=1)
    setup.prepare(wanted, tmp_path / "influx.token")
    setup.close()
    old = AT - 400 * DAY_MS
    influx_store.project([block(1, *range(40), at=old), block(2, 7, at=old + HOUR_MS)])
    assert influx_store.cursor() == Address(1, 2)
    assert influx_store.sender.expired == 41
    assert influx_store.parking.count() == 0
    assert influx_store.heard("linky") is None


# who may


def test_a_missing_bucket_and_a_wrong_token_say_what_to_do(influxd, tmp_path):
    made = Setup(influxd.url, influxd.org, token=influxd.token)
    made.prepare([Bucket("lonely", 0, 604_800)], tmp_path / "influx.token")
    made.close()
    token = (tmp_path / "influx.token").read_text().strip()
    for given, name in ((token, "nobody"), ("wrong", "lonely")):
        server = Influx2(influxd.url, influxd.org, lambda given=given: given)
        parking = Parking(tmp_path / "parked.db")
        store = InfluxStore(server, Databases(name), parking)
        with pytest.raises(StoreDown, match="store init"):
            store.project([block(1, 5)])
        with pytest.raises(StoreDown, match="store init"):
            server.write(f"{name}_raw", ["m f=1i 5"])
        assert not store.health().answers
        assert parking.count() == 0
        store.close()


def test_the_token_reads_and_writes_these_buckets_and_nothing_else(
    influxd, databases, server, tmp_path
):
    made = Setup(influxd.url, influxd.org, token=influxd.token)
    made.prepare([Bucket("theirs", 0, 604_800)], tmp_path / "other.token")
    made.close()
    server.write(databases.raw, ["m f=1i 5"])
    with pytest.raises(StoreDown):
        server.write("theirs", ["m f=1i 5"])
    with pytest.raises(StoreError):
        server.ask("theirs", "SELECT * FROM m")
    limited = Setup(
        influxd.url, influxd.org, token=(tmp_path / "influx.token").read_text().strip()
    )
    with pytest.raises(StoreError):
        limited.prepare([Bucket("more", 0, 604_800)], tmp_path / "more.token")
    limited.close()


@pytest.mark.parametrize(
    "name",
    ["' OR 'a' = 'a", "linky' --", "\\' OR 1=1 --", '"; DROP DATABASE "x', "a\\", "é"],
)
def test_a_name_is_never_more_than_a_name(influx_store, name):
    influx_store.project([block(1, 5)])
    assert influx_store.raw(name, TOTAL, 0, EVER, 9) == []
    assert influx_store.raw("linky", name, 0, EVER, 9) == []
    assert influx_store.heard(name) is None
    assert influx_store.slices(name, name, 0, EVER, 9) == []
    assert influx_store.intervals(name, name, Step.DAY, 0, EVER, 9) == []
    assert influx_store.prune(name, Step.RAW, EVER) == 0
    assert influx_store.baselines(name) == []
    assert values(influx_store) == [5]


def test_the_service_s_words_on_influxdb_never_hold_the_token(server, databases):
    token = server._token()
    assert token not in repr(server) + repr(databases)
    with pytest.raises(StoreError) as told:
        server.ask("nowhere", "SELECT 1 FROM x")
    assert token not in str(told.value) + repr(told.value.__cause__)
