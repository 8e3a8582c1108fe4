"""What the owner typed as a destination, taken apart and held to one form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from edge.errors import EdgeError

PORTS: Mapping[str, int] = {"https": 443, "mqtts": 8883}
"""By scheme: both are encrypted, and show a certificate."""
HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?\.?|[0-9a-f:.]{2,45}")
PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
LONGEST = 2_000


class OutgoingRefused(EdgeError):
    """Raised when a destination is none that may be reached; `reason` is its key.

    Its message repeats nothing of what was typed, which may hold a secret.
    """

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Destination:
    """One server that may be spoken to: no user, no query; what is under `path`."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    @property
    def origin(self) -> str:
        """Give scheme, host and port, as a URL begins."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        known = self.port == PORTS.get(self.scheme)
        return f"{self.scheme}://{host}{'' if known else f':{self.port}'}"

    @classmethod
    def parse(cls, url: str, schemes: Sequence[str] = ("https",)) -> Destination:
        """Read what was typed; raise OutgoingRefused ("not-a-destination")."""
        wanted = " or ".join(f"{scheme}://host" for scheme in schemes)
        wrong = OutgoingRefused(
            "not-a-destination", "this is no address to send to", hint=f"write {wanted}"
        )
        if len(url) > LONGEST or not url.isprintable() or url != url.strip():
            raise wrong
        try:
            parts = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        except ValueError:
            # not chained: its words quote what was typed
            raise wrong from None
        plain = HOST.fullmatch(host) and PATH.fullmatch(parts.path) and port != 0
        more = "@" in parts.netloc or "?" in url or "#" in url or "\\" in url
        if parts.scheme not in schemes or not plain or more:
            raise wrong
        path = parts.path.rstrip("/")
        return cls(parts.scheme, host, port or PORTS[parts.scheme], path)
