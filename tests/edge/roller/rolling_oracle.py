"""A second, slow, plain reading of the rules: what the roller is judged by."""

from __future__ import annotations

import itertools

from edge.calendar import Calendar
from edge.catalogue import Kind
from edge.interval import INTERVAL_STEPS, Step
from edge.registers import CATALOGUE
from edge.sample import Quality

BLUR = ["validated", "raw", "estimated", "interpolated", "corrected"]


def merged(samples):
    """One word a register and instant: known beats unknown, the higher value stays."""
    said = {}
    for sample in samples:
        for name, value in sample.values.items():
            here = said.setdefault(name, {})
            old = here.get(sample.at_ms)
            if old is None or (value is not None and value > old):
                here[sample.at_ms] = value
    return {name: sorted(here.items()) for name, here in said.items()}


def offset(baselines, name, at_ms):
    said = {b.at_ms: b.offsets[name] for b in baselines if name in b.offsets}
    before = [at for at in said if at <= at_ms]
    return said[max(before)] if before else 0


def boundary(points, at_ms, hold_ms):
    """(index at the boundary, whether it had to be interpolated)"""
    before = [p for p in points if p[0] <= at_ms]
    after = [p for p in points if p[0] > at_ms]
    if not before:
        return points[0][1], False
    t0, v0 = before[-1]
    if not after or t0 == at_ms:
        return v0, False
    t1, v1 = after[0]
    if t1 - t0 <= hold_ms or v0 == v1:
        return v0, False
    return v0 + (v1 - v0) * (at_ms - t0) // (t1 - t0), True


def stretches(words, heard_ms, hold_ms):
    """(start, end, value) of each stretch over which a register was known."""
    found = []
    ends = [at for at, _ in words[1:]] + [max(heard_ms, words[-1][0])]
    for (at, value), end in zip(words, ends, strict=True):
        if value is not None:
            found.append((at, min(end, at + hold_ms), value))
    return found


def over(stretch, start, end):
    return max(0, min(stretch[1], end) - max(stretch[0], start))


def expected(samples, baselines=(), calendar=None, hold_ms=10_000):
    """{(register, step, start): row as a tuple} for every closed interval."""
    calendar = calendar or Calendar()
    heard = max(s.at_ms for s in samples)
    at_of = {}
    for sample in samples:
        for name in sample.values:
            marks = at_of.setdefault((name, sample.at_ms), set())
            marks.add((BLUR.index(sample.quality), sample.origin))
    rows = {}
    for name, words in merged(samples).items():
        index = CATALOGUE[name].kind is Kind.INDEX
        points = [
            (t, v + offset(baselines, name, t)) for t, v in words if v is not None
        ]
        if not points:
            continue
        held = stretches(words, heard, hold_ms)
        edges = calendar.boundaries(Step.MIN30, points[0][0], heard + 1).tolist()
        for start, end in itertools.pairwise(edges):
            if end > heard:
                continue
            known = sum(over(s, start, end) for s in held)
            between = end > points[0][0] and start <= points[-1][0]
            if not known and not (index and between):
                continue
            met = {
                mark
                for (n, t), marks in at_of.items()
                if n == name and start <= t < end
                for mark in marks
            }
            quality = Quality(BLUR[max((m[0] for m in met), default=1)])
            sources = "+".join(sorted({m[1] for m in met}))
            rows[name, Step.MIN30, start] = row = {
                "end": end,
                "known": known,
                "quality": quality,
                "sources": sources,
            }
            fill(row, index, points, held, hold_ms, start, end)
        wholes(rows, name, index, points, held, hold_ms, calendar, heard)
    return rows


def fill(row, index, points, held, hold_ms, start, end):
    if index:
        (low, a), (high, b) = (boundary(points, at, hold_ms) for at in (start, end))
        row["value"] = high - low
        if a or b:
            row["quality"] = Quality.INTERPOLATED
        return
    here = [(over(s, start, end), s[2]) for s in held if over(s, start, end)]
    row["weighted"] = sum(ms * value for ms, value in here)
    row["minimum"], row["maximum"] = min(v for _, v in here), max(v for _, v in here)


def wholes(rows, name, index, points, held, hold_ms, calendar, heard):
    for child, step in itertools.pairwise(INTERVAL_STEPS):
        groups = {}
        for (n, s, start), row in list(rows.items()):
            if n == name and s is child:
                groups.setdefault(calendar.interval(step, start), []).append(
                    (start, row)
                )
        for (start, end), children in groups.items():
            if end > heard:
                continue
            children = [row for _, row in sorted(children, key=lambda c: c[0])]  # noqa: PLW2901 - in order
            ends = [children[0]["quality"], children[-1]["quality"]]
            inner = [c["quality"] for c in children if c["quality"] != "interpolated"]
            sources = {n for c in children for n in c["sources"].split("+") if n}
            rows[name, step, start] = row = {
                "end": end,
                "known": sum(over(s, start, end) for s in held),
                "quality": None,
                "sources": "+".join(sorted(sources)),
            }
            fill(row, index, points, held, hold_ms, start, end)
            row["quality"] = max((*ends, *inner), key=BLUR.index)
