"""What the household's own cloud is told, on a real broker by TLS."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from edge.broker.connection import Connection
from edge.consent.consents import Choice
from edge.consent.terms import Grain
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.sample import Sample
from tests.attacks.service_house import DAY_MS, terms
from tests.attacks.twin_home import LINKY, NOW_MS, TwinReads, paris
from tests.real.brokers import until
from tests.real.cloud_house import PREFIX, Cloud, CloudHome

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

SEVEN_MS = paris("2026-10-27T07:00:03+01:00")


def by_cloud(*told, history="P1D", **more):
    return terms(*told, channels=["cloud"], history=history, **more)


@pytest.fixture
async def cloud(tmp_path):
    made = Cloud(tmp_path / "cloud")
    await made.start()
    yield made
    made.end()


@pytest.fixture
async def home(tmp_path, cloud):
    made = CloudHome(tmp_path, cloud)
    made.open()
    yield made
    made.close()


async def test_a_closed_day_arrives_at_seven_of_the_next_with_its_number(home, cloud):
    service, _ = home.add(by_cloud())
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(ear.documents)  # yesterday, which the grant shows
        await home.to(SEVEN_MS - 3_500)
        await home.quiet()
        assert len(ear.documents()) == 1
        await home.to(SEVEN_MS)
        await until(lambda: len(ear.documents()) == 2)
    told = [one.topic for one in ear.told if "/day/" in one.topic]
    assert set(told) == {f"{PREFIX}/linky/day/import_total_wh"}
    before, row = ear.documents()
    assert row.keys() == {
        *("grant", "seq", "start", "end", "value", "unit", "quality", "coverage")
    }
    assert [before["seq"], row["seq"]] == [1, 2]
    assert row["start"] == "2026-10-26T00:00:00+01:00"
    assert {noted[:2] for noted in home.noted.lines} == {(service, "cloud")}


async def test_the_past_arrives_that_the_grant_shows_and_behind_what_is_new(
    home, cloud
):
    home.add(by_cloud("30min", history="P7D"))
    home.rate_s = 100
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(lambda: ear.documents("/30min/"))
        await home.to(paris("2026-10-26T12:35:03+01:00"))
        await until(lambda: _of(ear, "2026-10-26T12:00:00+01:00"))
        new = _of(ear, "2026-10-26T12:00:00+01:00")[0]
        home.destination.deliveries.rate_s = 10_000
        await until(lambda: _of(ear, "2026-10-26T11:30:00+01:00"))
        await home.quiet()
    rows = ear.documents("/30min/")
    assert [one["seq"] for one in ear.documents("import_total_wh")] == list(
        range(1, len(ear.documents("import_total_wh")) + 1)
    )
    past = [one["start"] for one in rows if one != new]
    assert past[0] == "2026-10-19T00:00:00+02:00"
    assert new["seq"] < 500
    instants = [paris(one) for one in past]
    assert instants == sorted(set(instants))
    assert len(instants) == (NOW_MS - instants[0]) // 1_800_000


def _of(ear, start):
    return [one for one in ear.documents("/30min/") if one["start"] == start]


async def test_days_that_wait_over_the_change_of_clock_arrive(tmp_path, cloud):
    home = CloudHome(tmp_path, cloud, now_ms=paris("2026-10-24T09:00:00+02:00"))
    home.open()
    home.add(by_cloud(history="P7D"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(lambda: home.destination.deliveries.whole)
        await home.quiet()
        before = len(ear.documents())
        await home.to(SEVEN_MS)
        await until(lambda: len(ear.documents()) == before + 3, 10)
    assert [one["start"][:10] for one in ear.documents()[before:]] == [
        "2026-10-24",
        "2026-10-25",
        "2026-10-26",
    ]
    home.close()


async def test_what_waits_goes_at_the_rate_that_was_set_and_live_passes_it_by(
    home, cloud
):
    home.add(
        by_cloud("30min", history="P7D"), by_cloud("live", "live_power", purpose="now")
    )
    home.rate_s = 50
    waits, go_on = [], asyncio.Event()

    async def sleep(seconds):
        waits.append(seconds)
        await go_on.wait()

    async with cloud.ear() as ear, home.running():
        deliveries = home.destination.deliveries
        deliveries.sleep = sleep
        await home.up()
        await until(lambda: waits)
        # all of it waits: what is live doesn't
        for n in range(3):
            home.bus.publish(Sample(LINKY, NOW_MS + n, {"apparent_power_va": n}))
        await until(lambda: len(ear.documents("/live")) == 3)
        go_on.set()
        await until(lambda: deliveries.whole)
        await home.quiet()
        delivered = deliveries.health().counters["delivered"]
    assert delivered > 500
    assert sum(waits) == pytest.approx(delivered / 50)


async def test_live_values_and_events_arrive_where_they_were_granted(home, cloud):
    home.add(by_cloud("live", "live_power"), by_cloud("live", "event"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        await home.quiet()
        values = {"apparent_power_va": 730, "import_total_wh": 5}
        home.bus.publish(Sample(LINKY, NOW_MS + 1000, values))
        happened = Event(LINKY, NOW_MS + 2000, EventKind.OVERLOAD, {})
        await home.journal.append([happened])
        await until(lambda: ear.documents("/live") and ear.documents("/event/"))
    assert ear.documents("/live")[0]["values"]["apparent_power_va"] == 730
    assert ear.documents("/event/overload")[0]["seq"] > 0


async def test_no_live_value_goes_where_half_hours_were_granted(home, cloud):
    home.add(by_cloud("30min", "energy"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        home.bus.publish(Sample(LINKY, NOW_MS + 1000, {"apparent_power_va": 730}))
        await home.to(paris("2026-10-26T12:35:03+01:00"))
        await until(lambda: ear.documents("/30min/"))
    assert not ear.documents("/live")


async def test_history_is_answered_within_the_grant_and_no_further(home, cloud):
    home.add(by_cloud(history="P3M"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        await home.quiet()
        asked = {"meter": LINKY, "register": "import_total_wh", "step": "day"}
        span = {"start": "2026-01-01T00:00:00+01:00", "end": "2026-10-27T00:00:00Z"}
        await ear.ask(**asked, **span)
        await ear.ask(**asked | {"step": "30min"}, **span)
        await until(lambda: len(ear.documents("/response")) == 2)
    days, finer = ear.documents("/response")
    assert days["rows"][0]["start"] == "2026-07-26T00:00:00+02:00"
    assert days["rows"][-1]["start"] == "2026-10-25T00:00:00+02:00"
    assert finer == {"error": "not_found"}


async def test_a_second_home_is_refused_the_prefix_until_it_is_free(
    home, cloud, tmp_path
):
    home.add(by_cloud())
    other = CloudHome(tmp_path / "other", cloud)
    other.open()
    other.add(by_cloud())
    async with home.running():
        await home.up()
        async with other.running():
            await until(lambda: "another home" in other.health.detail)
            assert not other.health.ok
            await home.quiet()
            async with cloud.ear() as ear:
                await until(lambda: ear.documents("/claim"))
                await other.to(SEVEN_MS)
            assert not ear.documents()
            assert home.health.ok
    other.close()


async def test_nothing_goes_to_a_cloud_whose_certificate_is_not_trusted(
    cloud, tmp_path
):
    other = Cloud(tmp_path / "elsewhere", cloud.port)
    for trusted in ({"ca_file": other.ca_file}, {"fingerprint": other.fingerprint}):
        home = CloudHome(tmp_path / next(iter(trusted)), cloud, **trusted)
        home.open()
        home.add(by_cloud())
        async with home.running():
            await until(lambda home=home: "certificate" in home.health.detail)
            assert not home.health.gauges["connected"]
        home.close()


async def test_a_pinned_certificate_is_enough(cloud, tmp_path):
    home = CloudHome(tmp_path / "home", cloud, fingerprint=cloud.fingerprint)
    home.open()
    home.add(by_cloud())
    async with home.running():
        await home.up()
    home.close()


async def test_nothing_is_sent_once_it_is_taken_back_nor_what_fell_into_a_pause(
    home, cloud
):
    service, given = home.add(by_cloud())
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(ear.documents)
        await home.to(SEVEN_MS)
        await until(lambda: len(ear.documents()) == 2)
        await asyncio.to_thread(home.consents.pause, [service])
        await until(lambda: not home.health.gauges["connected"])
        await home.to(SEVEN_MS + DAY_MS)
        await asyncio.to_thread(home.consents.resume, [service])
        await home.up()
        await home.to(SEVEN_MS + 3 * DAY_MS)
        await until(lambda: len(ear.documents()) == 3)
        await home.quiet()
        await asyncio.to_thread(home.consents.withdraw, [one.id for one in given])
        await until(lambda: not home.health.gauges["connected"])
        await home.to(SEVEN_MS + 5 * DAY_MS)
        assert "nothing is granted" in home.health.detail
        _, before, after = ear.documents()
    assert before["start"][:10] == "2026-10-26"
    assert after["start"][:10] == "2026-10-29"
    # another grant's numbers have another name, and begin anew
    assert before["grant"] != after["grant"]
    assert after["seq"] == 1


async def test_what_was_told_before_a_pause_is_not_told_again_after_it(home, cloud):
    service, _ = home.add(by_cloud(history="P7D"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(lambda: home.destination.deliveries.whole)
        await home.quiet()
        before = len(ear.documents())
        for _ in range(5):
            await asyncio.to_thread(home.consents.pause, [service])
            await until(lambda: not home.health.gauges["connected"])
            await asyncio.to_thread(home.consents.resume, [service])
            await home.up()
            await until(lambda: home.destination.deliveries.whole)
            await home.quiet()
    assert before == 7
    assert len(ear.documents()) == before


class Mended(TwinReads):
    """A home in which one day may be counted anew."""

    day_ms = paris("2026-10-20T00:00:00+02:00")
    more_wh = 0

    def _row(self, meter, register, span, odd):
        start, end, value, *rest = super()._row(meter, register, span, odd)
        return start, end, value + self.more_wh * (start == self.day_ms), *rest


async def test_what_is_corrected_of_long_before_is_told_again_and_nothing_else(
    tmp_path, cloud
):
    home = CloudHome(tmp_path, cloud, reads=Mended("a", Step.DAY))
    home.open()
    home.add(by_cloud(history="P1M"))
    async with cloud.ear() as ear, home.running():
        await home.up()
        await until(lambda: home.destination.deliveries.whole)
        await home.quiet()
        before = len(ear.documents())
        home.reads.more_wh = 100
        half_ms = Mended.day_ms + 10 * 3_600_000
        span = (half_ms, half_ms + 1_800_000)
        row = Interval(LINKY, "import_total_wh", Step.MIN30, *span, 7, revision=2)
        await home.journal.append([(row,)])
        await home.to(SEVEN_MS)
        await until(lambda: len(ear.documents()) == before + 2)
        await home.quiet()
    home.close()
    told = ear.documents()
    first = next(one for one in told if one["start"].startswith("2026-10-20"))
    new, again = told[before:]
    assert new["start"][:10] == "2026-10-26"
    assert again["start"] == first["start"]
    assert again["value"] == first["value"] + 100


async def test_a_cloud_without_its_account_is_said_and_harms_nobody(home):
    async with home.running():
        assert not home.part.destinations
        assert not home.health.ok
        assert "releve cloud remove mine" in home.health.detail


@pytest.fixture
def given(monkeypatch, home):
    """Give what was handed to the socket, and whether the grant held just then."""
    found: list[tuple[str, bool]] = []
    give = Connection._give

    def noted(self, topic, *more, **words):
        if topic.startswith(PREFIX):
            found.append((topic, home.destination.granted))
        return give(self, topic, *more, **words)

    monkeypatch.setattr(Connection, "_give", noted)
    return found


@pytest.mark.parametrize("how", ["withdraw", "pause"])
async def test_no_message_starts_once_it_is_taken_back(home, cloud, given, how):
    """However many wait for their turn: the broker takes one at a time."""
    cloud.end()
    slow = Cloud(cloud.path, cloud.port, "max_inflight_messages 1")
    await slow.start()
    service, held = home.add(by_cloud("30min", history="P3M"))
    async with cloud.ear() as ear, home.running():
        await until(lambda: len(ear.documents("/30min/")) > 30)
        if how == "withdraw":
            ids = [one.id for one in held]
            await asyncio.to_thread(home.consents.withdraw, ids)
        else:
            await asyncio.to_thread(home.consents.pause, [service])
        before = len(given)
        await until(lambda: not home.health.gauges["connected"])
        assert len(given) - before <= 1  # what the thread met on its way back
    slow.end()
    assert all(held for _, held in given)


async def test_what_waits_is_told_no_finer_than_it_was_narrowed_to(home, cloud, given):
    _, (consent,) = home.add(by_cloud("30min", history="P3M"))
    home.rate_s = 100
    async with cloud.ear() as ear, home.running():
        await until(lambda: len(ear.documents("/30min/")) > 30)
        choice = Choice(replace(consent.terms, grain=Grain.DAY), consent.meters)
        await asyncio.to_thread(home.consents.narrow, consent.id, choice)
        before = len(given)
        home.destination.deliveries.rate_s = 10_000
        await until(lambda: home.destination.deliveries.whole)
        await home.quiet()
    after = [topic for topic, _ in given[before + 1 :]]
    assert after
    assert not [topic for topic in after if "/30min/" in topic or "/hour/" in topic]
    numbers: dict[str, list[int]] = {}
    for one in ear.documents("import_total_wh"):
        numbers.setdefault(one["grant"], []).append(one["seq"])
    assert len(numbers) == 2
    for told in numbers.values():
        assert told == list(range(1, len(told) + 1))


@pytest.mark.parametrize(
    "kept",
    ["rubbish", "[]", '{"seq": 3}', '{"grant": "%s", "seq": 9999999999999999999}'],
)
async def test_whatever_stands_where_the_broker_remembers_it_goes_on(home, cloud, kept):
    home.add(by_cloud())
    async with cloud.ear() as ear:
        async with home.running():
            await home.up()
            await until(lambda: ear.documents("/cursor"))
        grant = ear.documents("/day/")[0]["grant"]
        word = kept.replace("%s", grant).encode()
        await ear.connection.publish(f"{PREFIX}/cursor", word, qos=1, retain=True)
        async with home.running():
            await home.up()
            await home.to(SEVEN_MS)
            await until(lambda: len(ear.documents()) >= 2)
    assert ear.documents()[-1]["seq"] == 2


async def test_what_the_broker_forgot_is_told_again_under_its_numbers(home, cloud):
    home.add(by_cloud())
    async with cloud.ear() as ear:
        async with home.running():
            await home.up()
            await until(lambda: ear.documents("/cursor"))
        (first,) = ear.documents()
        word = f'{{"grant": "{first["grant"]}", "seq": 0}}'.encode()
        await ear.connection.publish(f"{PREFIX}/cursor", word, qos=1, retain=True)
        async with home.running():
            await home.up()
            await until(lambda: len(ear.documents()) == 2)
    assert ear.documents() == [first, first]
