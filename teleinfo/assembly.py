"""From a segment to its frames: lines to groups, groups in order, what is whole.

This is the plain way, and the reference: `layout` and the decoder's memo are faster
on frames without a fault, and must give the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from teleinfo.frame import Frame
from teleinfo.group import Group, Refusal
from teleinfo.labels import RANKS
from teleinfo.line import groups_of
from teleinfo.mode import Mode
from teleinfo.order import MOST_OFFENDERS, descents, in_order, offenders
from teleinfo.reason import Reason
from teleinfo.segment import End, Segment

Item: TypeAlias = Group | Refusal

LINE_ENDS = re.compile(b"[\r\n]+")
OVERLOADS = frozenset({"ADIR1", "ADIR2", "ADIR3"})
SHORT_FRAME = OVERLOADS | {"ADCO", "IINST1", "IINST2", "IINST3"}
# A frame has 66 groups at most: more refusals than that tell nothing more.
MOST_REFUSALS = 64


class Run(NamedTuple):
    """A stretch of a segment that is one frame: was its start, its end seen."""

    items: Sequence[Item]
    started: bool
    finished: bool


class Assembled(NamedTuple):
    """The frames of a segment, and what was refused in stretches without any group."""

    frames: list[Frame]
    stray: list[Refusal]


def lines_of(segment: Segment) -> list[bytes]:
    """Cut a segment at CR as well as LF: a tty can have changed or doubled either."""
    return [line for line in LINE_ENDS.split(segment.body) if line]


def assemble(segment: Segment, mode: Mode) -> Assembled:
    """Give the frames of a segment, as a rule one, and the refusals beside them."""
    items = items_of(lines_of(segment), mode)
    frames: list[Frame] = []
    stray: list[Refusal] = []
    for run in _runs(segment, items, mode):
        for part in _ordered(run, mode):
            frame = _frame(part, mode)
            if frame.groups:
                frames.append(frame)
            else:
                stray += frame.refusals
    return Assembled(frames, stray)


def items_of(lines: Iterable[bytes], mode: Mode) -> list[Item]:
    """Read lines in order, each a group, a refusal, or several of both."""
    return [item for line in lines for item in groups_of(line, mode)]


def _runs(segment: Segment, items: Sequence[Item], mode: Mode) -> list[Run]:
    """Part the items where a meter's number says that another frame starts."""
    starts = [0, *_frame_starts(segment, items, mode), len(items)]
    last = len(starts) - 2
    return [
        Run(
            items[start:stop],
            started=_has_start(segment, items[start:stop], mode, first=at == 0),
            finished=at == last and _has_end(segment, items),
        )
        for at, (start, stop) in enumerate(pairwise(starts))
    ]


def _frame_starts(segment: Segment, items: Sequence[Item], mode: Mode) -> list[int]:
    starts: list[int] = []
    for at, item in enumerate(items):
        if not (isinstance(item, Group) and item.label == mode.address):
            continue
        start = at
        while start and _is_overload(items[start - 1]):
            start -= 1
        opened = starts[-1] if starts else 0
        only_refused = not any(isinstance(i, Group) for i in items[opened:start])
        # After STX the first lines are this frame's, even those that were refused.
        if start > opened and not (segment.began and not starts and only_refused):
            starts.append(start)
    return starts


def _is_overload(item: Item) -> bool:
    return isinstance(item, Group) and item.label in OVERLOADS


def _has_start(
    segment: Segment, items: Sequence[Item], mode: Mode, *, first: bool
) -> bool:
    if first and segment.began and segment.body[:1] in (b"\n", b"\r"):
        return True
    head = items[0] if items else None
    return isinstance(head, Group) and (head.label in (mode.address, "ADIR1"))


def _has_end(segment: Segment, items: Sequence[Item]) -> bool:
    ends_a_line = segment.body[-1:] in (b"\n", b"\r")
    if segment.end is End.ETX:
        # A character that was hit can read as ETX: a frame ends after a whole line.
        return ends_a_line or (bool(items) and isinstance(items[-1], Group))
    # A cooked tty turns CR to LF and swallows ETX: the next STX ends the frame there.
    return segment.end is End.STX and ends_a_line and b"\r" not in segment.body


def _ordered(run: Run, mode: Mode) -> list[Run]:
    """Put a run in order: refuse what can't stand where it does, or part two frames."""
    groups = {at: item for at, item in enumerate(run.items) if isinstance(item, Group)}
    ranks = [RANKS[mode][group.label] for group in groups.values()]
    if in_order(ranks):
        return [run]
    places = list(groups)
    bad = _repeats(list(groups.values()))
    rest = [rank for at, rank in enumerate(ranks) if at not in bad]
    if len(bad) > MOST_OFFENDERS or not in_order(rest):
        bad = offenders(ranks)
        falls = descents(ranks)
        if len(bad) > MOST_OFFENDERS and len(falls) == 1:
            fall = places[falls[0]]
            return [
                Run(run.items[:fall], run.started, finished=False),
                Run(run.items[fall:], started=False, finished=run.finished),
            ]
    return [_without(run, {places[at] for at in bad}, mode)]


def _repeats(groups: Sequence[Group]) -> frozenset[int]:
    """Give the positions of groups that an earlier one already said, word for word."""
    seen: set[Group] = set()
    repeats: set[int] = set()
    for at, group in enumerate(groups):
        if group in seen:
            repeats.add(at)
        seen.add(group)
    return frozenset(repeats)


def _without(run: Run, places: set[int], mode: Mode) -> Run:
    counts = Counter(item.label for item in run.items if isinstance(item, Group))
    items = [
        _out_of_order(item, mode, duplicate=counts[item.label] > 1)
        if at in places and isinstance(item, Group)
        else item
        for at, item in enumerate(run.items)
    ]
    return run._replace(items=items)


def _out_of_order(group: Group, mode: Mode, *, duplicate: bool) -> Refusal:
    stamp = () if group.horodate is None else (group.horodate.text,)
    line = mode.separator.join((group.label, *stamp, group.raw))
    return Refusal(line, Reason.DUPLICATE if duplicate else Reason.ORDER, group.label)


def _frame(run: Run, mode: Mode) -> Frame:
    groups = {item.label: item for item in run.items if isinstance(item, Group)}
    refusals = [item for item in run.items if isinstance(item, Refusal)]
    return Frame(
        mode=mode,
        complete=run.started and run.finished,
        groups=groups,
        refusals=tuple(refusals[:MOST_REFUSALS]),
        short=is_short(groups),
    )


def is_short(labels: Collection[str]) -> bool:
    """Tell whether these labels are those of an overload's short frame."""
    return not OVERLOADS.isdisjoint(labels) and SHORT_FRAME.issuperset(labels)
