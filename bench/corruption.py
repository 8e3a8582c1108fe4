"""The corruption campaign: damaged frames through decoder and gate, truth beside them.

`python -m bench.corruption --frames 10_000_000 --seed 1`: no index that the gate lets
in may differ from what the meter sent in that frame or in the one before it, and
true values must come through again within a few clean frames.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import secrets
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bench.noise import AIMED, APART, KINDS, Stuck
from bench.true_meter import KINDS as METERS
from bench.true_meter import REGISTERS, TrueMeter, meter
from edge.gate import Gate
from edge.sample import HostInstant, Sample
from edge.sources.mapping import Mapper
from teleinfo import Decoder, line
from teleinfo import checksum as tic

WALL_MS = 1_768_172_400_000  # 2026-01-12T00:00:00+01:00, where the meters start
CLEAN_FRAMES = 120
"""What follows each stretch of noise: the time in which the truth must be back."""

SUMMED, LONE = "with its sums", "alone"
FLOOR_FRAMES = {SUMMED: 24, LONE: 95}
"""Clean frames after which an index must have been let in again: two for one of a
frame's sums, more if its bound must first grow over what noise hid; a lone count that
never repeats under a heavy load, 90 s of them."""

CHUNK = 5_000


@dataclass
class Tally:
    """What a run of the campaign counted."""

    frames: int = 0
    damaged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    decoder: Counter[str] = field(default_factory=Counter)
    gate: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    samples: int = 0
    indexes: int = 0
    pending: int = 0
    late: int = 0
    slowest: dict[str, int] = field(default_factory=dict)
    false: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another run's figures."""
        for name in ("frames", "damaged", "samples", "indexes", "pending", "late"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("kinds", "decoder", "gate", "passed"):
            getattr(self, name).update(getattr(other, name))
        for name, frames in other.slowest.items():
            self.slowest[name] = max(self.slowest.get(name, 0), frames)
        self.false += other.false


class Campaign:
    """One meter, one noisy line, one decoder and one gate."""

    def __init__(self, kind: str, seed: int) -> None:
        self.tally = Tally()
        self._kind = kind
        self._seed = seed
        self._rng = random.Random(f"{kind}/{seed}")
        self._meter: TrueMeter = meter(kind, self._rng)
        self._decoder = Decoder(self._meter.mode)
        self._mapper = Mapper("linky")
        self._gate = Gate("linky")
        self._frame = 0
        self._truths: list[dict[str, int]] = []
        self._recent: deque[dict[str, int]] = deque(maxlen=3)
        self._history: deque[str] = deque(maxlen=8)
        self._waiting: set[str] = set()
        self._since_noise = 0
        self._aimed = -APART
        self._aim_only = [name for name in KINDS if name not in AIMED]

    def run(self, damaged: int) -> Tally:
        """Damage this many frames."""
        self._clean(CLEAN_FRAMES)
        while self.tally.damaged < damaged:
            rate = self._rng.choice((1.0, 1.0, 1.0, 0.8, 0.5))
            for _ in range(self._rng.randint(50, 1000)):
                if self._rng.random() < rate:
                    self._damage()
                else:
                    self._send(None, "clean")
            self._clean(CLEAN_FRAMES)
        self.tally.decoder.update(self._decoder.counters.refused)
        self.tally.gate.update({str(k): n for k, n in self._gate.refused.items()})
        self.tally.pending += self._gate.device_pending
        return self.tally

    def _clean(self, frames: int) -> None:
        self._waiting = {*self._meter.truth, "import_total_wh"}
        for self._since_noise in range(1, frames + 1):
            self._send(None, "clean")
        for name in self._waiting:
            self._blame(name, None, "not let in again")
        self._since_noise = 0

    def _floor(self, name: str) -> str:
        return SUMMED if self._meter.standard and name.startswith("import") else LONE

    def _damage(self) -> None:
        rng = self._rng
        if rng.random() < 0.02:
            stuck = Stuck(900 if self._meter.standard else 150, rng)
            while stuck.frames:
                self._send(stuck, "stuck bits")
            return
        near = self._frame - self._aimed < APART
        name = rng.choice(self._aim_only if near else tuple(KINDS))
        if name in AIMED:
            self._aimed = self._frame
        self._send(KINDS[name], name)

    def _send(self, damage: object, name: str) -> None:
        sent = self._meter.next()
        self._truths.append(dict(self._meter.truth))
        self._recent.append(self._truths[-1])
        got = bytearray(sent)
        if callable(damage):
            damage(got, self._rng)
            self.tally.damaged += 1
            self.tally.kinds[name] += 1
            if got != sent:
                self._plain_parser(sent, bytes(got))
        self._history.append(name)
        self.tally.frames += 1
        self._frame += 1
        at = self._frame * self._meter.period_ms
        frames = self._decoder.feed(bytes(got))
        for number, frame in enumerate(frames):
            seen = HostInstant(WALL_MS + at, at * 1_000_000 + number, True, "boot")  # noqa: FBT003 - synchronised
            sample = self._gate.judge(self._mapper.reading(frame, seen)).sample
            if sample is not None:
                self._compare(sample)
        if frames:
            # of a frame that gave nothing yet, the rest may come with the next one
            del self._truths[:-1]

    def _compare(self, sample: Sample) -> None:
        self.tally.samples += 1
        values = sample.values
        for name in self._truths[-1]:
            value = values.get(name)
            if value is None:
                continue
            self.tally.indexes += 1
            sent = {truth[name] for truth in self._truths}
            if value not in sent and value in {t[name] for t in self._recent}:
                self.tally.late += 1
            elif value not in sent:
                self._blame(name, value, f"not of {sorted(sent)}")
            elif name in self._waiting and self._since_noise:
                self._waiting.discard(name)
                floor = self._floor(name)
                worst = self.tally.slowest.get(floor, 0)
                self.tally.slowest[floor] = max(worst, self._since_noise)

    def _blame(self, name: str, value: object, why: str) -> None:
        self.tally.false.append(
            f"{self._kind}, seed {self._seed}, frame {self._frame}: {name} {value!r}"
            f" {why}; load {self._meter.load_va} VA; after {list(self._history)}"
        )

    def _plain_parser(self, sent: bytes, got: bytes) -> None:
        """Count the false indexes that the checksum alone would let in."""
        whole = set(sent.split(b"\r"))
        separator = b"\t" if self._meter.standard else b" "
        for piece in got.split(b"\r"):
            if piece in whole:
                continue
            group = piece.rpartition(b"\n")[2]
            label, _, rest = group.partition(separator)
            if len(rest) < 3 or label.decode("latin-1") not in REGISTERS:
                continue
            if tic.of(tic.covers(group, self._meter.mode)) == group[-1]:
                self.tally.passed[label.decode()] += 1


def quicken() -> None:
    """Keep what lines said: a damaged frame is otherwise read anew, line by line.

    `parse` is a pure function of its line, so the decoder decides as ever.
    """
    parse = vars(line)["parse"]
    if not hasattr(parse, "cache_info"):
        vars(line)["parse"] = lru_cache(1 << 14)(parse)


def part(job: tuple[str, int, int]) -> Tally:
    """Run one part of the campaign, in a process of its own."""
    kind, seed, frames = job
    quicken()
    return Campaign(kind, seed).run(frames)


def jobs(frames: int, seed: int, chunk: int = CHUNK) -> Iterator[tuple[str, int, int]]:
    """Part the campaign over the kinds of meter."""
    kinds = tuple(METERS)
    for number in range(-(-frames // chunk)):
        yield kinds[number % len(kinds)], seed + number, min(chunk, frames)


def report(tally: Tally, seconds: float, seed: int) -> str:
    """Give the campaign's table."""
    rows: list[tuple[str, object]] = [
        ("seed", seed),
        ("frames sent", f"{tally.frames:,}"),
        ("frames damaged", f"{tally.damaged:,}"),
        *((f"- {name}", f"{n:,}") for name, n in sorted(tally.kinds.items())),
        ("groups refused by the decoder", f"{sum(tally.decoder.values()):,}"),
        *((f"- {name}", f"{n:,}") for name, n in tally.decoder.most_common()),
        ("values refused by the gate", f"{sum(tally.gate.values()):,}"),
        *((f"- {name}", f"{n:,}") for name, n in tally.gate.most_common()),
        ("damaged indexes that pass a checksum", f"{sum(tally.passed.values()):,}"),
        ("samples let in", f"{tally.samples:,}"),
        ("indexes let in", f"{tally.indexes:,}"),
        *(
            (f"clean frames until an index {name} is back, at most", n)
            for name, n in sorted(tally.slowest.items())
        ),
        ("meters wrongly suspected at the end", tally.pending),
        ("indexes shown that the meter sent two frames before", f"{tally.late:,}"),
        ("false indexes let in, or true ones not back", len(tally.false)),
        ("seconds", f"{seconds:,.0f}"),
        ("damaged frames a second", f"{tally.damaged / max(seconds, 1e-9):,.0f}"),
    ]
    return "\n".join(["| | |", "|---|--:|", *(f"| {a} | {b} |" for a, b in rows)])


def main() -> int:
    """Run the campaign; fail if one false index was let in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    seed = secrets.randbelow(1 << 30) if options.seed is None else options.seed
    tally = Tally()
    started = time.monotonic()
    with multiprocessing.Pool(options.processes) as pool:
        for done in pool.imap_unordered(part, jobs(options.frames, seed)):
            tally.add(done)
            for each in done.false:
                print(f"\n{each}", file=sys.stderr)
            rate = tally.damaged / (time.monotonic() - started)
            print(
                f"\r{tally.damaged:,} of {options.frames:,} damaged frames,"
                f" {rate:,.0f} a second, {len(tally.false)} false ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(file=sys.stderr)
    print(report(tally, time.monotonic() - started, seed))
    for each in tally.false[:20]:
        print(each)
    return 1 if tally.false else 0


if __name__ == "__main__":
    raise SystemExit(main())
