"""Tell systemd how we are (sd_notify(3)): ready, stopping, alive."""

from __future__ import annotations

import os
import socket

PATIENCE_S = 0.05
"""How long a full queue is waited for; a sign of life is given again, READY isn't."""


def notify(message: str) -> bool:
    """Send one message, as in "READY=1"; False when systemd doesn't listen.

    Whoever calls is hardly held up: the loop that reads the meter is among them.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket (unix(7))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_S)
            sender.sendto(message.encode(), address)
    except OSError:
        return False
    return True


def watchdog_seconds() -> float | None:
    """Give the period within which systemd expects a sign of life, if it does."""
    period_us = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(period_us) / 1e6 if period_us.isdigit() and ours else None
