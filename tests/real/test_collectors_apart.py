"""The process apart: ended at its deadline, silent about secrets, PyGazpar in it."""

from __future__ import annotations

import asyncio
import json

import pytest

from collectors import NotCollected, Reason, child
from collectors.attempt import collected
from collectors.carried import Carried
from collectors.handing import SOCKET, Service
from tests.real.portal import CAPTCHA, PAGE, Said
from tests.real.portals import WINDOW, asked_of, refused, secret, serve
from tests.real.recorded_accounts import GrdfPortal
from tests.real.recorded_gateways import PASSWORD, PCE, USER

__all__ = ["secret", "serve"]
pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


async def apart(table, deadline_s=60):
    window = [str(WINDOW.first), str(WINDOW.until)]
    return await child.attempt({"table": table, "window": window}, deadline_s)


async def word(table, deadline_s=60):
    with pytest.raises(NotCollected) as found:
        await apart(table, deadline_s)
    return found.value


async def test_it_gives_what_a_portal_says(serve, secret):
    for kind, count in (("tempo", 10), ("grdf", 9)):
        _, table = asked_of(kind, serve, secret)
        assert len((await apart(table)).rows) == count


async def test_it_gives_a_word_of_ours_for_why_not(serve, secret):
    portal, table = asked_of("tempo", serve, secret)
    portal.mood = Said("{}", 429, {"Retry-After": "60"})
    found = await word(table)
    assert (found.reason, found.status, found.wait_s) == (Reason.QUOTA, 429, 60)


async def test_what_hangs_is_ended_at_the_deadline(serve, secret):
    portal, table = asked_of("tempo", serve, secret)
    portal.mood = Said(hang=True)
    found = await word(table, 2)
    assert (found.reason, found.where) == (Reason.TIME_OUT, "deadline")


async def test_what_floods_is_cut(serve, secret, monkeypatch):
    monkeypatch.setattr(child, "MOST_BYTES", 100)
    _, table = asked_of("tempo", serve, secret)
    assert (await word(table)).where == "size"


async def test_what_the_reading_could_not_give_up_is_in_the_log(
    monkeypatch, tmp_path, caplog
):
    program = tmp_path / "program"
    carried = json.dumps(Carried("gas", None, []).plain())
    said = f'{{"carried": {carried}, "warned": ["files are read without giving up x"]}}'
    program.write_text(f"#!/bin/sh\nprintf '%s' '{said}'\n")
    program.chmod(0o700)
    monkeypatch.setattr(child.sys, "executable", str(program))
    await apart({"kind": "tempo"})
    assert "read without giving up x" in caplog.text


@pytest.mark.parametrize("said", ["", "{}", "[]", "nonsense", '{"carried": {}}'])
async def test_one_that_dies_is_a_fault_of_ours(said, monkeypatch, tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nprintf '%s' '{said}'\n")
    program.chmod(0o700)
    monkeypatch.setattr(child.sys, "executable", str(program))
    assert (await word({"kind": "tempo"})).reason is Reason.CRASHED


async def test_pygazpar_runs_in_it(serve, secret):
    answers = GrdfPortal()
    _, table = asked_of("grdf", serve, secret, answers)
    found = await apart(table | {"kind": "grdf-pygazpar"})
    assert len(found.rows) == 9
    assert found.number == PCE
    assert answers.sent[1]["credentials"] == {"passcode": PASSWORD}
    del table["number"]
    assert len((await apart(table | {"kind": "grdf-pygazpar"})).rows) == 9


MOODS = {
    "a page": (Said(PAGE, kind="text/html"), Reason.CHANGED),
    "429": (Said(CAPTCHA, 429, kind="text/html"), Reason.QUOTA),
    "500": (Said("{}", 500), Reason.MAINTENANCE),
    "410": (Said("{}", 410), Reason.CHANGED),
    "a truncated body": (Said("{", cut=True), Reason.PORTAL_DOWN),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas' own
@pytest.mark.parametrize("mood", MOODS)
def test_what_pygazpar_raises_is_told_by_our_own_word(mood, serve, secret):
    portal, table = asked_of("grdf", serve, secret)
    portal.mood, reason = MOODS[mood]
    found = refused(table | {"kind": "grdf-pygazpar"})
    assert found.reason is reason
    assert USER not in str(found)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pygazpar_tells_a_wrong_password_and_an_unclear_meter(serve, secret):
    answers = GrdfPortal()
    answers.points = ()
    _, table = asked_of("grdf", serve, secret, answers)
    table["kind"] = "grdf-pygazpar"
    assert collected(table, WINDOW).rows
    del table["number"]
    assert refused(table).reason is Reason.WHICH_METER
    answers.signs_in = False
    assert refused(table).reason is Reason.PASSWORD


def test_pygazpar_that_is_not_installed_is_told_as_such(secret, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygazpar", None)
    table = {"kind": "grdf-pygazpar", "secret_file": secret}
    assert refused(table).reason is Reason.NOT_INSTALLED


# The way to the service


async def answering(tmp_path, answer):
    async def serve(reader, writer):
        await reader.readline()
        writer.write(answer)
        await writer.drain()
        writer.close()

    path = tmp_path / SOCKET
    path.parent.mkdir(exist_ok=True)
    return await asyncio.start_unix_server(serve, path=str(path))


@pytest.mark.parametrize(
    ("answer", "reason", "where"),
    [
        ({"ok": False, "reason": "which-meter"}, Reason.SERVICE_REFUSED, "which-meter"),
        ({"ok": False}, Reason.SERVICE_REFUSED, ""),
        ([], Reason.SERVICE_REFUSED, ""),
        (None, Reason.SERVICE_AWAY, ""),
    ],
)
async def test_what_the_service_answers_is_told(answer, reason, where, tmp_path):
    line = b"" if answer is None else json.dumps(answer).encode() + b"\n"
    async with await answering(tmp_path, line):
        with pytest.raises(NotCollected) as found:
            await Service(tmp_path).send({"hello": "grdf"})
    assert (found.value.reason, found.value.where) == (reason, where)


async def test_a_service_that_is_not_there_is_away(tmp_path):
    with pytest.raises(NotCollected) as found:
        await Service(tmp_path).send({"hello": "grdf"})
    assert found.value.reason is Reason.SERVICE_AWAY


async def test_a_service_that_says_nothing_is_away(tmp_path):
    gone = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    (tmp_path / SOCKET).parent.mkdir()
    path = str(tmp_path / SOCKET)
    async with await asyncio.start_unix_server(silent, path=path):
        with pytest.raises(NotCollected) as found:
            await Service(tmp_path, 0.05).send({"hello": "grdf"})
        await gone.wait()
    assert found.value.reason is Reason.SERVICE_AWAY


async def test_an_answer_of_the_service_is_given(tmp_path):
    async with await answering(tmp_path, b'{"ok": true, "new": 3}\n'):
        assert (await Service(tmp_path).send({"pasts": {}}))["new"] == 3
