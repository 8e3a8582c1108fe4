"""A household's Cozy, let go: our documents deleted there, or left, as it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.handover.outside import ENDED_THERE, ERASED, LEFT
from edge.journal.file import wall_ms
from edge.outgoing.places import Guard
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.account import Account
from edge.outputs.cozy.book import Book
from edge.outputs.cozy.document import Document
from edge.outputs.cozy.errors import CozyWithdrawn
from edge.outputs.cozy.sending import Sending
from edge.outputs.cozy.stack import Stack
from edge.turn import in_turn

OVER = {accounts.LEFT: LEFT, accounts.ERASED: ERASED, accounts.REVOKED: ENDED_THERE}


@dataclass(frozen=True, slots=True)
class Cozy:
    """One that is connected; no service runs that sends to it."""

    data_dir: Path
    called: str
    ending: str
    guard: Guard

    @property
    def name(self) -> str:
        """Give what it is called."""
        return f"cozy:{self.called}"

    async def leave(self) -> str:
        """Do what its household said, now or before; raise CozyError."""
        before = accounts.ending(self.data_dir, self.called)
        if before in OVER:
            return OVER[before]
        erase = accounts.ERASE in (self.ending, before)
        account = accounts.load(self.data_dir, self.called)
        try:
            if erase:
                account = await self._erase(account)
            async with Stack.open(account.url, account.ca_file, self.guard) as stack:
                await stack.unregister(account)
            how = accounts.ERASED if erase else accounts.LEFT
        except CozyWithdrawn:
            how = accounts.REVOKED
        accounts.end(self.data_dir, self.called, how)
        return OVER[how]

    async def _erase(self, account: Account) -> Account:
        """Delete there all that the book says is ours; give the account as it is."""
        path = accounts.directory(self.data_dir) / f"{self.called}.db"
        book = Book(path, wall_ms())
        kept = [account]

        def keep(renewed: Account) -> None:
            accounts.keep(self.data_dir, renewed)
            kept.append(renewed)

        try:
            await in_turn(book.mark)
            async with Stack.open(account.url, account.ca_file, self.guard) as stack:
                sending = Sending(stack, account, book, keep, _nothing, _none)
                while await sending.erase():
                    pass
        finally:
            book.close()
        return kept[-1]


def _nothing() -> None:
    """Let it be: what is deleted needs no grant."""


def _none(_documents: Sequence[Document]) -> None:
    """Note nothing: nothing is shown to anybody."""
