"""Consents, quotas, pasts and signals: what each answer makes of an attempt."""

from __future__ import annotations

import pytest

from collectors import Reason, web
from collectors.answer import LONGEST_WAIT_S
from collectors.attempt import answer, collected
from collectors.carried import Carried
from tests.real.portal import Said
from tests.real.portals import WINDOW, asked_of, refused, secret, serve
from tests.real.recorded_accounts import (
    GrandLyonPortal,
    SuezPortal,
)
from tests.real.recorded_gateways import (
    PASSWORD,
    PRM,
    conso_api,
    ok,
    rte,
    tempo,
)

__all__ = ["secret", "serve"]
pytestmark = pytest.mark.real


CONSENT = {
    "conso-api": [
        Said('{"status": 403, "error": {"error": "access_denied"}}', 403),
        Said('{"message": "ADAM-ERR0069: no consent"}', 400),
    ],
    "myelectricaldata": [Said('{"detail": "whatever"}', 409)],
}


@pytest.mark.parametrize(
    ("kind", "mood"), [(kind, mood) for kind in CONSENT for mood in CONSENT[kind]]
)
def test_a_consent_that_expired_is_told_as_such(kind, mood, serve, secret):
    portal, table = asked_of(kind, serve, secret)
    portal.mood = mood
    assert refused(table).reason is Reason.CONSENT


@pytest.mark.parametrize(
    ("access", "reason", "waits"),
    [
        (
            {"quota_reached": True, "quota_reset_at": "2999-01-01T00:00:00"},
            Reason.QUOTA,
            LONGEST_WAIT_S,
        ),
        ({"quota_reached": True, "quota_reset_at": "?"}, Reason.QUOTA, None),
        ({"ban": True}, Reason.QUOTA, None),
        ({"consent_expiration_date": "2020-01-14T15:32:38"}, Reason.CONSENT, None),
        ({"consent_expiration_date": "2999-01-14T15:32:38"}, Reason.TOKEN, None),
        ({"consent_expiration_date": None}, Reason.TOKEN, None),
    ],
)
def test_an_access_that_is_closed_is_not_knocked_at(
    access, reason, waits, serve, secret
):
    portal = serve(lambda _: ok({"valid": False, **access}))
    table = {
        "kind": "myelectricaldata",
        "url": portal.url,
        "secret_file": secret,
        "number": PRM,
    }
    found = refused(table)
    assert (found.reason, found.wait_s) == (reason, waits)
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ({"nextAccessTime": "2999-Nov-25 00:00:00+0000 UTC"}, LONGEST_WAIT_S),
        ({"nextAccessTime": "2020-01-01T00:00:00Z"}, 0),
        ({"nextAccessTime": "soon"}, None),
        ({"detail": '{"nextAccessTime": "2999-01-01"}'}, LONGEST_WAIT_S),
        ({"detail": "no"}, None),
        ({"detail": "{no"}, None),
        ([], None),
    ],
)
def test_a_quota_says_itself_when_it_is_reset(body, waits, serve, secret):
    portal, table = asked_of("myelectricaldata", serve, secret)
    portal.mood = ok(body, 429)
    found = refused(table)
    assert (found.reason, found.wait_s) == (Reason.QUOTA, waits)


def test_what_came_before_a_refusal_is_kept(serve, secret):
    def closing(asked):
        if "curve" in asked.path:
            return Said("{}", 429, {"Retry-After": "60"})
        return conso_api(asked)

    _, table = asked_of("conso-api", serve, secret, closing)
    carried = collected(table, WINDOW)
    assert len(carried.rows) == 28
    assert (carried.excuse.reason, carried.excuse.wait_s) == (Reason.QUOTA, 60)
    assert Carried.parse(carried.plain()).excuse.reason is Reason.QUOTA


def test_a_session_of_many_requests_slows_down(serve, monkeypatch):
    pauses = []
    monkeypatch.setattr(web.time, "sleep", pauses.append)
    portal = serve(tempo)
    session = web.Web()
    for _ in range(15):
        session.get(f"{portal.url}/api/joursTempo", {"dateJour[]": "2026-11-01"})
    session.close()
    assert pauses == [web.PAUSE_S] * 3


def test_what_grdf_publishes_is_asked_for_over_a_year(serve, secret):
    portal, table = asked_of("grdf", serve, secret)
    collected(table, WINDOW)
    first = {
        one.path.rpartition("/")[2]: one.query["dateDebut"][0]
        for one in portal.asked
        if "consommation/" in one.path
    }
    assert first == {"informatives": "2026-10-20", "publiees": "2025-09-29"}


def test_grand_lyons_days_are_found_where_they_were_before(serve, secret):
    answers = GrandLyonPortal()
    answers.way = "/ael/"
    portal, table = asked_of("eau-grand-lyon", serve, secret, answers)
    assert len(collected(table, WINDOW).rows) == 4
    assert portal.asked[-1].query == {"nbJours": ["14"]}


def test_a_sign_in_of_suez_may_lead_to_a_sister_and_nowhere_else(
    serve, secret, monkeypatch
):
    sister = serve(SuezPortal())
    answers = SuezPortal()
    answers.sister = sister.url
    portal, table = asked_of("suez", serve, secret, answers)
    assert refused(table).reason is Reason.CHANGED
    assert not sister.asked
    monkeypatch.setattr("collectors.suez.SISTERS", (sister.url,))
    assert collected(table, WINDOW).rows
    asked = [one.path.rpartition("/")[2] for one in sister.asked]
    assert asked == ["tableau", "meters-list", "telemetry", "telemetry"]
    assert all(PASSWORD not in one.body for one in sister.asked)
    assert portal.asked


def test_production_is_asked_for_where_there_is_one(serve, secret):
    for kind in ("conso-api", "myelectricaldata"):
        portal, table = asked_of(kind, serve, secret, production=True, curve=False)
        assert len(collected(table, WINDOW).rows) == 28
        assert any("daily_production" in one.path for one in portal.asked)
        assert not any("curve" in one.path for one in portal.asked)


def test_an_hour_that_march_skips_is_refused_alone(serve, secret):
    hours = [{"pas": hour, "hvalue": 1} for hour in (1, 2, 3, 24, "x")]
    signal = {"signals": [{"jour": "2026-03-29T00:00:00+01:00", "values": hours}, 7]}

    def answers(asked):
        return rte(asked) if asked.method == "POST" else ok(signal)

    _, table = asked_of("ecowatt", serve, secret, answers)
    carried = collected(table, WINDOW)
    assert len(carried.rows) == 2
    assert carried.refused == 3


def test_a_colour_that_nobody_knows_is_refused_alone(serve):
    told = [
        {"dateJour": "2026-10-24", "codeJour": 1},
        {"dateJour": "2026-10-26", "codeJour": 4},
        {"dateJour": "hier", "codeJour": 1},
        {"dateJour": "2026-10-27"},
    ]
    portal = serve(lambda _: ok(told))
    carried = collected({"kind": "tempo", "url": portal.url}, WINDOW)
    assert carried.refused == 3
    quantity, start, end, *_ = carried.rows[0]
    assert quantity == "tempo_day"
    assert end - start == 25 * 3_600_000  # from 06:00 to 06:00, October's long day


def test_nothing_yet_is_no_failure(serve):
    portal = serve(lambda _: ok([]))
    assert not collected({"kind": "tempo", "url": portal.url}, WINDOW).rows


def test_the_process_apart_answers_with_words_of_ours(serve, monkeypatch):
    portal = serve(tempo)
    request = {
        "table": {"kind": "tempo", "url": portal.url},
        "window": ["2026-10-20", "2026-10-22"],
    }
    assert answer(request)["carried"]["fluid"] == "electricity"
    request["table"]["kind"] = "nobody"
    assert answer(request)["excuse"]["reason"] == "settings"
    request["table"]["kind"] = "tempo"

    def breaks(*_):
        raise KeyError(PASSWORD)

    monkeypatch.setattr("collectors.tempo.Tempo.fetch", breaks)
    crash = answer(request)["excuse"]
    assert crash["reason"] == "crashed"
    assert crash["where"].startswith("KeyError test_portal_answers:")
