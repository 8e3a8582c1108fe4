"""Malformed requests by the thousand: out of our own description, and plain rubbish.

    python -m tests.attacks.fuzz [--requests N] [--payloads N] [--seed N]

Requests by HTTP, then payloads by MQTT (fuzz_mqtt.py). Each goes to two homes that are
equal in what a service may see and differ in all else. No answer is a failure of ours,
and a service gets the same bytes from both.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

sys.path.insert(0, str(Path(__file__).parent))  # as pytest finds the house

import fuzz_mqtt
from fuzz_payloads import Failures
from table import DAYS
from twin_house import ELSEWHERE, FREE, TOKEN, House, house

from api.openapi import API_VERSION, describe

RUBBISH = 0.1
"""The part of the requests that is no HTTP at all, or nearly."""
WAIT_S = 10.0
PATHS = (b"/", b"/api/v1/meters", b"/oauth/token", b"/api/v1/live", b"//", b"*")
METHODS = (b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"TRACE", b"\x00")
HASTY = replace(FREE, request_s=0.2, keep_alive_s=1.0)
"""Half a request is waited for no longer: most of the rubbish is one."""


@dataclass
class Found:
    """What was sent, and how it was answered."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_operation: Counter[str] = field(default_factory=Counter)


@dataclass
class Homes:
    """The two homes, served in a thread of their own."""

    pair: tuple[House, House]
    loop: asyncio.AbstractEventLoop

    @property
    def description(self) -> dict[str, Any]:
        return describe(self.pair[0].app, API_VERSION)  # type: ignore[arg-type]


@contextlib.contextmanager
def homes(path: Path) -> Iterator[Homes]:
    """Serve both homes, with a coach by days in each, and another service."""
    ready = threading.Event()
    kept: dict[str, Any] = {}

    async def serve() -> None:
        async with (
            house("a", path, limits=HASTY) as one,
            house("b", path, limits=HASTY) as two,
        ):
            for home in (one, two):
                await home.give("coach", *DAYS)
                await home.give("other of " + home.name, *DAYS)
            kept["pair"] = (one, two)
            kept["loop"] = asyncio.get_running_loop()
            kept["over"] = asyncio.Event()
            ready.set()
            await kept["over"].wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(WAIT_S)
    try:
        yield Homes(kept["pair"], kept["loop"])
    finally:
        kept["loop"].call_soon_threadsafe(kept["over"].set)
        thread.join(WAIT_S)


@dataclass
class Fuzz:
    """Sends; raises AssertionError on the first answer that tells or fails."""

    homes: Homes
    found: Found = field(default_factory=Found)
    failures: Failures = field(default_factory=Failures)
    sessions: tuple[requests.Session, requests.Session] = field(
        default_factory=lambda: (requests.Session(), requests.Session())
    )

    def close(self) -> None:
        self.failures.close()
        for session in self.sessions:
            session.close()

    def case(self, case: schemathesis.Case, who: str) -> None:
        """Send one to both homes, as a service, as nobody, or as the owner."""
        said = []
        for home, session in zip(self.homes.pair, self.sessions, strict=True):
            arguments = case.as_transport_kwargs(base_url=f"http://{home.address}")
            heads = {
                name: value
                for name, value in (arguments.pop("headers", None) or {}).items()
                if name.lower() != "authorization"
            }
            token = {"coach": home.tokens["coach"], "owner": TOKEN}.get(who)
            if token is not None:
                heads["Authorization"] = f"Bearer {token}"
            arguments.pop("timeout", None)
            try:
                answer = session.request(
                    **arguments,
                    headers=heads,
                    timeout=WAIT_S,
                    allow_redirects=False,
                    stream=True,
                )
            except (requests.exceptions.InvalidHeader, UnicodeError, ValueError):
                return  # no client can say this
            except requests.exceptions.ConnectionError:
                said.append(("cut",))
                continue
            with contextlib.closing(answer):
                try:
                    body = _body(home, answer)
                except requests.exceptions.RequestException:
                    body = b"cut"
                said.append((answer.status_code, _heads(answer), body))
            assert not self.failures.told, (case.as_curl_command(), self.failures.told)
            assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text}"
            self.found.statuses[answer.status_code] += 1
            self.found.sent += 1
        if who != "owner" and len(said) == 2:
            # a body that nobody read resets the line, before the answer or after it
            whole = [one for one in said if "cut" not in one and b"cut" not in one]
            assert whole[1:] in ([], whole[:1]), (case.as_curl_command(), said)
        self.found.by_operation[case.operation.label] += 1

    def rubbish(self, rng: random.Random) -> None:
        """Send bytes that are no request; whatever comes back is no failure."""
        for home in self.homes.pair:
            host, _, port = home.address.rpartition(":")
            with socket.create_connection((host, int(port)), WAIT_S) as line:
                line.settimeout(WAIT_S)
                with contextlib.suppress(ConnectionError, TimeoutError):
                    line.sendall(_rubbish(rng, home.tokens["coach"]))
                    line.shutdown(socket.SHUT_WR)
                    head = line.recv(64)
                    assert b" 50" not in head[:14], head
                    while line.recv(1 << 16):
                        pass
            self.found.sent += 1


def _heads(answer: requests.Response) -> list[tuple[str, str]]:
    return [(k, v) for k, v in answer.headers.items() if k.lower() not in ELSEWHERE]


def _body(home: House, answer: requests.Response) -> bytes:
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        return b""
    body = answer.content
    for who, service in home.services.items():  # two homes in one process: other ids
        body = body.replace(service.encode(), f"<{who}>".encode())
    for number, one in enumerate(home.consents.standing.consents):
        body = body.replace(one.encode(), b"<consent %d>" % number)
    return body


def _rubbish(rng: random.Random, token: str) -> bytes:
    """Give something between noise and a request that is nearly right."""
    path = rng.choice(
        ["/", "/api/v1/meters", "/oauth/token", "/api/v1/live", "//", "*"]
    )
    heads = [b"Host: 127.0.0.1", b"Authorization: Bearer " + token.encode()]
    heads += [
        rng.choice(
            [
                b"Content-Length: -1",
                b"Content-Length: 99999999999999999999",
                b"Content-Length: 5\r\nContent-Length: 6",
                b"Transfer-Encoding: chunked",
                b"Transfer-Encoding: chunked\r\nContent-Length: 3",
                b"Expect: 100-continue",
                b"Upgrade: websocket\r\nConnection: Upgrade",
                b"Range: bytes=0-0,-1",
                b"X: " + rng.randbytes(rng.randrange(200)),
                b"Cookie: " + b"a=b; " * rng.randrange(400),
            ]
        )
        for _ in range(rng.randrange(4))
    ]
    method = rng.choice(
        [b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"TRACE", b"\x00"]
    )
    version = rng.choice([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9.9", b"", b"HTTP/2.0"])
    whole = b"\r\n".join(
        [b"%b %b %b" % (method, path.encode(), version), *heads, b"", b""]
    )
    whole += rng.randbytes(rng.randrange(64))
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(whole))
        whole = whole[:at] + rng.randbytes(1) + whole[at + rng.randrange(2) :]
    return rng.choice([whole, whole[: rng.randrange(len(whole))], rng.randbytes(99)])


def run(path: Path, wanted: int, seed: int, tell: Callable[[Found], None]) -> Found:
    """Send so many requests; give what came of them."""
    rng = random.Random(seed)
    with homes(path) as served:
        fuzz = Fuzz(served)
        schema = schemathesis.openapi.from_dict(served.description)
        operations = [one.ok() for one in schema.get_all_operations()]
        each = max(1, int(wanted * (1 - RUBBISH)) // (len(operations) * 2 * 2))
        try:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for operation in operations:
                    if operation is not None:
                        _attack(fuzz, operation, mode, each, rng)
                        tell(fuzz.found)
            while fuzz.found.sent < wanted:
                fuzz.rubbish(rng)
        finally:
            fuzz.close()
        return fuzz.found


def _attack(
    fuzz: Fuzz, operation: Any, mode: GenerationMode, each: int, rng: random.Random
) -> None:
    who = ["coach", "coach", "coach", "nobody"]
    if (
        "/imports" not in operation.path
    ):  # these homes have an owner who imports nothing
        who.append("owner")

    @hypothesis.seed(rng.getrandbits(64))
    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        fuzz.case(case, rng.choice(who))

    with contextlib.suppress(hypothesis.errors.Unsatisfiable):
        send()


def main() -> None:
    """Print how many were sent, and how they were answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--payloads", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    asked = parser.parse_args()
    print(f"seed {asked.seed}")

    def tell(sent: int) -> None:
        print(f"\r{sent:,} sent", end="", flush=True)

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        if asked.requests:
            found = run(path, asked.requests, asked.seed, lambda now: tell(now.sent))
            print(f"\r{found.sent:,} requests: no failure of ours, nothing told")
            print(dict(sorted(found.statuses.items())))
        if asked.payloads:
            kinds = fuzz_mqtt.run(path, asked.payloads, asked.seed, tell)
            sent = kinds.pop("sent")
            print(f"\r{sent:,} payloads: no failure of ours, nothing told")
            print(dict(sorted(kinds.items())))


if __name__ == "__main__":
    main()
