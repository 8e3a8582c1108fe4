"""A pack that is on its way to another home, as who sends it keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edge.transfer.announcement import Announcement
from edge.transfer.code import Code
from edge.transfer.errors import TransferRefused
from edge.transfer.offer import GOES_ON_MS


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """One pack, made once; `code` is empty once nothing is sent by it any more."""

    id: str
    url: str
    made_ms: int
    until_ms: int
    """When the code is over."""
    announced: Announcement
    code: str = ""
    receipt: Mapping[str, Any] | None = None
    why: str = ""
    """Why nothing came of it."""
    service: str = ""
    """Whose grant an extract was cut by."""
    asked: str = ""
    """What was typed to have it made, as a hash: other words are for another pack."""

    @classmethod
    def parse(cls, document: Any) -> Parcel:
        """Read what `plain` gave; raise TransferRefused."""
        try:
            given = dict(document)
            given["announced"] = Announcement.parse(given["announced"])
            return cls(**given)
        except (KeyError, TypeError, ValueError):
            # not chained: it holds the code
            raise TransferRefused("unreadable", "this transfer can't be read") from None

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return asdict(self)

    @property
    def sends(self) -> bool:
        """Tell whether it is to be sent still."""
        return bool(self.code)

    def goes_on(self, now_ms: int) -> bool:
        """Tell whether the other home still takes it, as far as it has said."""
        return self.sends and now_ms < self.until_ms + GOES_ON_MS

    @property
    def secret(self) -> Code:
        """Give its code; raise TransferRefused where it has none any more."""
        return Code.read(self.code)
