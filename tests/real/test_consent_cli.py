"""A household's shell beside a real service: decided once, for good, cuts or not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from socket import create_connection

import pytest

from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

CUTS = int(os.environ.get("RELEVE_CONSENT_CUTS", "2"))
"""At how many moments each decision is cut, from its first word to its answer."""
MOMENTS_S = [0.2 + n * 1.2 / max(1, CUTS - 1) for n in range(CUTS)]
GRANT = (
    *("--grant", "electricity/energy/day", "--meter", "linky"),
    *("--purpose", "un essai"),
)


class House(Home):
    """A home, and the shell of who lives there."""

    def words(self, *words: str) -> list[str]:
        return [*RELEVE, *words, "--config", str(self.config)]

    def type(self, *words: str, code: int = 0, said: str = "") -> str:
        done = subprocess.run(
            self.words(*words),
            input=said,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "en", "COLUMNS": "200"},
            timeout=60,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def begin(self) -> None:
        """Start the service; return once it takes commands and requests."""
        socket = self.data / "control.sock"
        socket.unlink(missing_ok=True)  # one that was killed leaves its own
        self.start()
        until = time.monotonic() + 60
        while not (socket.exists() and self.listens()):
            assert self.process.poll() is None
            assert time.monotonic() < until
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)

    def listens(self) -> bool:
        with suppress(OSError), create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def cut(self) -> None:
        self.stop(signal.SIGKILL)

    def ask(self, path: str, token: str, said: object = None) -> bytes | int:
        """Give what the API answers a token: a body, or the number of a refusal."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if said is None else json.dumps(said).encode(),
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
                return answer.read()
        except urllib.error.HTTPError as refused:
            with refused:  # read whole: else its socket is left to the collector
                refused.read()
            return refused.code

    def post(self, door: str, **form: str) -> dict[str, str]:
        """Send a form to an address of OAuth's, and give what it answers."""
        address = f"http://127.0.0.1:{self.port}/oauth/{door}"
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(address, data, timeout=60) as answer:
            return json.load(answer)

    def held(self) -> list[str]:
        """Give the consents that hold, as the ledger says."""
        services = json.loads(self.type("services", "list", "--json"))
        return [one for service in services for one in service["consents"]]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.begin()
    yield house
    house.end()


def test_a_grant_and_its_withdrawal_outlive_a_cut(house, tmp_path):
    house.type("services", "create", "Coach", *GRANT)
    house.cut()
    (consent,) = house.held()
    receipt = tmp_path / "receipt.json"
    receipt.write_text(house.type("consents", "receipt", consent))
    assert "Nothing has changed" in house.type("consents", "verify", str(receipt))
    assert "releve run" in house.type("consents", "withdraw", consent, code=2)

    house.begin()
    assert house.held() == [consent]
    assert consent in house.type("consents", "withdraw", consent)
    house.cut()
    assert house.held() == []

    house.begin()
    assert house.held() == []
    assert "withdrawn on" in house.type("consents", "verify", str(receipt))
    assert "ended on" in house.type("consents", "list", "--all")


def test_what_was_paused_stays_so_until_it_is_resumed(house):
    house.type("services", "create", "Coach", *GRANT)
    house.type("services", "pause")
    house.cut()
    house.begin()
    assert "(paused)" in house.type("services", "list")
    house.type("services", "resume", "Coach")
    assert "(paused)" not in house.type("services", "list")


def test_a_writer_that_is_removed_stays_so(house):
    house.type("writers", "add", "garage", "--writes", "linky")
    house.cut()
    assert "garage" in house.type("writers", "list")
    house.begin()
    house.type("writers", "remove", "garage")
    house.cut()
    assert "No node" in house.type("writers", "list")


def test_a_token_opens_what_was_granted_until_it_is_withdrawn(house):
    token = house.type("services", "create", "Coach", *GRANT).strip()
    (consent,) = house.held()
    found = house.ask("/api/v1/grant", token)
    assert json.loads(found)["consents"][0]["id"] == consent
    house.type("consents", "withdraw", consent)
    assert house.ask("/api/v1/grant", token) == 401


def test_a_service_that_asks_is_answered_from_the_shell(house):
    line = {
        "type": "releve",
        "fluid": "electricity",
        "class": "energy",
        "granularity": "hour",
        "purpose": "Conseils",
    }
    codes = house.post(
        "device_authorization",
        client_id="coach",
        client_name="Coach",
        controller="ALEC",
        contact="dpo@alec.example",
        authorization_details=json.dumps([line, line | {"class": "max_power"}]),
    )
    told = house.type("consents", "request", codes["user_code"], said="day\nno\n")
    assert "Coach — declared, not verified" in told
    assert "What it would see of linky" in told
    tokens = house.post(
        "token",
        client_id="coach",
        device_code=codes["device_code"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
    )
    held = json.loads(house.ask("/api/v1/grant", tokens["access_token"]))
    (consent,) = held["consents"]
    assert (consent["class"], consent["granularity"]) == ("energy", "day")
    assert "Coach" in house.type("services", "list")


def test_a_node_sends_readings_and_is_told_nothing_of_them(house):
    token = house.type("writers", "add", "node", "--writes", "linky").strip()
    row = {"register": "import_total_wh", "at": "2026-10-26T11:00:00Z", "value": 5}
    good, wrong = row, row | {"value": 99_999_999_999}
    path = "/api/v1/meters/linky/readings"
    answers = {house.ask(path, token, {"readings": [one]}) for one in (good, wrong)}
    assert answers == {b'{"received":true}\n'}
    assert house.ask(path, token, {"readings": [{}]}) == 422
    assert house.ask("/api/v1/meters", token) == 404
    house.type("writers", "remove", "node")
    assert house.ask(path, token, {"readings": [good]}) == 401


def test_whenever_a_withdrawal_is_cut_it_was_done_or_not_begun(house):
    """What was answered is durable; the chain holds; no right is more than it says."""
    for moment_s in MOMENTS_S:
        house.type("services", "create", f"Coach {moment_s}", *GRANT)
        (consent,) = house.held()
        with subprocess.Popen(
            house.words("consents", "withdraw", consent),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as asking:
            with suppress(subprocess.TimeoutExpired):
                asking.wait(moment_s)
            house.cut()
            answered = asking.wait(30) == 0
        assert "none changed or taken away" in house.type("consents", "verify")
        held = house.held()
        assert held in ([], [consent])
        assert not (answered and held)
        house.begin()
        assert house.held() == held
        if held:
            house.type("consents", "withdraw", consent)


def test_whenever_a_grant_is_cut_no_token_opens_more_than_the_ledger_says(house):
    for moment_s in MOMENTS_S:
        with subprocess.Popen(
            house.words("services", "create", f"Coach {moment_s}", *GRANT),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as asking:
            with suppress(subprocess.TimeoutExpired):
                asking.wait(moment_s)
            house.cut()
            token = asking.communicate(timeout=90)[0].strip()
        house.type("consents", "verify")
        held = house.held()
        house.begin()
        assert house.held() == held
        if token:  # answered: durable
            told = json.loads(house.ask("/api/v1/grant", token))
            assert [one["id"] for one in told["consents"]] == held
        for one in held:
            house.type("consents", "withdraw", one)
        if token:
            assert house.ask("/api/v1/grant", token) == 401


def test_no_secret_is_said_or_kept_in_clear(house):
    token = house.type("services", "create", "Coach", *GRANT).strip()
    writer = house.type("writers", "add", "garage", "--writes", "linky").strip()
    house.stop()
    for secret in (token, writer):
        assert secret not in house.said
        for path in house.data.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


def test_the_ledger_is_the_service_users_alone(house):
    house.type("services", "create", "Coach", *GRANT)
    for path in house.data.glob("consent.db*"):
        assert path.stat().st_mode & 0o077 == 0, path
