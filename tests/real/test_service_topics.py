"""What a service is told by MQTT, on a real broker of the home's own."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import time

import pytest

from edge.broker.parts import open_parts
from edge.config import Config
from edge.consent.consents import Choice
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.sample import Sample
from tests.attacks.service_house import COACH, DAY_MS, House, terms
from tests.attacks.twin_home import GAS, LINKY, NOW_MS, TwinReads, paris
from tests.real.home import free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

SIX_MS = paris("2026-10-27T06:59:59+01:00")
SEVEN_MS = paris("2026-10-27T07:00:03+01:00")
DAY_KEYS = {"seq", "start", "end", "value", "unit", "quality", "coverage"}


class Mended(TwinReads):
    """A home whose days may be counted anew."""

    more_wh = 0

    def _row(self, meter, register, span, odd):
        start, end, value, *rest = super()._row(meter, register, span, odd)
        return start, end, value + self.more_wh, *rest


@pytest.fixture
async def house(tmp_path):
    made = House(tmp_path, Mended("a", Step.DAY))
    async with made.running():
        yield made


async def quiet(house):
    """Return once all that is due by now was looked for, and sent."""
    rounds = house.part.deliveries
    for _ in range(2):
        before = rounds.rounds
        await house.until(lambda before=before: rounds.rounds > before)


async def counted_anew(house, start="2026-10-26T10:00:00+01:00"):
    """Have the journal say that a half-hour was counted anew."""
    at_ms = paris(start)
    row = Interval(
        LINKY, "import_total_wh", Step.MIN30, at_ms, at_ms + 1_800_000, 7, revision=2
    )
    await house.journal.append([(row,)])


async def test_a_closed_day_is_told_at_seven_of_the_next_and_nothing_before(house):
    service, _ = await house.give()
    async with house.ear(service) as ear:
        await house.to(SIX_MS)
        await quiet(house)
        assert not ear.told
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
        await quiet(house)
        (told,) = ear.told
    assert told.topic == f"releve/services/{service}/out/linky/day/import_total_wh"
    assert told.document.keys() == DAY_KEYS
    assert told.document["seq"] == 1
    assert told.document["start"] == "2026-10-26T00:00:00+01:00"
    assert told.document["end"] == "2026-10-27T00:00:00+01:00"
    assert told.document["unit"] == "Wh"
    assert not told.retain
    ((who, channel, reading),) = house.noted.lines
    assert (who, channel, reading.meter, reading.grain) == (
        service,
        "mqtt",
        LINKY,
        "day",
    )


async def test_a_day_is_told_whose_end_two_clocks_see_at_two_moments(house):
    service, _ = await house.give()
    house.clock.ahead_ms = 1_000
    async with house.ear(service) as ear:
        await house.to(SEVEN_MS - 3_500)  # it is seven for the meter alone
        await quiet(house)
        assert not ear.told
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
    assert ear.rows()[0]["start"] == "2026-10-26T00:00:00+01:00"


async def test_a_half_hour_is_told_five_minutes_after_its_end(house):
    service, _ = await house.give(COACH, terms("30min"))
    async with house.ear(service) as ear:
        await house.to(paris("2026-10-26T12:34:59+01:00"))
        await quiet(house)
        assert not ear.told
        await house.to(paris("2026-10-26T12:35:03+01:00"))
        await house.until(ear.told.__len__)
        await house.to(paris("2026-10-26T13:05:03+01:00"))
        await house.until(lambda: len(ear.told) == 3)
    assert [one.document["start"][11:16] for one in ear.told] == [
        "12:00",
        "12:00",
        "12:30",
    ]
    assert [one.topic.split("/")[-2] for one in ear.told] == ["30min", "hour", "30min"]
    assert [one.document["seq"] for one in ear.told] == [1, 2, 3]


async def test_gas_days_are_told_at_seven_as_well_and_only_what_was_granted(house):
    service, _ = await house.give(COACH, terms(fluid="gas"), meters=(LINKY, GAS))
    async with house.ear(service) as ear:
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
        await quiet(house)
        (told,) = ear.told
    assert told.topic.endswith("/out/gaz/day/gas_energy_wh")
    assert told.document["end"] == "2026-10-27T06:00:00+01:00"


async def test_what_is_corrected_is_told_again_at_the_next_fixed_time(house):
    service, _ = await house.give()
    async with house.ear(service) as ear:
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
        house.reads.more_wh = 100
        await counted_anew(house)
        await house.to(SEVEN_MS + 3_600_000)
        await quiet(house)
        assert len(ear.told) == 1
        await house.to(SEVEN_MS + DAY_MS)
        await house.until(lambda: len(ear.told) == 3)
    first, again, next_ = ear.rows()
    assert [again["seq"], next_["seq"]] == [2, 3]
    assert again["start"] == first["start"]
    assert again["value"] == first["value"] + 100


async def test_what_is_counted_anew_to_the_same_amount_is_not_told(house):
    service, _ = await house.give()
    async with house.ear(service) as ear:
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
        await counted_anew(house)
        await house.to(SEVEN_MS + DAY_MS)
        await house.until(lambda: len(ear.told) == 2)
        await quiet(house)
    assert [one["seq"] for one in ear.rows()] == [1, 2]
    assert ear.rows()[0]["start"] < ear.rows()[1]["start"]


async def test_what_came_due_before_the_grant_is_never_pushed(house):
    await house.to(SEVEN_MS)
    service, _ = await house.give()
    async with house.ear(service) as ear:
        await counted_anew(house)
        await house.to(SEVEN_MS + DAY_MS)
        await house.until(ear.rows)
        await quiet(house)
    assert [one["start"][:10] for one in ear.rows()] == ["2026-10-27"]


async def test_what_fell_into_a_pause_is_never_sent(house):
    service, _ = await house.give()
    await house.login(service)
    await house.to(paris("2026-10-27T20:00:00+01:00"))
    await quiet(house)
    await asyncio.to_thread(house.consents.pause, [service])
    await house.until(lambda: house.part.login(service) is None)
    await house.to(paris("2026-10-28T20:00:00+01:00"))
    await asyncio.to_thread(house.consents.resume, [service])
    async with house.ear(service) as ear:
        await house.to(paris("2026-10-29T07:00:03+01:00"))
        await quiet(house)
        assert not ear.told  # the 27th and the 28th hold a part of the pause
        await house.to(paris("2026-10-30T07:00:03+01:00"))
        await house.until(ear.rows)
        await quiet(house)
    assert [one["start"][:10] for one in ear.rows()] == ["2026-10-29"]
    assert ear.rows()[0]["seq"] == 1


async def test_what_comes_due_while_the_edge_is_down_is_told_after(tmp_path):
    house = House(tmp_path)
    async with house.running():
        service, _ = await house.give()
        async with house.ear(service, durable=True):
            pass
    house.clock.to(SEVEN_MS + DAY_MS)
    house.reads.now_ms = SEVEN_MS + DAY_MS
    async with house.running(), house.ear(service, durable=True) as ear:
        await house.until(lambda: len(ear.rows()) == 2)
        await quiet(house)
    assert [one["seq"] for one in ear.rows()] == [1, 2]
    async with house.running(), house.ear(service, durable=True) as ear:
        # what the broker may have forgotten comes again, under the same numbers
        await house.until(lambda: len(ear.rows()) == 2)
        await quiet(house)
        assert [one["seq"] for one in ear.rows()] == [1, 2]
        house.clock.to(SEVEN_MS + DAY_MS + 3_600_000)
    async with house.running(), house.ear(service, durable=True) as ear:
        await quiet(house)
        assert not ear.rows()


async def test_a_broker_that_is_killed_costs_nothing(house):
    service, _ = await house.give()
    await house.login(service)
    await house.to(SEVEN_MS)
    await house.until(lambda: house.part.health().counters["delivered"] == 1)
    os.kill(house.pid, signal.SIGKILL)
    await house.until(lambda: not house.parts.health()[0].ok)
    await house.until(lambda: all(part.ok for part in house.parts.health()[:2]))
    async with house.ear(service) as ear:
        house.part.deliveries.changed()
        await house.to(SEVEN_MS + DAY_MS)
        await house.until(lambda: len(ear.rows()) >= 1)
        await quiet(house)
    assert ear.rows()[-1]["seq"] == 2


async def test_live_values_come_at_once_to_who_holds_them(house):
    service, _ = await house.give(COACH, terms("live", "live_power"))
    other, _ = await house.give()
    async with house.ear(service) as ear, house.ear(other) as day:
        values = {"apparent_power_va": 730, "import_total_wh": 5, "tariff_period": "HC"}
        house.bus.publish(Sample(LINKY, NOW_MS + 1000, values))
        await house.until(ear.told.__len__)
        await quiet(house)
        (told,) = ear.told
        assert not day.told
    assert told.topic == f"releve/services/{service}/out/linky/live"
    assert told.document.keys() == {"at", "quality", "values"}
    assert told.document["values"]["apparent_power_va"] == 730
    assert "tariff_period" not in told.document["values"]


async def test_events_are_told_once_they_are_committed(house):
    service, _ = await house.give(COACH, terms("live", "event"))
    async with house.ear(service) as ear:
        await quiet(house)
        detail = {"tariff_period": "HP", "apparent_power_va": 730}
        await house.journal.append(
            [Event(LINKY, NOW_MS + 1000, EventKind.TARIFF, detail)]
        )
        await house.journal.append([Event("home", NOW_MS + 1001, EventKind.STORE)])
        await house.until(ear.told.__len__)
        await quiet(house)
        (told,) = ear.told
    assert told.topic == f"releve/services/{service}/out/linky/event/tariff"
    assert told.document["seq"] == 1
    assert "apparent_power_va" not in told.document["detail"]


ASKED = {
    "meter": LINKY,
    "register": "import_total_wh",
    "step": "day",
    "start": "2026-10-20T00:00:00+02:00",
    "end": "2026-10-27T00:00:00+01:00",
}


async def test_history_is_answered_where_the_service_reads_it(house):
    service, _ = await house.give()
    async with house.ear(service) as ear:
        assert ear.ask(ASKED, correlation=b"\x00abc") < 0x80
        await house.until(ear.answers)
        (told,) = ear.answers()
        assert told.properties.CorrelationData == b"\x00abc"
        assert [row["start"][:10] for row in told.document["rows"]] == [
            f"2026-10-{day}" for day in range(20, 26)
        ]
        assert told.document["next"] is None
        ear.ask(ASKED | {"limit": 2})
        await house.until(lambda: len(ear.answers()) == 2)
        page = ear.answers()[1].document
        assert len(page["rows"]) == 2
        assert page["next"] == "2026-10-22T00:00:00+02:00"


async def test_who_asks_too_often_is_told_so_and_others_are_answered(house):
    service, _ = await house.give()
    other, _ = await house.give()
    async with house.ear(service) as ear, house.ear(other) as another:
        for _ in range(30):
            ear.client.publish(ear.login["request"], b"{}", 1)
        await house.until(
            lambda: any(b"too_many" in one.payload for one in ear.answers())
        )
        another.ask(ASKED)
        await house.until(another.answers)
    assert another.answers()[0].document["rows"]


async def test_a_withdrawal_ends_the_session_within_a_second(house):
    service, given = await house.give()
    async with house.ear(service) as ear:
        started = time.monotonic()
        await house.withdraw(*given)
        await asyncio.to_thread(ear.wait, lambda: ear.ended, 1)
        assert time.monotonic() - started < 1
        with pytest.raises(PermissionError):
            await asyncio.to_thread(type(ear)(house.port, ear.login).open)
        assert house.part.login(service) is None


async def test_another_grant_is_another_login_and_counts_from_one(house):
    service, (consent,) = await house.give(COACH, terms("30min"))
    async with house.ear(service) as ear:
        await house.to(paris("2026-10-26T12:35:03+01:00"))
        await house.until(ear.told.__len__)
        old = ear.login
        choice = Choice(terms("day"), frozenset({LINKY}))
        await asyncio.to_thread(house.consents.narrow, consent.id, choice)
        await asyncio.to_thread(ear.wait, lambda: ear.ended, 1)
    new = await house.login(service)
    assert new["username"] != old["username"]
    assert new["client_id"] == new["username"]
    async with house.ear(service) as ear:
        await house.to(SEVEN_MS)
        await house.until(ear.rows)
        await quiet(house)
    assert [one["seq"] for one in ear.rows("/out/")] == [1]


async def test_a_consent_that_the_clock_suspends_and_revives_is_another_login(house):
    service, _ = await house.give(COACH, terms(duration="P1D"))
    first = await house.login(service)
    wall_ms = house.clock.wall_ms
    house.clock.wall_ms += 3 * DAY_MS  # one bad answer: nothing confirms it
    await asyncio.to_thread(house.consents.expire)
    await house.until(lambda: house.part.login(service) is None)
    house.clock.wall_ms = wall_ms
    await asyncio.to_thread(house.consents.expire)
    again = await house.login(service)
    assert again["username"] != first["username"]


async def test_logins_are_kept_for_the_service_alone(house):
    service, given = await house.give()
    await house.login(service)
    place = house.data / "broker" / "services"
    files = list(place.iterdir())
    assert files
    for path in (*files, house.data / "services.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    await house.withdraw(*given)
    await house.until(lambda: not list(place.iterdir()))


def test_on_a_broker_of_others_there_is_nothing_for_a_service(tmp_path):
    config = Config(
        data_dir=tmp_path,
        mqtt={"url": f"mqtt://127.0.0.1:{free_port()}"},
        meters=[{"id": LINKY, "port": "/dev/null"}],
    )
    parts = open_parts(config, (), household=object())
    assert parts.guests is None
    assert "every client of this broker" in parts.health()[0].detail
