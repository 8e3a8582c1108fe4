"""The pairing code: whoever has a shell on the Pi may say who the owner is."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is taken for a digit, or for another letter."""
MEANT = str.maketrans("OIL", "011", "- ")
LETTERS, GROUP = 9, 3
"""45 bits, in groups of three: to be read off one screen and typed into another."""
LASTS_S = 600
TRIES = 5


@dataclass(slots=True, repr=False)
class Pairing:
    """At most one code at a time, in memory alone; gone once used, tried out or old."""

    clock_s: Callable[[], float] = time.monotonic
    _code: str | None = None
    _until_s: float = 0.0
    _tries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self) -> str:
        """Give a new code; one that was made before is worth nothing any more."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        with self._lock:
            self._code, self._tries = code, TRIES
            self._until_s = self.clock_s() + LASTS_S
        return "-".join(code[at : at + GROUP] for at in range(0, LETTERS, GROUP))

    def take(self, given: str) -> bool:
        """Tell whether this is the code, and use it up; each wrong one costs a try."""
        said = given.upper().translate(MEANT).encode("utf-8", "surrogatepass")
        with self._lock:
            if self._code is None or self.clock_s() >= self._until_s:
                self._code = None
                return False
            right = secrets.compare_digest(said, self._code.encode())
            self._tries -= 1
            if right or not self._tries:
                self._code = None
            return right
