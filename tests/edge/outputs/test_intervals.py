"""Intervals and events: each at least once, whatever the broker does meanwhile."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson
import pytest
from outputs_broker import Broker, Running, until
from outputs_journal import event, history, key, present, row

from edge.errors import BrokerLost, PublishRefused
from edge.journal.bodies import Kind
from edge.journal.journal import Journal
from edge.outputs.intervals import FEW, KINDS, NAME, IntervalsOutput
from edge.outputs.kept import Kept
from edge.outputs.past import Past
from edge.outputs.payloads import Payloads
from edge.outputs.topics import Topics
from edge.record import Lane
from edge.sample import Gap, Quality, Slice, millis

PASTS = (
    Past("linky", frozenset({"import_total_wh"}), 0, 10_000),
    Past("linky", frozenset({"voltage_l1_v"}), 5_000, 20_000),
    Past("garage", frozenset({"import_total_wh"}), 0, 5_000),
)


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "data", ballast_bytes=0)
    yield opened
    opened.close()


def output_on(journal, **kwargs):
    given = {
        "known": lambda: PASTS,
        "period_s": 1800,
        "history_every_s": 0.05,
        "back_s": 0.0,
        **kwargs,
    }
    topics = Topics("releve")
    payloads = Payloads(ZoneInfo("Europe/Paris"))
    return IntervalsOutput(journal, topics, payloads, Kept(topics.status), **given)


@pytest.fixture
async def attached(journal):
    """An output that has been attached to an empty journal, and its broker."""
    broker, output = Broker(), output_on(journal)
    async with Running(output, broker):
        await until(lambda: broker.of("releve/cursor"))
    broker.sent.clear()
    return output, broker


def values(broker):
    return [sent.document["value"] for sent in broker.of("releve/linky/30min")]


def announced(broker):
    return [sent.document for sent in broker.sent if sent.topic.endswith("/history")]


async def test_what_is_committed_is_delivered_at_qos_1_and_then_the_cursor_moves(
    journal, attached
):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0), row(0, "voltage_l1_v"))
        await journal.append([event(2)])
        await until(lambda: len(broker.of("releve/linky/")) == 3)
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    topics = [sent.topic for sent in broker.of("releve/linky/")]
    assert topics == [
        "releve/linky/30min/import_total_wh",
        "releve/linky/30min/voltage_l1_v",
        "releve/linky/event/tariff",
    ]
    assert {(sent.qos, sent.retain) for sent in broker.of("releve/linky/")} == {
        (1, False)
    }


async def test_a_connection_that_goes_amid_a_page_costs_nothing(journal, attached):
    output, broker = attached
    for n in range(20):
        await present(journal, row(n))
    broker.lost_after = 10
    with pytest.raises(BrokerLost):
        async with asyncio.timeout(60):
            await output.run(broker)
    broker.lost_after = None
    async with Running(output, broker):
        await until(lambda: set(values(broker)) == set(range(20)))


async def test_a_refusal_moves_nothing_either(journal, attached):
    output, broker = attached
    await present(journal, row(0))
    before = journal.cursor(NAME, Lane.PRESENT)
    broker.refused = "releve/linky/30min"
    with pytest.raises(PublishRefused):
        async with asyncio.timeout(60):
            await output.run(broker)
    assert journal.cursor(NAME, Lane.PRESENT) == before
    broker.refused = None
    async with Running(output, broker):
        await until(lambda: values(broker) == [0])


async def test_a_first_attachment_to_years_announces_them_once_and_begins_now(journal):
    for n in range(50):
        await present(journal, row(n))
    broker, output = Broker(), output_on(journal)
    async with Running(output, broker):
        await until(lambda: len(announced(broker)) == 2)
        await present(journal, row(50))
        await until(lambda: values(broker) == [50])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    documents = {one["meter"]: one for one in announced(broker)}
    assert documents["linky"]["registers"] == ["import_total_wh", "voltage_l1_v"]
    assert documents["linky"]["from"] == "1970-01-01T01:00:00+01:00"
    assert documents["linky"]["to"] == "1970-01-01T01:00:20+01:00"
    async with Running(output_on(journal), broker):
        await present(journal, row(51))
        await until(lambda: values(broker) == [50, 51])
    assert len(announced(broker)) == 2


async def test_a_first_attachment_that_is_cut_announces_all_the_same(journal):
    await present(journal, row(0))
    broker, output = Broker(), output_on(journal)
    broker.lost_after = 1  # one of the two announcements
    with pytest.raises(BrokerLost):
        await output.run(broker)
    await present(journal, row(1))
    broker.lost_after = None
    async with Running(output_on(journal), broker):
        await until(lambda: len({one["meter"] for one in announced(broker)}) == 2)
        await until(lambda: values(broker) == [1])


async def test_what_is_committed_before_the_first_connection_is_delivered(journal):
    await present(journal, row(0))
    await output_on(journal).attach()  # as the service does when it starts
    await present(journal, row(1))
    broker = Broker()
    async with Running(output_on(journal), broker):
        await until(lambda: values(broker) == [1])
    assert len(announced(broker)) == 2


async def test_an_old_word_on_the_broker_floods_no_first_attachment(journal):
    for n in range(9):
        await present(journal, row(n))
    broker = Broker()
    broker.retained["releve/cursor"] = b'{"present":[1,1],"history":[1,1]}'
    async with Running(output_on(journal), broker):
        await until(lambda: len(announced(broker)) == 2)
        await present(journal, row(9))
        await until(lambda: values(broker) == [9])


async def test_a_broker_that_lost_its_memory_gets_the_last_period_again(
    journal, attached
):
    output, broker = attached
    async with Running(output, broker):
        for n in range(3):
            await present(journal, row(n))
        await until(lambda: values(broker) == [0, 1, 2])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    empty = Broker()
    async with Running(output_on(journal), empty):
        await until(lambda: values(empty) == [0, 1, 2])


async def test_what_was_delivered_before_the_period_is_not_sent_again(
    journal, attached
):
    del attached
    now = [10_000_000]
    broker, output = Broker(), output_on(journal, now_ms=lambda: now[0])
    async with Running(output, broker):
        for n in range(4):
            await present(journal, row(n))
            await until(lambda n=n: values(broker)[-1:] == [n])
            await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
            now[0] += 1_200_000
    empty = Broker()
    async with Running(output_on(journal, now_ms=lambda: now[0]), empty):
        await until(lambda: 3 in values(empty))
    assert values(empty) == [3]


async def test_a_broker_back_from_an_older_snapshot_is_told_all_since(
    journal, attached
):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
        snapshot = dict(broker.retained)
        for n in range(1, 4):
            await present(journal, row(n))
        await until(lambda: values(broker) == [0, 1, 2, 3])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    broker.retained, broker.sent = snapshot, []
    async with Running(output, broker):
        await until(lambda: values(broker) == [1, 2, 3])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    assert output.health().counters["rewinds"] == 1


async def test_a_broker_that_forgot_nothing_gets_nothing_twice(journal, attached):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: values(broker) == [0])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    async with Running(output, broker):
        await present(journal, row(1))
        await until(lambda: 1 in values(broker))
    assert values(broker) == [0, 1]


@pytest.mark.parametrize("word", [b"rubbish", b"[]", b'{"present": 1}', b"\xff"])
async def test_a_word_that_is_none_of_ours_is_no_word(journal, attached, word):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    broker.retained["releve/cursor"] = word
    broker.sent.clear()
    async with Running(output, broker):
        await until(lambda: values(broker) == [0])


async def test_a_broker_that_lets_us_read_nothing_is_taken_for_one_that_forgot(
    journal, attached
):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    broker.unreadable = True
    async with Running(output, broker):
        await until(lambda: values(broker) == [0, 0])


async def test_a_few_rows_of_the_past_are_sent_and_announced(journal, attached):
    output, broker = attached
    async with Running(output, broker):
        await history(journal, row(0, revision=2), row(3, revision=2))
        await until(lambda: announced(broker))
    assert {key(sent.document)[-1] for sent in broker.of("releve/linky/30min")} == {2}
    (told,) = announced(broker)
    assert told["registers"] == ["import_total_wh"]


async def test_years_of_the_past_are_announced_and_not_sent(journal, attached):
    output, broker = attached
    for n in range(0, 4 * FEW, 4):
        await history(journal, *(row(n + k, revision=2) for k in range(4)))
    async with Running(output, broker):
        await until(lambda: journal.cursor(NAME, Lane.HISTORY) == journal.tail)
    assert values(broker) == []
    (told,) = announced(broker)
    assert told["registers"] == ["import_total_wh"]
    assert set(told) == {"meter", "registers", "from", "to"}


async def test_what_comes_to_the_past_soon_after_is_announced_in_one(journal, attached):
    del attached
    broker, output = Broker(), output_on(journal, history_every_s=0.3)
    async with Running(output, broker):
        await history(journal, row(0, revision=2))
        await until(lambda: len(announced(broker)) == 1)
        for n in range(1, 6):
            await history(journal, row(n, revision=2))
        await until(lambda: journal.cursor(NAME, Lane.HISTORY) == journal.tail)
    assert len(announced(broker)) == 2


async def test_the_present_goes_before_the_past(journal, attached):
    output, broker = attached
    for n in range(200):
        await history(journal, row(n, revision=2))
    for n in range(200):
        await present(journal, row(n))
    async with Running(output, broker):
        await until(lambda: announced(broker))
    places = [sent.topic.split("/")[2] for sent in broker.of("releve/linky/")]
    assert places == ["30min"] * 200 + ["event"]


async def test_what_comes_while_the_past_is_read_does_not_wait_for_it(
    journal, attached, monkeypatch
):
    output, broker = attached
    for n in range(200):
        await history(journal, row(n, revision=2))
    reads, once = journal.read, []

    def read(after, *, lane, **kwargs):
        if lane is Lane.HISTORY and not once:
            once.append(journal.take((row(999),)))
            journal._writer.submit(lambda _tx: None).result()
        return reads(after, lane=lane, **kwargs)

    monkeypatch.setattr(journal, "read", read)
    async with Running(output, broker):
        await until(lambda: announced(broker))
    assert [sent.topic.split("/")[2] for sent in broker.of("releve/linky/")] == [
        "30min",
        "event",
    ]


async def test_what_an_operator_said_is_announced(journal, attached):
    output, broker = attached
    told = Slice("linky", "import_load_curve_w", 0, 1000, 5, Quality.VALIDATED, "x", 0)
    await journal.append([(told,)], lane=Lane.HISTORY)
    async with Running(output, broker):
        await until(lambda: announced(broker))
    # the curve itself, and the index whose rows are answered out of it
    names = announced(broker)[0]["registers"]
    assert names == ["import_total_wh", "import_load_curve_w"]


def peak(start, end, value, register="max_power_today_va", origin="tic"):
    span = (millis(datetime.fromisoformat(one)) for one in (start, end))
    return Slice("linky", register, *span, value, Quality.RAW, origin, 0)


async def test_the_largest_of_a_day_is_delivered_as_the_day_that_it_is(
    journal, attached
):
    output, broker = attached
    day = ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    part = ("2026-10-26T00:00:00+01:00", "2026-10-26T00:30:00+01:00")
    await journal.append([(peak(*day, 5870),)])
    await journal.append([(peak(*day, 6000, origin="file:x"), peak(*part, 1))])
    await journal.append([(peak(*part, 230, "import_load_curve_w"),)])
    await present(journal, row(0))
    async with Running(output, broker):
        await until(lambda: broker.of("releve/linky/30min"))
    (sent,) = broker.of("releve/linky/day")
    assert sent.topic == "releve/linky/day/max_power_today_va"
    assert sent.document == {
        "meter": "linky",
        "register": "max_power_today_va",
        "step": "day",
        "start": day[0],
        "end": day[1],
        "value": 5870,
        "unit": "VA",
        "quality": "raw",
        "coverage": 1.0,
        "sources": "tic",
        "revision": 1,
    }


async def test_a_silence_is_no_news_and_what_was_pruned_is(journal, attached):
    output, broker = attached
    await journal.append([Gap("linky", 0, 1000, "silence")])
    await journal.append([Gap("linky", 1000, 2000, "pruned")])
    async with Running(output, broker):
        await until(lambda: announced(broker))
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    (told,) = announced(broker)
    assert (told["registers"], told["from"]) == ([], "1970-01-01T01:00:01+01:00")


async def test_what_it_does_not_read_does_not_hold_it_up(journal, attached):
    output, broker = attached
    assert Kind.BLOCK not in KINDS
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: values(broker) == [0])
    assert output.health().counters == {"delivered": 1, "announced": 0, "rewinds": 0}


async def test_the_cursors_topic_tells_nothing_but_places(journal, attached):
    output, broker = attached
    async with Running(output, broker):
        await present(journal, row(0))
        await until(lambda: broker.of("releve/cursor")[-1:] != [])
        await until(lambda: journal.cursor(NAME, Lane.PRESENT) == journal.tail)
    told = orjson.loads(broker.retained["releve/cursor"])
    assert set(told) == {"present", "history"}
    assert all(isinstance(n, int) for place in told.values() for n in place)
