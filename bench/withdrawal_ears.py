"""Who listens while a consent is withdrawn: each way by which data comes."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PATIENCE_S = 15.0
HEARD = 3
STAYS_S = 0.05
SIP_BYTES, SIP_S = 256, 0.005
"""How slowly an answer is read: it is under way for many seconds."""


class Stream:
    """Reads the live stream of the API until it ends."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self.last_s = self.ended_s = 0.0

    def start(self) -> None:
        """Return once events come."""
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._socket.settimeout(PATIENCE_S)
        self._socket.sendall(
            b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
            b"Authorization: Bearer %b\r\n\r\n" % (self._port, self._token.encode())
        )
        told = b""
        while told.count(b"data:") < HEARD:
            piece = self._socket.recv(65_536)
            if not piece:
                raise SystemExit(f"the stream ended: {told[:200]!r}")
            told += piece
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while self._socket.recv(65_536):
                self.last_s = time.monotonic()
        except ConnectionError:
            pass  # it was reset: what waited in buffers isn't read
        self.ended_s = time.monotonic()
        self._socket.close()

    def join(self) -> None:
        """Return once it has ended."""
        self._thread.join()


class Answer:
    """Reads a long answer of the API, slowly, until it ends."""

    def __init__(self, port: int, token: str, path: str) -> None:
        self._port, self._token, self._path = port, token, path
        self.last_s = self.ended_s = 0.0
        self._cut = False

    def start(self) -> None:
        """Return once it has begun to come."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(("127.0.0.1", self._port))
        self._socket.sendall(
            b"GET %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %b\r\n\r\n"
            % (self._path.encode(), self._port, self._token.encode())
        )
        told = b""
        while b'"value"' not in told:
            piece = self._socket.recv(SIP_BYTES)
            if not piece:
                raise SystemExit(f"the answer ended: {told[:200]!r}")
            told += piece
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while self._socket.recv(SIP_BYTES):
                self.last_s = time.monotonic()
                time.sleep(SIP_S)
        except ConnectionError:
            self._cut = True
        self.ended_s = time.monotonic()
        self._socket.close()

    def join(self) -> None:
        """Return once it has ended."""
        self._thread.join()
        if not self._cut:
            raise SystemExit("the answer came whole")


class Session:
    """Listens by MQTT until it is turned out."""

    def __init__(self, login: dict[str, Any]) -> None:
        self.login = login
        self.last_s = self.ended_s = 0.0
        self._heard, self._ended = threading.Semaphore(0), threading.Event()

    def start(self) -> None:
        """Return once messages come."""
        self._client = client(self.login)
        self._client.on_message = self._hear
        self._client.on_disconnect = self._gone
        self._client.connect(self.login["host"], self.login["port"])
        self._client.subscribe(self.login["out"], 1)
        self._client.loop_start()
        for _ in range(HEARD):
            if not self._heard.acquire(timeout=PATIENCE_S):
                raise SystemExit("no message came")

    def _hear(self, _client: Client, _user: object, _message: MQTTMessage) -> None:
        self.last_s = time.monotonic()
        self._heard.release()

    def _gone(self, *_told: object) -> None:
        self.ended_s = time.monotonic()
        self._ended.set()

    def join(self) -> None:
        """Return once it was turned out."""
        if not self._ended.wait(PATIENCE_S):
            raise SystemExit("nobody turned the session out")
        self._client.loop_stop()


class Queue:
    """Comes back for what waits in a durable session, until it is refused."""

    clean = False

    def __init__(self, login: dict[str, Any]) -> None:
        self.login = login
        self.last_s = self.ended_s = 0.0
        self._in, self._refused = threading.Event(), False

    def fill(self) -> None:
        """Leave a session behind in which messages wait."""
        listening = threading.Event()
        made = self._made()
        made.on_subscribe = lambda *_: listening.set()
        self._connect(made)
        made.subscribe(self.login["out"], 1)
        if not listening.wait(PATIENCE_S):
            raise SystemExit("no session can be made")
        made.disconnect()
        made.loop_stop()
        self._in.clear()

    def start(self) -> None:
        """Begin to come back."""
        self._thread = threading.Thread(target=self._come)
        self._thread.start()

    def _come(self) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            self._in.clear()
            made = self._made()
            self._connect(made)
            if self._refused:
                break
            time.sleep(STAYS_S)
            made.disconnect()
            made.loop_stop()
        made.loop_stop()
        self.ended_s = time.monotonic()

    def _made(self) -> Client:
        made = client(self.login)
        made.on_connect = self._answered
        made.on_message = self._hear
        return made

    def _connect(self, made: Client) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
        properties.SessionExpiryInterval = 0 if self.clean else 3600
        made.connect(
            self.login["host"],
            self.login["port"],
            clean_start=self.clean,
            properties=properties,
        )
        made.loop_start()
        if not self._in.wait(PATIENCE_S):
            raise SystemExit("the broker doesn't answer")

    def _answered(self, _c: Client, _u: object, _f: Any, reason: Any, _p: Any) -> None:
        self._refused = bool(reason.is_failure)
        self._in.set()

    def _hear(self, _client: Client, _user: object, _message: MQTTMessage) -> None:
        self.last_s = time.monotonic()

    def join(self) -> None:
        """Return once it is refused."""
        self._thread.join()


class Kept(Queue):
    """Comes anew, and asks for what stands retained, until it is refused."""

    clean = True

    def __init__(self, login: dict[str, Any]) -> None:
        super().__init__(login)
        self._heard = threading.Event()

    def start(self) -> None:
        """Begin to come; return once what is kept was heard."""
        super().start()
        if not self._heard.wait(PATIENCE_S):
            raise SystemExit("nothing is kept")

    def _answered(
        self, made: Client, _u: object, _f: Any, reason: Any, _p: Any
    ) -> None:
        if not reason.is_failure:
            made.subscribe(self.login["out"], 1)
        super()._answered(made, _u, _f, reason, _p)

    def _hear(self, _client: Client, _user: object, message: MQTTMessage) -> None:
        if message.retain:
            self.last_s = time.monotonic()
            self._heard.set()


def client(login: dict[str, Any]) -> Client:
    """Give a client of a service's login."""
    made = Client(
        CallbackAPIVersion.VERSION2,
        client_id=login["client_id"],
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    made.username_pw_set(login["username"], login["password"])
    return made
