"""Segments: a stream cut at its frame marks, STX, ETX and EOT (5.3.4).

The same bytes give the same segments however they come in chunks, and no more than
one segment's worth is ever held.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

STX = b"\x02"
ETX = b"\x03"
EOT = b"\x04"
MARKS = re.compile(b"[\x02\x03\x04]")
# The largest frame (three-phase producer, three mobile peaks, MSG2) has 1,750 bytes.
LONGEST_FRAME = 2048
ADDRESSES = (b"ADSC\t", b"ADCO ")


class End(StrEnum):
    """What ended a segment."""

    ETX = "etx"
    EOT = "eot"
    STX = "stx"
    CUT = "cut"
    STREAM = "stream"


class Segment(NamedTuple):
    """What stood between two marks; `began`: the one before was STX."""

    body: bytes
    began: bool
    end: End


ENDS = {STX: End.STX, ETX: End.ETX, EOT: End.EOT}


class Segmenter:
    """Cuts a stream into segments as it comes."""

    def __init__(self) -> None:
        self._rest = b""
        self._began = False

    @property
    def idle(self) -> bool:
        """Tell whether it is between two frames, with nothing held."""
        return not (self._rest or self._began)

    def feed(self, data: bytes) -> list[Segment]:
        """Give the segments that these bytes end."""
        segments: list[Segment] = []
        rest = self._rest + data
        # What was held has no mark: the search starts where it ended.
        at = len(self._rest)
        start = 0
        while mark := MARKS.search(rest, at):
            self._take(rest[start : mark.start()], ENDS[mark[0]], segments)
            self._began = mark[0] == STX
            start = at = mark.end()
        self._rest = self._cut(rest[start:], segments)
        return segments

    def flush(self) -> list[Segment]:
        """Give what the stream ended within, and start anew."""
        segments: list[Segment] = []
        self._take(self._rest, End.STREAM, segments)
        self._rest = b""
        self._began = False
        return segments

    def _take(self, body: bytes, end: End, segments: list[Segment]) -> None:
        body = self._cut(body, segments)
        if body:
            segments.append(Segment(body, self._began, end))

    def _cut(self, body: bytes, segments: list[Segment]) -> bytes:
        """Cut what is too long for one frame; give what is left of it."""
        while len(body) > LONGEST_FRAME:
            length = _cut_at(body[:LONGEST_FRAME])
            segments.append(Segment(body[:length], self._began, End.CUT))
            self._began = False
            body = body[length:]
        return body


def _cut_at(body: bytes) -> int:
    """Choose where: before a frame's first group, else between lines, else anywhere."""
    frame = max(body.rfind(address, 1) for address in ADDRESSES)
    line = max(body.rfind(b"\n"), body.rfind(b"\r")) + 1
    return next((at for at in (frame, line) if at > 0), len(body))
