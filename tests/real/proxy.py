"""A small proxy before a real InfluxDB, that answers in its place when told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = Callable[["Request"], bool]
"""Answers a request in InfluxDB's place; False lets it through."""


class Request(BaseHTTPRequestHandler):
    """One connection; `server` is the Proxy that took it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(self.path)
        if not self.server.fault(self):
            self.answer(*self.forward())

    do_GET = do_POST  # noqa: N815 - http.server wants this name

    def forward(self) -> tuple[int, bytes, dict[str, str]]:
        """Have the real one answer; 502 when it doesn't."""
        real = urlsplit(self.server.real)
        there = http.client.HTTPConnection(real.hostname, real.port, timeout=30)
        try:
            there.request(self.command, self.path, self.body, dict(self.headers))
            said = there.getresponse()
            return said.status, said.read(), dict(said.getheaders())
        except OSError:
            return 502, b"", {}
        finally:
            there.close()

    def answer(
        self, status: int, body: bytes, heads: dict[str, str] | None = None
    ) -> bool:
        self.send_response(status)
        for name, value in (heads or {}).items():
            if name in ("Retry-After", "Location"):
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)
        return True

    def log_message(self, *_: object) -> None:
        pass


def none(_request: Request) -> bool:
    """Let everything through."""
    return False


class Proxy(ThreadingHTTPServer):
    """Listens on a port of its own, with `fault` in force."""

    daemon_threads = True

    def __init__(self, real: str) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.real, self.fault = real, none
        self.seen: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._serving.start()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that went away is what some tests are about."""

    def end(self) -> None:
        self.shutdown()
        self._serving.join()
        self.server_close()
