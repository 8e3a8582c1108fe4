"""MQTT 5's reason codes in plain words (OASIS MQTT 5.0, 2.4); a table, no logic."""

from __future__ import annotations

from collections.abc import Mapping

LOGIN = "check the user, the password and the client id that mqtt.url's broker expects"
BUSY = "nothing to do here; it is tried again"

REASONS: Mapping[int, tuple[str, str | None]] = {
    0x80: ("the broker gives no reason", None),
    0x81: ("the broker could not read what was sent", None),
    0x82: ("the broker took what was sent for an error of protocol", None),
    0x84: ("the broker does not speak MQTT 5", "use Mosquitto 2.0 or newer"),
    0x85: ("the broker refuses this client id", LOGIN),
    0x86: ("the broker does not know this user or password", LOGIN),
    0x87: ("the broker does not authorise this", LOGIN),
    0x88: ("the broker is not available", BUSY),
    0x89: ("the broker is busy", BUSY),
    0x8A: ("the broker has banned this client", LOGIN),
    0x8B: ("the broker is shutting down", BUSY),
    0x8D: ("the broker heard nothing for too long", BUSY),
    0x8E: (
        "another client came with our client id",
        "is a second Relevé running with the same prefix on this broker?",
    ),
    0x90: ("the broker refuses the topic", "choose another mqtt.prefix"),
    0x95: ("the broker takes no packet so large", "raise its max_packet_size"),
    0x97: ("the broker's quota is used up", "raise the broker's limits"),
    0x98: ("the broker's administrator closed the connection", None),
    0x99: ("the broker refuses the payload's form", None),
    0x9A: ("the broker keeps no retained messages", "allow them in the broker"),
    0x9B: ("the broker takes no QoS 1", "allow it in the broker"),
    0x9C: ("the broker says to use another server", "set mqtt.url to that one"),
    0x9D: ("the broker has moved", "set mqtt.url to its new place"),
    0x9F: ("the broker has had too many connections", BUSY),
}
"""Code: (what happened, what to do)."""


def said(code: int) -> tuple[str, str | None]:
    """Give a reason in words, and what to do about it."""
    return REASONS.get(code, (f"the broker says no (reason 0x{code:02X})", None))
