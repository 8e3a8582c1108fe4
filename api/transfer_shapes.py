"""What another Relevé is answered that sends a pack: shapes, and an example of each."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas import Shape

GREETED: dict[str, Any] = {
    "proof": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "most": 268435456,
    "until_ms": 1792969200000,
}
ANNOUNCED: dict[str, Any] = {"received": 1048576, "receipt": None}


class NonceBody(Shape):
    """What who receives is to prove itself over: 32 random bytes, as hexadecimal."""

    nonce: str = Field(pattern="^[0-9a-f]{64}$")


class AnnouncementBody(Shape):
    """A pack that is to come."""

    profile: str
    """`home`, sealed by a passphrase, or `extract`."""
    size: int
    """Bytes."""
    sha256: str


class GreetedShape(Shape):
    """Who receives, as only it can say it, and what it takes."""

    proof: str
    most: int
    """Bytes of one pack."""
    until_ms: int
    """When the code is over, in milliseconds since 1970."""


class TransferShape(Shape):
    """How far a transfer is."""

    received: int
    """Bytes that are durably here: go on from there."""
    receipt: dict[str, Any] | None
    """Once the whole is here: what was received, signed by the certificate's key."""
