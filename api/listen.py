"""Where the API listens: "127.0.0.1:8080", "[::1]:8080" or "unix:/path"."""

from __future__ import annotations

import errno
import socket
import stat
from pathlib import Path

from api.errors import ListenError

BACKLOG = 64
SEND_BUFFER_BYTES = 262_144
"""What the kernel may hold for one slow client: much less than its own maximum."""
UNIX_PREFIX = "unix:"
PORT_MAX = 65_535


def open_sockets(listen: str) -> list[socket.socket]:
    """Give bound sockets; raise ListenError, which says what to do."""
    if listen.startswith(UNIX_PREFIX):
        return [_unix(Path(listen.removeprefix(UNIX_PREFIX)))]
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and port.isascii() and port.isdigit() and int(port) <= PORT_MAX):
        raise ListenError(
            f"{listen!r} is no place to listen at",
            hint='write "127.0.0.1:8080", "[::1]:8080" or "unix:/path"',
        )
    try:
        found = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise ListenError(
            f"{host!r} is not a name or address of this machine: {error}",
            hint="use an address of this machine, as in 127.0.0.1:8080",
        ) from error
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((f[0], f[4]) for f in found):
            sockets.append(_tcp(family, address, listen))
    except ListenError:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def _tcp(family: int, address: tuple[object, ...], listen: str) -> socket.socket:
    # named, lest asyncio leave Nagle on: an answer's body would wait for the client's
    # delayed acknowledgement of its head, 40 ms
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise _refused(error, listen) from error
    opened.settimeout(0)
    return opened


def _unix(path: Path) -> socket.socket:
    _remove_stale(path)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        opened.bind(str(path))
        path.chmod(0o660)  # the service's group: a web server of the same host
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise _refused(error, f"{UNIX_PREFIX}{path}") from error
    opened.settimeout(0)
    return opened


def _remove_stale(path: Path) -> None:
    """Remove a socket that nobody answers at any more; leave anything else."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ListenError(f"{path} exists and is no socket", hint="remove it")
    except OSError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(1.0)
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError:
            return


def _refused(error: OSError, listen: str) -> ListenError:
    if error.errno == errno.EADDRINUSE:
        return ListenError(
            f"{listen} is already in use",
            hint="is another Relevé running? else choose another `listen` in [api]",
        )
    if error.errno == errno.EACCES:
        return ListenError(
            f"{listen} is not allowed to this user", hint="use a port above 1023"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ListenError(
            f"{listen} is not an address of this machine",
            hint="127.0.0.1:8080 is, and 0.0.0.0 for all in lan.https",
        )
    return ListenError(f"can't listen at {listen}: {error}")
