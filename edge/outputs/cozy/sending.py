"""Documents written in bulk, each row of the answer read: it says yes to all of them.

A conflict is somebody's earlier word under that id. Ours, equal: it is there, as after
an answer that was lost. Ours, other: it is replaced. Another's: it is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.outputs.cozy.account import Account
from edge.outputs.cozy.book import Book, Held, State
from edge.outputs.cozy.document import APP, Document, digest
from edge.outputs.cozy.ecolyo import INTERVAL
from edge.outputs.cozy.errors import CozyRefused, TokenOver
from edge.outputs.cozy.shape import ECOLYO
from edge.outputs.cozy.stack import Stack
from edge.turn import in_turn

AT_ONCE = 100
UNSURE = b""
"""The digest of what was sent, as long as nobody knows whether it stands there."""


@dataclass(slots=True)
class Sending:
    """Writes to one Cozy by one account, and notes what stands there.

    `check` raises when nothing may be sent any more, and is asked just before anything
    is; `kept` is told of a renewed account, `shown` of what is about to be sent for the
    first time: it may arrive, whatever is answered. What was answered is noted at once.
    """

    stack: Stack
    account: Account
    book: Book
    kept: Callable[[Account], None]
    check: Callable[[], None]
    shown: Callable[[Sequence[Document]], None]
    counters: Counter[str] = field(default_factory=Counter)

    async def push(self, documents: Sequence[Document]) -> None:
        """Write documents of one doctype, those that aren't there as they are now."""
        sent = await in_turn(self._new, documents)
        if self.account.shape == ECOLYO:
            sent = await self._free(sent)
        conflicts = await self._write(sent)
        if conflicts:
            await self._settled(conflicts)

    def _new(self, documents: Sequence[Document]) -> list[tuple[Document, str | None]]:
        """Give what isn't there as it is now, with the revision that it replaces."""
        found: list[tuple[Document, str | None]] = []
        for one in documents:
            held = self.book.held(one.doctype, one.id)
            if held is None:
                found.append((one, None))
            elif held.state is State.OURS and held.digest != one.digest:
                found.append((one, held.rev or None))
        return found

    async def _free(
        self, sent: list[tuple[Document, str | None]]
    ) -> list[tuple[Document, str | None]]:
        """Give those whose interval nobody else has: a connector may write it too."""
        new = [one for one, rev in sent if rev is None]
        taken: set[tuple[Any, ...]] = set()
        for year, month in sorted({(d.body["year"], d.body["month"]) for d in new}):
            asked = {"year": year, "month": month}
            there = await self._by_token("find", new[0].doctype, asked)
            taken |= {_interval(one) for one in there if not _ours(one)}
        others = {one.id for one in new if _interval(one.body) in taken}
        told = [_noted(one, "", State.FOREIGN) for one in new if one.id in others]
        await in_turn(self.book.note, told)
        self.counters["left alone"] += len(told)
        return [pair for pair in sent if pair[0].id not in others]

    async def erase(self) -> bool:
        """Delete some of what is marked in the book; tell whether there was any."""
        found = await in_turn(self.book.marked, AT_ONCE)
        if not found:
            return False
        kind = found[0].doctype
        some = [one for one in found if one.doctype == kind]
        sure = {one.id: one.rev for one in some if one.rev}
        left = {one.id for one in some} - sure.keys()
        left |= await self._delete(kind, sure) if sure else set()
        if left:  # another revision than we knew of: what stands there is read
            there = await self._by_token("read", kind, sorted(left))
            revs = {of: str(one["_rev"]) for of, one in there.items() if _ours(one)}
            left = await self._delete(kind, revs) if revs else set()
        if left:
            raise CozyRefused("the Cozy does not delete what is ours")
        await in_turn(self.book.erased, some)
        self.counters["erased"] += len(some)
        return True

    async def _delete(self, kind: str, revs: dict[str, str]) -> set[str]:
        """Delete by revision; give the ids that were not."""
        documents = [
            {"_id": of, "_rev": rev, "_deleted": True} for of, rev in revs.items()
        ]
        rows = await self._by_token("write", kind, documents)
        return {of for of, row in zip(revs, rows, strict=True) if not row.get("ok")}

    def _begin(self, sent: Sequence[tuple[Document, str | None]]) -> list[Document]:
        """Note what is about to be sent; give what wasn't tried before.

        Nobody knows later what an answer that is lost was of.
        """
        fresh = []
        for one, _ in sent:
            held = self.book.held(one.doctype, one.id)
            if held is None or held.digest != UNSURE:
                fresh.append(one)
        self.book.note(_noted(one, rev or "", known=UNSURE) for one, rev in sent)
        return fresh

    async def _write(
        self, sent: Sequence[tuple[Document, str | None]]
    ) -> list[Document]:
        """Write; give what is in conflict."""
        if not sent:
            return []
        self.check()
        bodies = [
            one.body | {"_id": one.id} | ({} if rev is None else {"_rev": rev})
            for one, rev in sent
        ]
        self.shown(await in_turn(self._begin, sent))
        rows = await self._by_token("write", sent[0][0].doctype, bodies)
        told: list[Held] = []
        conflicts: list[Document] = []
        for (one, _), row in zip(sent, rows, strict=True):
            if row.get("ok") and isinstance(row.get("rev"), str):
                told.append(_noted(one, row["rev"]))
            elif row.get("error") == "conflict":
                conflicts.append(one)
            else:
                self.counters["refused"] += 1
        await in_turn(self.book.note, told)
        self.counters["sent"] += len(told)
        return conflicts

    async def _settled(self, conflicts: Sequence[Document]) -> None:
        """Look at what stands under the ids, and replace what is ours."""
        kind = conflicts[0].doctype
        there = await self._by_token("read", kind, [one.id for one in conflicts])
        told: list[Held] = []
        equal = 0
        again: list[tuple[Document, str | None]] = []
        for one in conflicts:
            found = there.get(one.id, {})
            rev = str(found.get("_rev", ""))
            if found.get("_deleted"):
                told.append(_noted(one, rev, State.GONE))
            elif found and not _ours(found):
                told.append(_noted(one, rev, State.FOREIGN))
            elif found and digest(found) == one.digest:
                told.append(_noted(one, rev))
                equal += 1
            else:
                again.append((one, rev or None))
        await in_turn(self.book.note, told)
        self.counters["equal"] += equal
        self.counters["left alone"] += len(told) - equal
        await self._write(again)  # what changed once more meanwhile waits its turn

    async def _by_token(self, what: str, kind: str, sent: Any) -> Any:
        """Ask by the access token; renewed where it has expired, and asked once more.

        A token that was revoked looks the same: then the renewal is refused.
        """
        ask = getattr(self.stack, what)
        self.check()
        try:
            return await ask(self.account, kind, sent)
        except TokenOver:
            self.account = await self.stack.renew(self.account)
            await in_turn(self.kept, self.account)
        self.check()
        try:
            return await ask(self.account, kind, sent)
        except TokenOver as error:
            raise CozyRefused("the Cozy does not take a token of its own") from error


def _ours(found: dict[str, Any]) -> bool:
    """Tell whether a document over there is one that Relevé wrote."""
    meta = found.get("cozyMetadata")
    return isinstance(meta, dict) and meta.get("createdByApp") == APP


def _interval(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found.get(name) for name in INTERVAL)


def _noted(
    one: Document, rev: str, state: State = State.OURS, known: bytes | None = None
) -> Held:
    row = one.rows[0]
    return Held(
        *(one.doctype, one.id, row.meter, row.register, one.start_ms, one.end_ms),
        *(one.digest if known is None else known, rev, state),
    )
