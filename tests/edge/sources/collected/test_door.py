"""Who may say what at the door, what is no message, and how collectors fare."""

from __future__ import annotations

import asyncio
import json
import stat
from contextlib import suppress
from datetime import timedelta

import pytest
from collected_edge import DAY_MS, NOW_MS, close, row
from hypothesis import given
from hypothesis import strategies as st

from edge.sources.collected.door import SOCKET
from edge.sources.collected.handed import HandedRefused, parse


async def test_a_collector_that_is_not_configured_is_not_heard(edge):
    assert await edge.say({"hello": "grdf"}) == {"ok": True}
    refused = {"ok": False, "reason": "unknown-collector"}
    assert await edge.say({"hello": "other"}) == refused
    assert await edge.hand([], "other") == refused
    assert edge.door.refused == {"unknown-collector": 2}


RUBBISH = [
    b"rubbish",
    b"[]",
    b"\xff",
    b'{"rows": 1}',
    b'{"collector": "grdf", "fluid": "gas", "number": 7, "rows": []}',
    b'{"collector": "GRDF!", "fluid": "gas", "number": null, "rows": []}',
    b'{"collector": "grdf", "fluid": "gas", "number": null, "rows": [[]]}',
    b'{"hello": 1}',
    b'{"pasts": []}',
    b'{"pasts": {"grdf": 1}}',
    b"[" * 100_000,
]
ROWS = [
    ["Energy", 1, 2, 3, "measured", None],
    ["energy_wh", 1.5, 2, 3, "measured", None],
    ["energy_wh", 1, 1 << 60, 3, "measured", None],
    ["energy_wh", 1, 2, True, "measured", None],
    ["energy_wh", 1, 2, 3, "guessed", None],
    ["energy_wh", 1, 2, 3, "measured", 1 << 60],
    ["energy_wh", 1, 2, 3, "measured"],
    7,
]


@pytest.mark.parametrize("line", RUBBISH)
async def test_rubbish_is_answered_and_harms_nobody(edge, line):
    assert await edge.say(line) == {"ok": False, "reason": "not-a-message"}
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1


@pytest.mark.parametrize("one", ROWS)
async def test_one_row_that_has_not_the_form_refuses_them_all(edge, one):
    assert (await edge.hand([row(1, 75_000), one]))["reason"] == "not-a-message"
    assert not edge.slices()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = ("collector", "fluid", "number", "rows", "hello", "pasts")


@given(
    st.binary()
    | ANYTHING.map(lambda any_: json.dumps(any_).encode())
    | st.dictionaries(st.sampled_from(KEYS), ANYTHING).map(
        lambda any_: json.dumps(any_).encode()
    )
)
def test_whatever_comes_is_a_message_or_refused(line):
    with suppress(HandedRefused):
        parse(line)


async def test_a_fluid_that_nobody_knows_is_refused(edge):
    assert (await edge.hand([], fluid="heat"))["reason"] == "wrong-fluid"


async def test_an_endless_line_is_cut(edge):
    _, writer = await asyncio.open_unix_connection(str(edge.directory / SOCKET))
    writer.write(b"x" * (5 << 20))
    await close(writer)
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1


async def test_more_than_a_few_at_once_are_turned_away(edge):
    path = str(edge.directory / SOCKET)
    held = [await asyncio.open_unix_connection(path) for _ in range(4)]
    for reader, writer in held:
        writer.write(b'{"hello": "grdf"}\n')
        await reader.readline()
    with suppress(ConnectionResetError):  # it may close before it has read
        assert await edge.say({"hello": "grdf"}) is None
    for _, writer in held:
        await close(writer)


async def test_who_says_nothing_is_let_go_of(edge):
    edge.door.patience_s = 0.01
    reader, writer = await asyncio.open_unix_connection(str(edge.directory / SOCKET))
    assert await reader.read() == b""
    await close(writer)


async def test_only_the_services_user_may_open_it(edge):
    path = edge.directory / SOCKET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["door.sock"]


def part(edge, name):
    return next(part for part in edge.door.health() if part.name == name)


async def test_health_says_what_each_did_last_and_does_next(edge):
    past = {
        "success_ms": NOW_MS - DAY_MS,
        "next_ms": NOW_MS + DAY_MS,
        "failures": 2,
        "refused": 1,
        "reason": "quota",
    }
    assert await edge.say({"pasts": {"grdf": past, "other": {}}}) == {"ok": True}
    assert part(edge, "collectors").ok
    grdf = part(edge, "collector:grdf")
    assert grdf.ok  # it had a success yesterday: a quota passes
    assert grdf.detail.startswith("quota, last success 2026-11-23 ")
    assert "next attempt 2026-11-25 " in grdf.detail
    assert grdf.gauges["next_attempt_ms"] == NOW_MS + DAY_MS
    assert DAY_MS <= grdf.oldest_age_ms < DAY_MS + 60_000
    assert len(edge.door.health()) == 2


@pytest.mark.parametrize(
    ("past", "ok"),
    [
        ({"reason": None, "success_ms": 1}, True),
        ({"reason": "consent", "success_ms": NOW_MS - 4 * DAY_MS}, False),
        ({"reason": "consent"}, False),
        ({"reason": "<b>", "success_ms": "x", "next_ms": True, "failures": -1}, True),
    ],
)
async def test_a_collector_without_a_success_for_days_is_not_well(edge, past, ok):
    await edge.say({"pasts": {"grdf": past}})
    assert part(edge, "collector:grdf").ok is ok
    assert "<" not in part(edge, "collector:grdf").detail


async def test_a_process_that_does_not_speak_is_told(edge):
    assert "releve-collect" in part(edge, "collectors").detail
    await edge.say({"pasts": {}})
    assert part(edge, "collectors").ok
    edge.now_ms += timedelta(minutes=11) // timedelta(milliseconds=1)
    assert not part(edge, "collectors").ok
