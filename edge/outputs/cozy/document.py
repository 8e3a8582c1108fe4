"""A document: one register of one meter over one day (month, year), with its values.

Its frame is that of io.cozy.timeseries. Its id follows from what it is of: sent twice,
it is there once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from edge.catalogue import Register
from edge.interval import Step
from edge.outputs.cozy.doctypes import doctype
from edge.outputs.services.row import Row
from edge.sample import utc

APP = "releve"
META = {"doctypeVersion": 1, "metadataVersion": 1, "createdByApp": APP}
"""No instant of ours: a document sent again must be the same."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is sent: a doctype, an id, a body; and which rows it has."""

    doctype: str
    id: str
    body: dict[str, Any] = field(compare=False)
    rows: Sequence[Row] = field(compare=False)

    @property
    def digest(self) -> bytes:
        """Give what tells two bodies apart."""
        return digest(self.body)

    @property
    def start_ms(self) -> int:
        """Give the start of its first row."""
        return self.rows[0].start_ms

    @property
    def end_ms(self) -> int:
        """Give the end of its last row."""
        return self.rows[-1].end_ms


def digest(body: dict[str, Any]) -> bytes:
    """Give a body's, whatever order its members come in."""
    told = {name: value for name, value in body.items() if name[0] != "_"}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def document(
    home: str,
    register: Register,
    rows: Sequence[Row],
    frame: tuple[int, int],
    zone: ZoneInfo,
) -> Document:
    """Give the document of rows of one register at one step, within a frame."""
    first = rows[0]
    step = Step(first.step)
    start = _text(frame[0], zone)
    body = {
        "startDate": start,
        "endDate": _text(frame[1], zone),
        "title": register.title_en,
        "source": APP,
        "theme": register.fluid.value,
        "meter": first.meter,
        "register": register.name,
        "unit": register.unit,
        "step": step.value,
        "series": [_entry(row, zone) for row in rows],
        "cozyMetadata": META,
    }
    of = f"{home}:{first.meter}:{register.name}:{start[:10]}"
    return Document(doctype(register.fluid, step), of, body, tuple(rows))


def _entry(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    detail = orjson.loads(row.detail or "{}")
    return {
        "start": _text(row.start_ms, zone),
        "end": _text(row.end_ms, zone),
        "value": row.value,
        "quality": row.quality,
        **detail,
    }


def _text(at_ms: int, zone: ZoneInfo) -> str:
    return utc(at_ms).astimezone(zone).isoformat(timespec="seconds")
