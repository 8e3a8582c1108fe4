"""A service beside a real home: it asks, is let in, outlives cuts, is turned out."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from typing import Any

import pytest

from edge.decisions import (
    ApproveRequest,
    PauseServices,
    ResumeServices,
    ShowRequest,
    Withdraw,
)
from edge.service.control import ask
from tests.real.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
LINE = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "advice",
}
COACH = {
    "client_id": "coach",
    "client_name": "Coach",
    "controller": "Coach SAS",
    "contact": "contact@coach.example",
    "authorization_details": json.dumps([LINE]),
}


class House(Home):
    """A home; a service that asks of it, and a household that decides."""

    tokens: dict[str, Any]

    def begin(self) -> None:
        self.start()
        until_s = time.monotonic() + 60
        while time.monotonic() < until_s:
            with suppress(OSError):
                self.get("/api/v1/health")
                return
            with suppress(Exception):
                self.process.wait(0.05)
        raise AssertionError("it does not start")

    def post(self, path: str, **form: str) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/oauth/{path}",
            data=urllib.parse.urlencode(form).encode(),
        )
        return self._open(request)

    def held(self) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/grant",
            headers={"Authorization": f"Bearer {self.tokens['access_token']}"},
        )
        return self._open(request)

    def refresh(self, token: str | None = None) -> tuple[int, dict[str, Any]]:
        status, body = self.post(
            "token",
            grant_type="refresh_token",
            refresh_token=token or self.tokens["refresh_token"],
        )
        if status == 200:
            self.tokens = body
        return status, body

    def poll(self, codes: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.post(
            "token",
            grant_type=DEVICE,
            device_code=codes["device_code"],
            client_id="coach",
        )

    def approve(self, codes: dict[str, Any]) -> list[str]:
        seen = ask(self.data, ShowRequest(codes["user_code"]))
        (line,) = seen["lines"]
        choice = {"terms": line["terms"], "meters": line["meters"]}
        told = ApproveRequest(seen["request"], seen["digest"], [choice], "en")
        return list(ask(self.data, told)["consents"])

    def join(self) -> list[str]:
        _, codes = self.post("device_authorization", **COACH)
        consents = self.approve(codes)
        status, self.tokens = self.poll(codes)
        assert status == 200
        return consents

    def _open(self, request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.begin()
    yield house
    house.end()


def test_a_service_is_let_in_paused_and_turned_out(house):
    status, codes = house.post("device_authorization", **COACH)
    assert status == 200
    assert codes["verification_uri"] == f"http://127.0.0.1:{house.port}/consent"
    assert house.poll(codes)[1]["error"] == "authorization_pending"
    consents = house.approve(codes)
    consents += house.join()
    status, body = house.held()
    assert status == 200
    assert [one["class"] for one in body["consents"]] == ["energy"]
    ask(house.data, PauseServices([]))
    assert house.held()[0] == 401
    assert house.refresh()[0] == 200
    assert house.held()[0] == 401
    ask(house.data, ResumeServices([]))
    assert house.held()[0] == 200
    assert house.stop()[0] == 0
    house.begin()
    assert house.held()[0] == 200
    ask(house.data, Withdraw(consents))
    assert house.held()[0] == 401
    assert house.refresh()[1]["error"] == "invalid_grant"
    house.stop(signal.SIGKILL)
    house.begin()
    assert house.held()[0] == 401
    assert house.refresh()[1]["error"] == "invalid_grant"


def test_cut_between_an_approval_and_its_tokens_nobody_is_let_in(house):
    _, codes = house.post("device_authorization", **COACH)
    house.approve(codes)
    house.stop(signal.SIGKILL)
    house.begin()
    assert house.poll(codes)[1]["error"] == "invalid_grant"
    house.join()  # it asks anew, and is let in as another
    assert house.held()[0] == 200


def test_a_pair_that_was_given_is_good_after_a_cut_and_the_one_before_is_not(house):
    house.join()
    first = house.tokens
    assert house.refresh()[0] == 200
    house.stop(signal.SIGKILL)
    house.begin()
    assert house.held()[0] == 200
    assert house.refresh(first["refresh_token"])[1]["error"] == "invalid_grant"
    house.stop(signal.SIGKILL)
    house.begin()
    assert house.held()[0] == 401
    assert house.refresh()[1]["error"] == "invalid_grant"


def test_no_token_or_code_is_said_or_kept_in_clear(house):
    _, codes = house.post("device_authorization", **COACH)
    house.approve(codes)
    _, house.tokens = house.poll(codes)
    first = dict(house.tokens)
    house.refresh()
    house.stop()
    secrets = [codes["device_code"], codes["user_code"]]
    for tokens in (first, house.tokens):
        secrets += [tokens["access_token"], tokens["refresh_token"]]
    kept = [path.read_bytes() for path in house.data.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in house.said
        assert not any(secret.encode() in content for content in kept)
