"""What only the embedded store promises: its file, its schema, its plans, its view."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge.errors import DiskFull, JournalError, NewerSchema, StoreError
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Lane, Record
from edge.sample import Quality, Sample
from edge.stores.sqlite import SqliteStore, intervals, raw
from edge.stores.sqlite.packs import PERIOD_S
from edge.stores.sqlite.schema import VERSION, VERSION_1

AT = 1_792_870_200_000
EVER = 1 << 50
HALF = 1_800_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


def record(seq, body, meter="linky"):
    return Record(Address(1, seq), Lane.PRESENT, meter, AT, AT + 1, body)


def row(i, value, register="import_total_wh", **more):
    start = AT + i * HALF
    return Interval("linky", register, Step.MIN30, start, start + HALF, value, **more)


def filled(path, count=10):
    store = SqliteStore(path)
    samples = [Sample("linky", AT + i, {"import_total_wh": i}) for i in range(count)]
    store.project([record(1, Block.of(samples)), record(2, (row(0, 5), row(1, 0)))])
    return store


def test_a_file_is_private_and_read_again_where_it_stood(path):
    filled(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    store = SqliteStore(path)
    assert store.set_aside is None
    assert store.cursor() == Address(1, 2)
    assert store.health().bytes_on_disk > 0
    store.close()


@pytest.mark.parametrize(
    "damage", [b"no database at all, just words" * 99, b"\0" * 4096]
)
def test_a_damaged_file_is_set_aside_named_and_begun_anew(path, damage):
    path.write_bytes(damage)
    if damage[0] == 0:
        filled(path.with_name("whole.db"), 9000).close()
        whole = path.with_name("whole.db").read_bytes()
        path.write_bytes(whole[:100] + damage + whole[4196:])
        path.with_name("store.db-wal").write_bytes(b"torn")
    store = SqliteStore(path)
    assert store.set_aside is not None
    assert store.set_aside.exists()
    assert store.cursor() is None
    store.close()


def test_a_newer_store_is_refused_and_left_as_it_is(path):
    filled(path).close()
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version={VERSION + 1}")
    file.close()
    with pytest.raises(NewerSchema, match="newer"):
        SqliteStore(path)
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM interval").fetchone() == (1,)
    file.close()


def test_a_store_of_schema_1_goes_on_with_its_slices(path):
    filled(path).close()
    with sqlite3.connect(path) as file:
        file.execute("DROP TABLE slice")
        file.execute(next(sql for sql in VERSION_1 if "TABLE slice" in sql))
        file.execute("INSERT INTO name VALUES (61, 'enedis')")
        meter = file.execute("SELECT number FROM name WHERE name = 'linky'").fetchone()
        row = (*meter, 61, AT, AT + HALF, 61, AT, 7, 1)
        file.execute("INSERT INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        file.execute("PRAGMA user_version=1")
    file.close()
    store = SqliteStore(path)
    (kept,) = store.slices("linky", "enedis", 0, EVER, 9)
    assert (kept.value, kept.index_end) == (7, None)
    store.close()
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert file.execute("SELECT count(*) FROM readable").fetchone() > (0,)
    file.close()


def test_another_program_s_file_is_refused(path):
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE theirs (a)")
    file.close()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(path)


def test_a_failed_projection_leaves_everything_as_it_was(path):
    store = filled(path)
    store._database.execute("DROP TABLE word")
    broken = [
        record(3, (row(2, 7, "import_tariff01_wh"),)),
        record(4, event()),
    ]
    with pytest.raises(StoreError, match="can't be written"):
        store.project(broken)
    assert store.cursor() == Address(1, 2)
    found = store.intervals("linky", "import_tariff01_wh", Step.MIN30, 0, EVER, 9)
    assert found == []
    store.project([record(3, (row(2, 7, "import_tariff01_wh"),))])
    found = store.intervals("linky", "import_tariff01_wh", Step.MIN30, 0, EVER, 9)
    assert [one.value for one in found] == [7]
    store.close()


def event():
    return Event("linky", AT, EventKind.TARIFF, {})


def test_a_full_disk_is_told_as_one(path):
    store = filled(path)
    store._database.execute("PRAGMA max_page_count=1")
    samples = [
        Sample("linky", AT + i, {"a": i * i * 977 % 7919}) for i in range(50_000)
    ]
    with pytest.raises(DiskFull):
        store.project([record(3, Block.of(samples))])
    store._database.execute("PRAGMA max_page_count=1000000")
    store.project([record(3, Block.of(samples))])
    assert store.cursor() == Address(1, 3)
    store.close()


def test_a_store_that_is_gone_says_so_and_raises_its_own_error(path):
    store = filled(path)
    store._database.execute("DROP TABLE meta")
    assert not store.health().answers
    with pytest.raises(StoreError, match="can't be read"):
        store.cursor()
    with pytest.raises(StoreError, match="can't be written"):
        store.rewind()
    store._database.close()
    store._database = Broken()
    with pytest.raises(StoreError, match="room"):
        store.release()
    store.close()


class Broken:
    def execute(self, sql, parameters=()):
        raise StoreError("gone") if sql == "" else journal_error(parameters)

    def close(self):
        pass


def journal_error(_parameters):
    return JournalError("gone")


def test_rows_and_chunks_are_found_by_their_key_never_by_scanning(path):
    store = filled(path)
    for sql, parameters in (
        (intervals.SELECT, (1, 2, 2, 0, 9, 9)),
        (intervals.SELECT_STILL, (1, 2, 0, 9, 2, 9)),
        (raw.RANGE, (0, 9, 1)),
        (raw.SOME.format("?"), (0, 9, 1, 0)),
    ):
        plan = store._database.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        assert len(plan) == 1, "no sort, no second table"
        assert plan[0][3].startswith("SEARCH"), plan
        assert "PRIMARY KEY" in plan[0][3]
    store.close()


def test_an_owner_reads_plain_rows_in_a_view(path):
    filled(path).close()
    with sqlite3.connect(path) as file:
        rows = file.execute(
            "SELECT meter, register, step, start_utc, value FROM readable ORDER BY 4"
        ).fetchall()
    file.close()
    assert rows == [
        ("linky", "import_total_wh", "30min", "2026-10-24 19:30:00", 5),
        ("linky", "import_total_wh", "30min", "2026-10-24 20:00:00", 0),
    ]


def test_more_registers_than_a_row_of_still_ones_has_bits_for(path):
    store = SqliteStore(path)
    rows = tuple(row(0, 0, f"register_{n}") for n in range(80))
    store.project([record(1, rows)])
    for n in (0, 59, 60, 61, 62, 79):
        found = store.intervals("linky", f"register_{n}", Step.MIN30, 0, EVER, 9)
        assert found == [rows[n]]
    store.close()


def test_packed_periods_hold_withdrawn_rows_mixed_sources_and_limits(path):
    store = SqliteStore(path)
    count = 3 * PERIOD_S // 1800
    rows = [row(i, i * 7919 % 100_003 << i % 12) for i in range(count)]
    for i in range(0, count, 97):
        rows[i] = row(
            i,
            None,
            coverage=0.0,
            quality=Quality.CORRECTED,
            sources="owner",
            revision=2,
        )
    power = [
        row(i, 4, "apparent_power_va", minimum=1, mean=4.0, maximum=9, coverage=0.5)
        for i in range(count)
    ]
    power[9] = row(9, None, "apparent_power_va", coverage=0.0, sources="owner")
    for seq, at in enumerate(range(0, count, 500), 1):
        store.project([record(seq, (*rows[at : at + 500], *power[at : at + 500]))])
    assert store._database.execute("SELECT count(*) FROM pack")[0][0] >= 4
    found = store.intervals("linky", "import_total_wh", Step.MIN30, 0, EVER, EVER)
    assert found == rows
    found = store.intervals("linky", "apparent_power_va", Step.MIN30, 0, EVER, EVER)
    assert found[:9] + found[10:] == power[:9] + power[10:]
    assert found[9].value is None
    middle = (AT + 700 * HALF, AT + 2500 * HALF)
    assert (
        store.intervals("linky", "import_total_wh", Step.MIN30, *middle, 1700)
        == (rows[700:2400])
    )
    store.close()


def test_threads_read_while_one_projects(path):
    store = filled(path)
    found = []

    def read():
        for _ in range(30):
            rows = store.intervals("linky", "import_total_wh", Step.MIN30, 0, EVER, 999)
            found.append(len(rows))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for i in range(2, 60):
        store.project([record(1 + i, (row(i, i),))])
    for reader in readers:
        reader.join()
    assert len(found) == 90
    assert all(2 <= count <= 60 for count in found)
    store.close()


def test_a_store_closes_while_another_thread_asks(tmp_path):
    """Not under its query: SQLite would end the process."""
    store = SqliteStore(tmp_path / "store.db")
    asking, go_on = threading.Event(), threading.Event()

    def slow(_database, _names):
        asking.set()
        go_on.wait(10)
        return _database.execute("SELECT 1")

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(store._ask, slow)
        assert asking.wait(10)
        closing = threading.Thread(target=store.close)
        closing.start()
        go_on.set()
        assert answer.result(60) == [(1,)]
        closing.join(60)
        with pytest.raises(StoreError):
            pool.submit(store.meters).result(60)
