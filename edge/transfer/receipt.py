"""The receipt of a transfer: the same on both sides, signed by who received.

By the certificate's key: whoever keeps it can show what was handed over, and to whom.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from edge.sample import utc
from edge.transfer.announcement import Announcement
from edge.transfer.errors import TransferRefused
from edge.transfer.identity import Identity, fingerprint, signed_by

FORMAT = "releve-transfer-receipt-1"
SIGNATURE = "signature"
NAMES = frozenset(
    {
        *("format", "transfer", "profile", "size", "sha256", "received"),
        *("sender", "certificate", SIGNATURE),
    }
)
LONGEST = 8_000


def made(
    transfer: str,
    public: str,
    announced: Announcement,
    identity: Identity,
    at_ms: int,
) -> dict[str, Any]:
    """Make one, once all that was announced is here and is what was announced."""
    said = {
        "format": FORMAT,
        "transfer": transfer,
        **announced.plain(),
        "received": utc(at_ms).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "sender": public,
        "certificate": base64.b64encode(identity.certificate).decode(),
    }
    signature = base64.b64encode(identity.sign(_canonical(said))).decode()
    return {**said, SIGNATURE: signature}


def certificate_of(receipt: Mapping[str, Any]) -> bytes:
    """Give the certificate that a receipt names; raise TransferRefused."""
    try:
        return base64.b64decode(str(receipt["certificate"]), validate=True)
    except (KeyError, binascii.Error, ValueError) as error:
        raise _wrong() from error


def check(receipt: Any) -> str:
    """Give the fingerprint of who signed a receipt; raise TransferRefused."""
    if not isinstance(receipt, dict) or set(receipt) != NAMES:
        raise _wrong()
    if len(json.dumps(receipt)) > LONGEST or receipt["format"] != FORMAT:
        raise _wrong()
    certificate = certificate_of(receipt)
    said = {name: value for name, value in receipt.items() if name != SIGNATURE}
    try:
        signature = base64.b64decode(str(receipt[SIGNATURE]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong() from error
    if not signed_by(certificate, signature, _canonical(said)):
        raise _wrong()
    return fingerprint(certificate)


def matches(
    receipt: Any, transfer: str, public: str, announced: Announcement, shown: str
) -> None:
    """Raise TransferRefused unless it is of this transfer, by who was spoken to."""
    signed = check(receipt)
    wanted = {"transfer": transfer, "sender": public, **announced.plain()}
    if signed != shown or any(receipt[name] != value for name, value in wanted.items()):
        raise TransferRefused(
            "other-receipt", "the receipt that came is of something else"
        )


def _canonical(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _wrong() -> TransferRefused:
    return TransferRefused("no-receipt", "this is no receipt of a transfer")
