"""Whether what an extract was cut by still stands: asked again before each piece goes.

The pack was cut when it was made; what the household takes back since goes no further.
"""

from __future__ import annotations

from pathlib import Path

from edge.consent.view import ledger_view
from edge.transfer.errors import TransferRefused

WITHDRAWN, PAUSED = "withdrawn", "paused"


def check(data_dir: Path, service: str) -> None:
    """Raise TransferRefused where a service is granted nothing at this moment."""
    with ledger_view(data_dir) as view:
        standing = view.standing
        if standing.grant(service, view.now_ms) is not None:
            return
    who = standing.services.get(service)
    if who is not None and who.paused:
        raise TransferRefused(
            PAUSED,
            "who gets this extract is paused: nothing is sent",
            hint="`releve services resume`, then send again",
        )
    raise TransferRefused(
        WITHDRAWN,
        "what this extract was granted by has ended: nothing more is sent",
        hint="what was sent already can't be called back: `releve consents letter`"
        " asks for it to be erased",
    )
