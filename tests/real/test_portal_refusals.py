"""What portals refuse, where they lead, and what of an answer is refused."""

from __future__ import annotations

import pytest

from collectors import Reason, body
from collectors.attempt import collected
from tests.real.home import free_port
from tests.real.portal import Said
from tests.real.portals import KINDS, WINDOW, asked_of, refused, secret, serve
from tests.real.recorded_accounts import (
    GrandLyonPortal,
    GrdfPortal,
    SuezPortal,
    VeoliaPortal,
)
from tests.real.recorded_gateways import (
    PASSWORD,
    PCE,
    USER,
    ok,
)

__all__ = ["secret", "serve"]
pytestmark = pytest.mark.real


def test_nobody_answers_there():
    table = {"kind": "tempo", "url": f"http://127.0.0.1:{free_port()}"}
    assert refused(table).reason is Reason.PORTAL_DOWN


def test_a_name_that_nobody_knows_is_no_way_to_the_internet():
    table = {"kind": "tempo", "url": "https://portal.invalid"}
    assert refused(table).reason is Reason.OFFLINE


def test_a_certificate_that_nobody_vouches_for_is_told_as_such(serve):
    portal = serve(lambda _: None)
    port = portal.url.rpartition(":")[2]
    table = {"kind": "tempo", "url": f"https://127.0.0.1:{port}"}
    assert refused(table).reason is Reason.CERTIFICATE


def test_a_flood_is_cut(serve, monkeypatch):
    monkeypatch.setattr(body, "MOST_BYTES", 1000)
    portal = serve(lambda _: Said("[" + "1," * 1000 + "1]"))
    assert refused({"kind": "tempo", "url": portal.url}).where == "size"


def test_no_secret_goes_where_a_redirect_leads_astray(serve, secret):
    elsewhere = serve(lambda _: Said("{}"))
    portal, table = asked_of("grdf", serve, secret)
    portal.mood = Said("", 302, {"Location": f"{elsewhere.url}/"})
    assert refused(table).reason is Reason.CHANGED
    assert not elsewhere.asked


def test_redirects_without_end_are_left(serve, secret):
    portal, table = asked_of("grdf", serve, secret)
    portal.mood = Said("", 302, {"Location": "/"})
    assert refused(table).where == "redirects"


def test_a_password_with_quotes_reaches_grdf_as_it_is(serve, secret):
    answers = GrdfPortal()
    _, table = asked_of("grdf", serve, secret, answers)
    del table["number"]  # the account has one
    assert collected(table, WINDOW).rows
    assert answers.sent[0] == {"identifier": USER, "stateHandle": "02-abc"}
    assert answers.sent[1]["credentials"] == {"passcode": PASSWORD}


@pytest.mark.parametrize("count", [0, 2])
@pytest.mark.parametrize(
    ("kind", "make", "name", "one"),
    [
        ("grdf", GrdfPortal, "points", {"idObject": PCE}),
        ("eau-grand-lyon", GrandLyonPortal, "contracts", {"id": "a", "reference": "7"}),
        ("veolia", VeoliaPortal, "subscriptions", "123"),
        ("suez", SuezPortal, "meters", "987"),
    ],
)
def test_an_account_without_one_clear_meter_asks_which(
    kind, make, name, one, count, serve, secret
):
    answers = make()
    setattr(answers, name, (one,) * count)
    _, table = asked_of(kind, serve, secret, answers)
    table.pop("number", None)
    assert refused(table).reason is Reason.WHICH_METER


@pytest.mark.parametrize(("kind", "number"), [("veolia", "124"), ("suez", "988")])
def test_a_number_that_the_account_has_not_asks_which(kind, number, serve, secret):
    _, table = asked_of(kind, serve, secret, number=number)
    assert refused(table).reason is Reason.WHICH_METER


@pytest.mark.parametrize("kind", ["grdf", "eau-grand-lyon", "veolia", "suez"])
def test_a_wrong_password_is_told_as_such(kind, serve, secret, tmp_path):
    answers = KINDS[kind][0]()
    answers.signs_in = answers.right = False
    said = {"__type": "NotAuthorizedException", "message": f"of {USER}"}
    answers.sign_in = ok(said, 400)
    other = tmp_path / "other"
    if kind == "eau-grand-lyon":
        other.write_text(f"{USER}\nwrong\n")
        other.chmod(0o600)
        secret = str(other)
    _, table = asked_of(kind, serve, secret, answers)
    found = refused(table)
    assert found.reason is Reason.PASSWORD
    assert USER not in str(found)


@pytest.mark.parametrize(
    ("document", "status", "reason"),
    [
        ({"ChallengeName": "SMS_MFA", "Session": "x"}, 200, Reason.SECOND_FACTOR),
        ({"__type": "TooManyRequestsException"}, 400, Reason.QUOTA),
        ({"__type": "SomethingElse"}, 400, Reason.CHANGED),
        ({"AuthenticationResult": {}}, 200, Reason.CHANGED),
        ([], 200, Reason.CHANGED),
    ],
)
def test_what_cognito_answers_is_told_apart(document, status, reason, serve, secret):
    answers = VeoliaPortal()
    answers.sign_in = ok(document, status)
    _, table = asked_of("veolia", serve, secret, answers)
    assert refused(table).reason is reason


def test_grdf_that_wants_a_further_step_is_told_as_such(serve, secret):
    answers = GrdfPortal()

    def further(asked):
        if asked.path.endswith("/challenge/answer"):
            return ok({"remediation": {"value": []}})
        return answers(asked)

    portal = serve(further)
    answers.base = portal.url
    table = {
        "kind": "grdf",
        "url": portal.url,
        "sign_in_url": portal.url,
        "secret_file": secret,
    }
    assert refused(table).reason is Reason.SECOND_FACTOR


@pytest.mark.parametrize("path", ["/api/e-conso/pce/consommation/informatives"])
@pytest.mark.parametrize("status", [302, 401])
def test_a_session_that_ended_asks_for_an_update(path, status, serve, secret):
    answers = GrdfPortal()
    portal = serve(
        lambda asked: Said("", status) if asked.path == path else answers(asked)
    )
    answers.base = portal.url
    table = {
        **asked_of("grdf", lambda _: portal, secret, answers)[1],
        "url": portal.url,
        "sign_in_url": portal.url,
    }
    assert refused(table).where == "session"
