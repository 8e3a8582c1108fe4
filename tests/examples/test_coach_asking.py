"""How the coach asks and keeps what it gets, against a home that says anything."""

from __future__ import annotations

import importlib.util
import json
import stat
from datetime import date, timedelta
from http.client import IncompleteRead
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "examples" / "coach" / "coach.py"
CODES = {
    "device_code": "d",
    "user_code": "BCDFG-HJKLM",
    "verification_uri": "http://127.0.0.1:8080/consent",
    "interval": 5,
}
TOKENS = {"access_token": "a", "refresh_token": "r"}
PENDING = (400, {"error": "authorization_pending"})


@pytest.fixture
def coach():
    spec = importlib.util.spec_from_file_location("coach", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home(coach, tmp_path, monkeypatch):
    """Give a home that answers what its list says, and what was waited meanwhile."""
    made = coach.Home("http://127.0.0.1:8080/", tmp_path / "coach.json")
    made.answers, made.sent, made.waited = [(200, CODES)], [], []

    def send(path, form=None, token=""):
        made.sent.append((path, form, token))
        answer = made.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(made, "_send", send)
    monkeypatch.setattr(coach, "sleep", made.waited.append)
    return made


def test_it_is_under_200_lines():
    assert len(PLACE.read_text().splitlines()) < 200


def test_it_polls_as_often_as_it_is_told_and_more_slowly_once_it_is_asked(coach, home):
    slow = (400, {"error": "slow_down"})
    home.answers += [PENDING, slow, PENDING, slow, (200, TOKENS)]
    home.ask(coach.ASKS)
    assert home.waited == [5, 5, 10, 10, 15]
    assert {form["device_code"] for _, form, _ in home.sent[1:]} == {"d"}


def test_a_home_that_is_away_for_a_moment_costs_no_code(coach, home):
    home.answers += [PENDING, ConnectionRefusedError(), IncompleteRead(b""), PENDING]
    home.answers.append((200, TOKENS))
    home.ask(coach.ASKS)
    assert [path for path, _, _ in home.sent].count("/oauth/device_authorization") == 1


@pytest.mark.parametrize("error", ["access_denied", "expired_token"])
def test_a_request_that_ended_ends_it(coach, home, error):
    home.answers += [PENDING, (400, {"error": error})]
    with pytest.raises(coach.Over, match=error):
        home.ask(coach.ASKS)
    assert not home.path.exists()


def test_its_tokens_are_for_it_alone_to_read_and_are_there_the_next_time(coach, home):
    home.answers.append((200, TOKENS))
    home.ask(coach.ASKS)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o600
    assert coach.Home(home.url, home.path).tokens == TOKENS


def test_an_old_token_is_refreshed_once_and_the_new_ones_are_kept(home):
    home.tokens = {"access_token": "old", "refresh_token": "r0"}
    home.answers = [(401, {}), (200, TOKENS), (200, {"version": 1})]
    assert home.get("/api/v1/grant") == {"version": 1}
    assert "r0" in home.sent[1][1].values()
    assert home.sent[2][2] == "a"
    assert json.loads(home.path.read_text()) == TOKENS


def test_good_tokens_that_show_nothing_are_a_pause(coach, home):
    home.tokens = TOKENS
    home.answers = 2 * [(401, {}), (200, TOKENS)]
    with pytest.raises(coach.Paused):
        home.get("/api/v1/grant")


@pytest.mark.parametrize(
    ("login", "version", "asked_s"),
    [(None, 1, 5), ({"client_id": "c"}, 1, 60), (None, None, 60)],
)
def test_a_login_that_is_being_made_is_asked_for_soon_and_nothing_else(
    coach, home, monkeypatch, login, version, asked_s
):
    coached, waited = coach.Coach(home), []
    home.tokens = TOKENS

    def look():
        coached.login, coached.version = login, version

    def wait(patience_s):
        waited.append(patience_s)
        raise KeyboardInterrupt

    monkeypatch.setattr(coached, "look", look)
    monkeypatch.setattr(coached, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        coached.run(60)
    assert waited == [asked_s]


def test_a_refresh_that_is_refused_is_the_end(coach, home):
    home.tokens = TOKENS
    home.answers = [(401, {}), (400, {"error": "invalid_grant"})]
    with pytest.raises(coach.Over, match="withdrawn"):
        home.get("/api/v1/grant")


def test_a_day_is_compared_with_the_same_weekdays_before_it(coach):
    monday = date(2026, 11, 23)
    days = {monday - timedelta(days=n): 5_000 for n in range(1, 80)}
    said = coach.advice(days | {monday: 6_000, monday - timedelta(days=1): 90_000})
    assert said == "Monday 23 November: 6.0 kWh, +20 % beside its usual 5.0 kWh"


def test_a_first_week_is_compared_with_nothing(coach):
    days = {date(2026, 11, 23): 6_000, date(2026, 11, 16): 5_000}
    assert coach.advice(days) == "Monday 23 November: 6.0 kWh, too early to compare"
