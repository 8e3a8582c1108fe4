"""One attempt after the other: what is kept, when the next is, who is left alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collectors import NotCollected, Reason, past
from collectors.carried import Carried
from collectors.process import Process
from collectors.runner import Runner

PARIS = ZoneInfo("Europe/Paris")
ROW = ["energy_wh", 1, 2_000, 3, "measured", None]


class Service:
    def __init__(self):
        self.heard = []
        self.away = False
        self.given = asyncio.Event()
        self.counts = {"ok": True, "new": 1, "changed": 0, "unchanged": 2, "refused": 1}

    async def send(self, message):
        if self.away:
            raise NotCollected(Reason.SERVICE_AWAY)
        self.heard.append(message)
        if "rows" in message:
            self.given.set()
        return self.counts if "rows" in message else {"ok": True}


class Portal:
    def __init__(self):
        self.asked = []
        self.called = asyncio.Event()
        self.answer = Carried("gas", None, [ROW], 2)

    async def __call__(self, request, deadline_s):
        assert deadline_s > 0
        self.asked.append(request)
        self.called.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def made(tmp_path):
    made = Made(tmp_path)
    made.make()
    return made


class Made:
    def __init__(self, tmp_path):
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.service, self.portal = Service(), Portal()
        self.directory = tmp_path / "kept"
        self.secret = tmp_path / "secret"
        self.secret.write_text("a\nb\n")
        self.secret.chmod(0o600)
        self.table = {"kind": "grdf", "secret_file": str(self.secret)}

    def make(self, **table):
        self.runner = Runner(
            *("grdf", self.table | table, PARIS, self.directory, self.service),
            now=lambda: self.now,
            draw=lambda: 0.5,
            attempt=self.portal,
        )
        return self.runner

    async def fails(self, reason, **more):
        self.portal.answer = NotCollected(reason, **more)
        return await self.runner.run() - self.now


async def test_a_success_is_kept_with_what_came(made):
    due = await made.runner.run()
    found = past.read(made.directory, "grdf")
    assert found.success_ms == round(made.now.timestamp() * 1000)
    assert (found.new, found.unchanged, found.refused) == (1, 2, 3)
    assert (found.newest_ms, found.reason, found.failures) == (2_000, None, 0)
    assert found.next_ms == round(due.timestamp() * 1000)
    assert due.astimezone(PARIS).hour == 12  # at nine, three hours later by chance
    assert made.service.heard[0] == {"hello": "grdf"}
    assert made.service.heard[1]["collector"] == "grdf"


async def test_the_window_slides_by_the_homes_days(made):
    made.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Paris
    made.make(days=3)
    await made.runner.run()
    assert made.portal.asked[0]["window"] == ["2026-11-22", "2026-11-25"]
    assert made.portal.asked[0]["table"]["zone"] == "Europe/Paris"


async def test_failures_wait_longer_each_time_and_a_success_ends_that(made):
    waits = [await made.fails(Reason.PORTAL_DOWN) for _ in range(4)]
    assert waits == sorted(waits)
    assert waits[3] > 4 * waits[0]
    assert made.runner.past.failures == 4
    other = await made.fails(Reason.TIME_OUT)
    assert made.runner.past.failures == 1
    assert other < waits[3]
    made.portal.answer = Carried("gas", None, [])
    await made.runner.run()
    assert made.runner.past.reason is None
    assert made.runner.past.nothing


async def test_what_was_known_stays_known_through_failures(made):
    await made.runner.run()
    await made.fails(Reason.CAPTCHA, status=403)
    found = past.read(made.directory, "grdf")
    assert found.success_ms is not None
    assert (found.new, found.newest_ms) == (1, 2_000)
    assert (found.reason, found.status) == ("captcha", 403)


async def test_a_part_that_came_is_kept_and_the_rest_asked_for_as_usual(made):
    excuse = NotCollected(Reason.CONSENT, "curve", status=403)
    made.portal.answer = Carried("gas", None, [ROW], 0, excuse)
    due = await made.runner.run()
    found = made.runner.past
    assert (found.new, found.reason, found.where) == (1, "consent", "curve")
    assert found.partly
    assert due - made.now < timedelta(days=1, hours=4)
    made.portal.answer = Carried(
        "gas", None, [ROW], 0, NotCollected(Reason.QUOTA, wait_s=172_800)
    )
    assert await made.runner.run() - made.now >= timedelta(days=2)


async def test_a_long_past_is_handed_over_in_pieces(made):
    made.portal.answer = Carried("gas", None, [ROW] * 12_000)
    await made.runner.run()
    handed = [len(one["rows"]) for one in made.service.heard if "rows" in one]
    assert handed == [5_000, 5_000, 2_000]
    assert made.runner.past.new == 3


async def test_a_quota_is_waited_for(made):
    wait = await made.fails(Reason.QUOTA, wait_s=86_400)
    assert wait >= timedelta(days=1)


async def test_no_portal_is_asked_for_a_service_that_is_away(made):
    made.service.away = True
    due = await made.runner.run()
    assert not made.portal.asked
    assert due - made.now < timedelta(minutes=2)
    assert made.runner.past.attempt_ms is None


async def test_a_service_that_goes_meanwhile_costs_no_hammering(made):
    async def leaves(request, deadline_s):
        del request, deadline_s
        made.service.away = True
        return Carried("gas", None, [ROW])

    made.runner.attempt = leaves
    due = await made.runner.run()
    assert due - made.now >= timedelta(minutes=15)
    assert made.runner.past.reason == "service-away"
    assert made.runner.past.attempt_ms is not None


async def test_an_attempt_that_is_cut_is_seen_after_a_restart(made):
    async def cut(request, deadline_s):
        del request, deadline_s
        raise asyncio.CancelledError

    made.runner.attempt = cut
    with pytest.raises(asyncio.CancelledError):
        await made.runner.run()
    again = made.make()
    assert again.begin() - made.now >= timedelta(minutes=15)


async def test_a_mended_secret_is_worth_a_try_at_once(made):
    await made.fails(Reason.PASSWORD)
    assert not made.runner.mended
    made.secret.write_text("a\nother\n")
    assert made.runner.mended
    await made.fails(Reason.PORTAL_DOWN)
    made.secret.write_text("a\nanother one\n")
    assert not made.runner.mended  # that was no fault of the secret


async def test_a_table_that_was_mended_is_tried_at_once_after_a_restart(made):
    await made.fails(Reason.WHICH_METER)
    assert not made.make().mended
    assert made.make(number="21098765432104").mended
    made.make()
    await made.fails(Reason.SERVICE_REFUSED)
    assert made.make(meter="gas").mended


async def test_an_update_is_worth_a_try(made, monkeypatch):
    await made.fails(Reason.CHANGED)
    monkeypatch.setattr("collectors.runner.version", lambda _: "99")
    assert made.make().mended


async def test_a_full_disk_stops_nobody(made):
    made.directory.write_text("a file where the directory should be")
    await made.runner.run()
    assert made.runner.past.success_ms is not None


async def test_a_kind_that_is_gone_has_a_rhythm_all_the_same(made):
    assert made.make(kind="gone").rhythm.hours


async def until(event, process):
    """Run a process until something has happened."""
    stop = asyncio.Event()
    running = asyncio.create_task(process.run(stop))
    async with asyncio.timeout(20):
        await event.wait()
    stop.set()
    await running


async def test_the_process_runs_what_is_due_and_tells(made):
    made.now = datetime.now(UTC)
    past.write(made.directory, "grdf", past.Past())
    runner = made.make()
    runner.draw = lambda: 0.0
    runner.past = past.Past(next_ms=round(made.now.timestamp() * 1000) + 1)
    await until(made.service.given, Process([runner], made.service))
    assert any("pasts" in message for message in made.service.heard)


async def test_a_secret_mended_meanwhile_is_found_by_the_look(made):
    made.now = datetime.now(UTC)
    await made.fails(Reason.PASSWORD)
    count = len(made.portal.asked)
    made.portal.answer = Carried("gas", None, [ROW])
    made.secret.write_text("a\nmended\n")
    await until(made.service.given, Process([made.runner], made.service))
    assert len(made.portal.asked) == count + 1


async def test_a_fault_of_ours_ends_no_process(made):
    made.now = datetime.now(UTC)
    made.portal.answer = RuntimeError("a fault")
    made.runner.past = past.Past(next_ms=round(made.now.timestamp() * 1000) + 1)
    made.runner.draw = lambda: 0.0
    await until(made.portal.called, Process([made.runner], made.service))
    assert made.runner.past.attempt_ms is not None
