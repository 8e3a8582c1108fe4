"""A socket that is read and written once a turn of the loop, in pieces as paho asks.

paho asks three times for a packet of four bytes and sends each message by itself. Each
is a call after which the interpreter has to be waited for, if a thread computes: twenty
acknowledgements held the loop up for 30 ms (measured by bench/catch_up.py).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

READ_BYTES = 1 << 16
GATHERED_BYTES = 1 << 16
"""What waits for the loop's next turn at most; a turn that sends more sends at once."""
AGAIN = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Gathered:
    """Takes what is sent until `flush`, and gives what one read has brought.

    `wake` is called when something begins to wait. Once the socket takes no more,
    `full` is true, and `send` raises BlockingIOError until a flush has gone through.
    """

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._out = bytearray()
        self._in, self._at = b"", 0
        self.full = False
        self.wake: Callable[[], object] = lambda: None

    def fileno(self) -> int:
        """Give the socket's number, -1 once it is closed."""
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - as a socket has it
        """Do what a socket does."""
        self._socket.setblocking(flag)

    def pending(self) -> int:
        """Say how much has been read, and decrypted, that nobody asked for yet."""
        held = self._socket.pending() if isinstance(self._socket, ssl.SSLSocket) else 0
        return len(self._in) - self._at + held

    def recv(self, count: int) -> bytes:
        """Give at most `count` bytes; raise as a socket does that doesn't block."""
        if self._at == len(self._in):
            self._in, self._at = self._socket.recv(READ_BYTES), 0
        piece = self._in[self._at : self._at + count]
        self._at += len(piece)
        return piece

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Take it all; raise BlockingIOError while the socket takes nothing."""
        if len(self._out) >= GATHERED_BYTES:
            self.flush()
        if self.full:
            raise BlockingIOError
        if not self._out:
            self.wake()
        self._out += data
        return len(data)

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it; raise OSError if broken."""
        if not self._out or self.fileno() < 0:
            return
        try:
            sent = self._socket.send(self._out)
        except AGAIN:
            sent = 0
        del self._out[:sent]
        self.full = bool(self._out)

    def close(self) -> None:
        """Send what the socket still takes, and close it."""
        with suppress(OSError):
            self.flush()
        self._socket.close()
