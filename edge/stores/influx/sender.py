"""Sending lines so that one that InfluxDB won't have costs none of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from edge.errors import LinesRefused, StoreDown
from edge.stores.influx.names import BEGUN
from edge.stores.influx.parked import Parking
from edge.stores.influx.server import Server
from edge.stores.influx.words import line

LINES = 5000
BYTES = 1 << 20
"""Of one request, at most: a batch as InfluxDB advises, and little memory."""
PROBE = line(BEGUN, 0, probe=True)
CONFLICT = re.compile(r'field type conflict: input field "((?:[^"\\]|\\.)*)"')
EXPIRED = re.compile("(outside|beyond) retention policy")
FIELD = re.compile(r'((?:[^,= \\]|\\.)+)=("(?:[^"\\]|\\.)*"|[^, ]*)', re.DOTALL)


class Sender:
    """Writes lines in requests of a good size; parks what is refused for good.

    A line is parked only after a line that is known to be good was taken: a server, or
    a proxy before it, that refuses everything has nothing to say about a line.
    `expired` counts what is older than InfluxDB keeps.
    """

    def __init__(self, server: Server, parking: Parking) -> None:
        self._server, self._parking = server, parking
        self.requests = self.lines = self.parked = self.expired = 0

    def send(self, database: str, lines: Sequence[str]) -> None:
        """Write lines, durable or parked on return; raise StoreDown, to be tried again.

        They may be sent more than once: a point is the same however often it comes.
        """
        for batch in batches(lines):
            self._send(database, batch)

    def _send(self, database: str, batch: Sequence[str], *, cut: bool = True) -> None:
        refusal = self._write(database, batch)
        if refusal is None:
            return
        conflict = CONFLICT.search(refusal.message)
        all_of_it = refusal.dropped == len(batch)
        if EXPIRED.search(refusal.message) and all_of_it:
            self.expired += len(batch)
        elif conflict and cut:
            rests, odd = parted(batch, conflict[1])
            if rests:
                self._send(database, rests, cut=rests != batch)
            if odd:
                self._send(database, odd, cut=False)
        elif conflict and all_of_it:
            self._park(database, batch, refusal)
        elif len(batch) > 1:
            middle = len(batch) // 2
            self._send(database, batch[:middle], cut=cut)
            self._send(database, batch[middle:], cut=cut)
        else:
            again = self._write(database, batch)
            if again is not None:
                self._park(database, batch, again)

    def _write(self, database: str, batch: Sequence[str]) -> LinesRefused | None:
        """Write a batch; give its refusal, if it is of these lines and not of all."""
        self.requests += 1
        try:
            self._server.write(database, batch)
        except LinesRefused as refusal:
            try:
                self._server.write(database, [PROBE])
            except LinesRefused as other:
                if not EXPIRED.search(other.message):
                    raise StoreDown(
                        f"InfluxDB takes no line at all: {other.message}",
                        hint="look at influxdb.url, and at a proxy in between",
                    ) from other
            return refusal
        self.lines += len(batch)
        return None

    def _park(self, database: str, lines: Sequence[str], refusal: LinesRefused) -> None:
        self._parking.park(database, lines, refusal.message)
        self.parked += len(lines)


def batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """Cut lines into what one request takes."""
    batch: list[str] = []
    size = 0
    for one in lines:
        if batch and (len(batch) == LINES or size + len(one) > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one) + 1
    if batch:
        yield batch


def without(one: str, field: str) -> tuple[str | None, str] | None:
    """Take a field out of a line: the rest, None for nothing, and a line of it alone.

    None when the line has no such field: it is not ours to cut.
    """
    start, fields, at = split(one)
    kept = [cell for cell in fields if cell[0] != field]
    odd = [cell for cell in fields if cell[0] == field]
    if not odd:
        return None

    def told(cells: Sequence[tuple[str, str]]) -> str:
        return f"{start} {','.join('='.join(cell) for cell in cells)} {at}"

    return (told(kept) if kept else None), told(odd)


def parted(batch: Sequence[str], field: str) -> tuple[list[str], list[str]]:
    """Take a field out of a batch: the rest of its lines, and lines of the field."""
    rests, odd = [], []
    for one in batch:
        parts = without(one, field)
        if parts is None:
            rests.append(one)
            continue
        if parts[0] is not None:
            rests.append(parts[0])
        odd.append(parts[1])
    return rests, odd


def split(one: str) -> tuple[str, list[tuple[str, str]], str]:
    """Give a line's series, its fields, and its instant."""
    start = re.match(r"(?:[^ \\]|\\.)+", one)
    begun = "" if start is None else start[0]
    told, _, at = one[len(begun) + 1 :].rpartition(" ")
    return begun, FIELD.findall(told), at
