"""One attempt after the other: what is kept, when the next is, who is left alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from made_runner import PARIS, ROW

from collectors import NotCollected, Reason, past
from collectors.carried import Carried


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


def test_a_first_attempt_is_told_before_it_comes(made):
    due = made.runner.begin()
    kept = past.read(made.directory, "grdf")
    assert kept.next_ms == round(due.timestamp() * 1000)
    assert kept.attempt_ms is None
    assert made.make().begin() == due  # and a restart changes nothing of it


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
