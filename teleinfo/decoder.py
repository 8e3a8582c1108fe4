"""The decoder: bytes as they come, frames as they end."""

from __future__ import annotations

from collections import Counter, deque

from teleinfo import evidence
from teleinfo.assembly import assemble, lines_of
from teleinfo.counters import Counters
from teleinfo.express import Express
from teleinfo.frame import Frame
from teleinfo.group import Refusal
from teleinfo.mode import Mode
from teleinfo.segment import (
    EOT,
    ETX,
    LONGEST_FRAME,
    STX,
    End,
    Segment,
    Segmenter,
)

# Held until the mode is known: at most as many frames, no more on a dead line.
MOST_SEGMENTS = 8
MOST_STRAY = 64


class Decoder:
    """Decodes one stream; any chunking of the same bytes gives the same frames.

    `mode` None: it is found from the bytes, and followed when the meter is switched
    while it runs; else it is kept to. Nothing is raised for what the line brings:
    what is not whole is refused, in the frame (`refusals`) or, where no group of a
    frame was whole, in `stray`, which keeps the last of them. Memory is bounded.
    """

    def __init__(self, mode: Mode | None = None) -> None:
        self.mode = mode
        self.counters = Counters()
        self.stray: deque[Refusal] = deque(maxlen=MOST_STRAY)
        self._follows = mode is None
        self._segmenter = Segmenter()
        self._held: deque[Segment] = deque()
        self._evidence: Counter[Mode] = Counter()
        self._express = {mode: Express(mode, self.counters) for mode in Mode}
        self._tail = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Give the frames that these bytes end."""
        frames: list[Frame] = []
        *parts, self._tail = (self._tail + data).split(ETX)
        for part in parts:
            if self.mode is not None and self._segmenter.idle:
                frame = self._express[self.mode].frame(part)
                if frame is not None:
                    frames.append(frame)
                    continue
            self._cut(part + ETX, frames)
        if self._tail and not self._may_be_faultless(self._tail):
            self._cut(self._tail, frames)
            self._tail = b""
        return frames

    def flush(self) -> list[Frame]:
        """Give what the stream ended within; what follows is another stream."""
        frames: list[Frame] = []
        self._cut(self._tail, frames)
        self._tail = b""
        for segment in self._segmenter.flush():
            self._take(segment, frames)
        if self.mode is None:
            self.mode = self._likelier(enough=1)
            self._release(frames)
        return frames

    def _may_be_faultless(self, tail: bytes) -> bool:
        """Tell whether a frame's start can wait for its end to be read at once."""
        return (
            self._segmenter.idle
            and len(tail) <= LONGEST_FRAME
            and tail.rfind(STX) <= 0
            and EOT not in tail
        )

    def _cut(self, data: bytes, frames: list[Frame]) -> None:
        for segment in self._segmenter.feed(data):
            self._take(segment, frames)

    def _take(self, segment: Segment, frames: list[Frame]) -> None:
        if self.mode is None:
            self._hold(segment, frames)
        elif self._follows and (at := self._changed(segment)) is not None:
            self._change(segment, at, frames)
        else:
            self._decode(segment, self.mode, frames)

    def _decode(self, segment: Segment, mode: Mode, frames: list[Frame]) -> None:
        assembled = assemble(segment, mode)
        for frame in assembled.frames:
            self.counters.frames += 1
            self.counters.incomplete += not frame.complete
            self.counters.groups += len(frame.groups)
            self.counters.refused.update(r.reason for r in frame.refusals)
        self.counters.refused.update(r.reason for r in assembled.stray)
        self.stray += assembled.stray
        frames += assembled.frames

    def _hold(self, segment: Segment, frames: list[Frame]) -> None:
        """Keep a segment until enough of them tell the mode."""
        lines = lines_of(segment)
        if not lines:
            return
        self._held.append(segment)
        for mode in Mode:
            self._evidence[mode] += evidence.count(lines, mode)
        self.mode = self._likelier(enough=evidence.ENOUGH)
        if self.mode is not None:
            self._release(frames)
            return
        while len(self._held) > MOST_SEGMENTS:
            self._decode(self._held.popleft(), Mode.STANDARD, [])

    def _release(self, frames: list[Frame]) -> None:
        self._evidence.clear()
        while self._held:
            segment = self._held.popleft()
            if self.mode is None:
                self._decode(segment, Mode.STANDARD, [])
            else:
                self._decode(segment, self.mode, frames)

    def _likelier(self, *, enough: int) -> Mode | None:
        found = self._evidence
        best = max(Mode, key=lambda mode: found[mode])
        return best if found[best] >= max(enough, found[best.other] + 1) else None

    def _changed(self, segment: Segment) -> int | None:
        assert self.mode is not None  # noqa: S101 - for the type checker
        return evidence.change_at(lines_of(segment), self.mode)

    def _change(self, segment: Segment, at: int, frames: list[Frame]) -> None:
        """Decode a segment in which the other mode takes over at a line."""
        assert self.mode is not None  # noqa: S101 - for the type checker
        lines = lines_of(segment)
        body = b"\r\n".join(lines[at:])
        if at:
            head = Segment(b"\r\n".join(lines[:at]), segment.began, End.CUT)
            self._decode(head, self.mode, frames)
        self.mode = self.mode.other
        self.counters.mode_changes += 1
        whole = segment if at == 0 else Segment(body, began=False, end=segment.end)
        self._decode(whole, self.mode, frames)
