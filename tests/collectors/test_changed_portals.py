"""A portal that answers what it never did: said as such, whatever step it is at.

Its answers are given in their order; real servers are in tests/real.
"""

from __future__ import annotations

from collections import deque
from datetime import date

import pytest

from collectors import Credentials, NotCollected, Reason, Task, Window
from collectors.answer import Answer
from collectors.eau_grand_lyon import EauGrandLyon
from collectors.grdf import Grdf
from collectors.signals import ECOWATT
from collectors.veolia import Veolia
from exports import Document
from exports.errors import FileRefused


class Scripted:
    """Answers in their order, whoever asks for what."""

    def __init__(self, *answers):
        self._answers = deque(answers)
        self.cookies = self

    def set(self, name, value):
        """Keep no cookie."""

    def get(self, url, *_query, **_more):
        status, headers, body = self._answers.popleft()
        return Answer(status, headers, body, url)

    post = get

    def may_go(self, url, sites):
        return any(url.startswith(site) for site in sites)


def ok(body):
    return 200, {}, body


def leads(to):
    return 302, {"location": to}, b""


def asked(kind, *answers):
    task = Task(
        Window(date(2026, 11, 1), date(2026, 11, 20)),
        Credentials(("someone", "secret")),
        Scripted(*answers),
    )
    with pytest.raises(NotCollected) as caught:
        list(kind.from_table({}).fetch(task))
    return caught.value.reason


SIGNED_IN = (ok(b""), leads("/back?code=1"))


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ((*SIGNED_IN, ok(b"[]")), Reason.CHANGED),
        ((*SIGNED_IN, ok(b'{"access_token": 3}')), Reason.CHANGED),
        ((ok(b""), leads("https://elsewhere.example/")), Reason.CHANGED),
        ((ok(b""), *(leads("/on") for _ in range(40))), Reason.CHANGED),
        ((ok(b""), ok(b"<html></html>")), Reason.MAINTENANCE),
        ((ok(b""), ok(b"{}")), Reason.CHANGED),
    ],
)
def test_grand_lyons_sign_in_that_leads_elsewhere(answers, reason):
    assert asked(EauGrandLyon, *answers) is reason


@pytest.mark.parametrize(("status", "body"), [(302, b""), (401, b"")])
def test_grdfs_session_that_ended(status, body):
    task = Task(
        Window(date(2026, 11, 1), date(2026, 11, 20)),
        Credentials(("someone", "secret")),
        Scripted((status, {}, body)),
    )
    with pytest.raises(NotCollected) as caught:
        Grdf.from_table({})._ask(task, "pce", {})
    assert caught.value.reason is Reason.CHANGED


def test_grdfs_step_that_is_a_list():
    task = Task(
        Window(date(2026, 11, 1), date(2026, 11, 20)),
        Credentials(("someone", "secret")),
        Scripted(ok(b"[]"), ok(b"[]")),
    )
    with pytest.raises(NotCollected) as caught:
        Grdf.from_table({})._step(task, "identify", {})
    assert caught.value.reason is Reason.CHANGED
    with pytest.raises(NotCollected):
        Grdf.from_table({})._land(task, "https://elsewhere.example/")


def test_veolias_answer_that_is_a_list():
    task = Task(
        Window(date(2026, 11, 1), date(2026, 11, 20)),
        Credentials(("someone", "secret")),
        Scripted(ok(b"[]")),
    )
    with pytest.raises(NotCollected):
        Veolia.from_table({})._ask(task, "abonnements", {}, {}, "account")


def test_an_hour_list_that_is_none_has_no_hours():
    document = Document(b'{"signals": 3, "x": "\\"signals\\""}', "signals.json")
    with pytest.raises(FileRefused):
        ECOWATT.read(document, None)
