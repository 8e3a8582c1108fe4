"""A small recorded server: a portal's answers in their real shapes, and its moods."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Said:
    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: bool = False
    """It promises more than it sends."""
    hang: bool = False
    """It says nothing, until the portal closes."""


Answers = Callable[[Asked], "Said | None"]
PAGE = "<!DOCTYPE html><html><body>Site en maintenance</body></html>"
CAPTCHA = "<html><head></head><div class='g-recaptcha'></div></html>"


class Portal:
    """Answers by `answers`, or by `mood` where one is set; keeps what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.mood: Said | None = None
        self.asked: list[Asked] = []
        self._closing = threading.Event()
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                portal._answer(self)

            do_POST = do_GET  # noqa: N815 - http.server's name

            def log_message(self, *words: Any) -> None:
                del words

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        asked = Asked(
            handler.command,
            parts.path,
            parse_qs(parts.query),
            {name.lower(): value for name, value in handler.headers.items()},
            body.decode(),
        )
        self.asked.append(asked)
        said = self.mood or self.answers(asked) or Said("{}", 404)
        if said.hang:
            self._closing.wait(60)
        data = said.body.encode() if isinstance(said.body, str) else said.body
        handler.send_response(said.status)
        handler.send_header("Content-Type", said.kind)
        handler.send_header("Content-Length", str(len(data) + 100 * said.cut))
        for name, value in said.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
        if said.cut:
            handler.close_connection = True
