"""In which documents rows are put: our own, or those that Ecolyo reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from edge.catalogue import Register
from edge.consent.terms import Terms
from edge.outputs.cozy import doctypes, ecolyo
from edge.outputs.cozy.document import Document, document
from edge.outputs.services.row import Row

OWN, ECOLYO = "releve", ecolyo.NAME


def scope(shape: str, wanted: Iterable[Terms]) -> str:
    """Give what a Cozy is asked for."""
    return ecolyo.scope(wanted) if shape == ECOLYO else doctypes.scope(wanted)


def documents(  # noqa: PLR0913 - of what, of when, for where
    shape: str,
    home: str,
    register: Register,
    rows: Sequence[Row],
    frame: tuple[int, int],
    zone: ZoneInfo,
) -> Iterator[Document]:
    """Give the documents of a register's rows within a frame, if any is known."""
    if shape == ECOLYO:
        yield from ecolyo.documents(home, register, rows, zone)
    elif any(row.value is not None for row in rows):
        yield document(home, register, rows, frame, zone)
