"""Who may send readings of one meter: pulse nodes and gateways, each by its own token.

That one was added or removed is an act of the household's, in its ledger: readings
that came by HTTP can be traced to who was let in when. A writer reads nothing, and is
told nothing but whether its message was well formed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from edge.consent.consents import Consents
from edge.consent.records import NAME_MOST, Writer
from edge.consent.standing import Act
from edge.consent.terms import text
from edge.errors import ConsentError

PREFIX = "rw_"
"""A writer's token begins so: nobody takes it for the owner's or a service's."""
SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}", re.ASCII)
WRITERS_MOST = 50


@dataclass(frozen=True, slots=True)
class Writers:
    """The writers of a home; what adds or removes one blocks for the disk."""

    consents: Consents

    def all(self) -> list[Writer]:
        """Give those that may write now, oldest first."""
        return list(self.consents.standing.writers.values())

    def add(self, name: str, meter: str) -> tuple[Writer, str]:
        """Let one in; give it, and its token, which is kept by nobody here.

        Raises ConsentError on a name that can't be shown or stands already.
        """
        try:
            shown = text(name, NAME_MOST)
        except (ValueError, TypeError) as error:
            raise ConsentError(f"a writer can't be called so: {error}") from error
        here = self.all()
        if any(one.name == shown for one in here):
            raise ConsentError(
                "a writer of this name stands already",
                hint="remove it first, or choose another name",
            )
        if len(here) >= WRITERS_MOST:
            raise ConsentError(
                f"there are {WRITERS_MOST} writers already",
                hint="`releve writers remove` those that are gone",
            )
        token = PREFIX + secrets.token_urlsafe(32)
        made = f"w{secrets.token_hex(6)}"
        body = {"id": made, "name": shown, "meter": meter, "hash": hashed(token)}
        self.consents.enter(Act.WRITER, body)
        return self.consents.standing.writers[made], token

    def remove(self, writer: str) -> Writer:
        """Have one be refused from now on; raise ConsentError when there is none."""
        found = self._known(writer)
        self.consents.enter(Act.WRITER_REMOVED, {"writer": writer})
        return found

    def confirm(self, writers: Iterable[str]) -> list[Writer]:
        """Have those that came out of a backup be heard again; all, if none is named.

        Gives those that were held; raises ConsentError on an id that is none.
        """
        named = [self._known(one) for one in writers] or self.all()
        held = [one for one in named if one.held]
        for one in held:
            self.consents.enter(Act.WRITER_CONFIRMED, {"writer": one.id})
        return held

    def _known(self, writer: str) -> Writer:
        found = self.consents.standing.writers.get(writer)
        if found is None:
            raise ConsentError(
                "no writer has this id", hint="`releve writers list` shows them"
            )
        return found

    def writer_of(self, token: str) -> Writer | None:
        """Give whose token it is; None for nobody's, or one who was removed or is held.

        Looked up by SHA-256, so time tells nothing of a token.
        """
        if not SHAPE.fullmatch(token):
            return None
        wanted = hashed(token)
        heard = (one for one in self.all() if not one.held)
        return next((one for one in heard if one.hash == wanted), None)


def hashed(token: str) -> str:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
