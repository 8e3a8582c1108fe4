"""Decoding: validated frames a second, beside the plain parser that many scripts are.

    python -m bench.decode [--frames N]

The day is a virtual Linky's own (its lines mostly repeat, as a meter's do); the other
corpus has every number and every date drawn anew, so that no line of a number repeats
but by chance. The plain parser checks sums and splits, and nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from random import Random
from time import process_time

from bench.table import Row, machine, render
from teleinfo import Decoder, Mode, encode
from teleinfo.label import Kind, Label, Stamp
from teleinfo.labels import LABELS
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky

DAY_START_MS = 1_793_000_000_000
FRAMES = 20_000
CHUNK_BYTES = 65_536
DAY_TARGET = 150_000
FRESH_TARGET = 50_000
ROUNDS = 5


def day(mode: Mode, frames: int) -> bytes:
    """Give that many frames in a row of a virtual one-phase meter's day."""
    spec = MeterSpec(mode=mode, contract=Contract.HPHC, seed=7)
    meter = VirtualLinky(spec, DAY_START_MS)
    made = meter.frames(DAY_START_MS, DAY_START_MS + 366 * 86_400_000)
    return b"".join(next(made) for _ in range(frames))


def fresh(frames: int) -> bytes:
    """Give that many standard frames of the same labels, every number drawn anew."""
    random = Random(54)
    shape = Decoder(Mode.STANDARD).feed(day(Mode.STANDARD, 1))[0]
    rows = [(LABELS[Mode.STANDARD][group.label], group.raw) for group in shape]
    return b"".join(
        encode.frame(Mode.STANDARD, (_drawn(random, *row) for row in rows))
        for _ in range(frames)
    )


def _drawn(random: Random, label: Label, raw: str) -> tuple[str, str, str]:
    stamp = ""
    if label.stamp is not Stamp.NONE:
        stamp = (
            f"{random.choice('HE')}{random.randrange(100):02}{random.randint(1, 12):02}"
            f"{random.randint(1, 28):02}{random.randrange(24):02}"
            f"{random.randrange(60):02}{random.randrange(60):02}"
        )
    if label.kind is Kind.NUMBER:
        top = label.maximum or 10**label.width - 1
        raw = f"{random.randint(label.minimum, top):0{label.width}}"
    elif label.kind is Kind.ADDRESS:
        raw = f"{random.randrange(10**label.width):0{label.width}}"
    elif label.kind is Kind.STATUS:
        raw = f"{random.randrange(1 << 32):08X}"
    elif label.kind in (Kind.TEXT, Kind.MESSAGE):
        raw = f"{random.randrange(10**12)}".center(label.width)
    elif label.kind is Kind.SCHEDULE:
        raw = f"0000{random.randrange(1 << 16):04X}" + raw[8:]
    return label.name, raw, stamp


def plain(data: bytes) -> int:
    """Count frames as a plain parser does: sum, split, a dictionary of bytes."""
    count = 0
    for frame in data.split(b"\x03"):
        groups = {}
        for line in frame.split(b"\r"):
            group = line.strip(b"\x02\n")
            if group and (sum(group[:-1]) & 0x3F) + 0x20 == group[-1]:
                fields = group.split(b"\t")
                groups[fields[0]] = fields[1:-1]
        count += bool(groups)
    return count


def validated(data: bytes) -> int:
    """Count whole frames through a decoder that knows nothing yet."""
    decoder = Decoder()
    return sum(
        frame.complete and not frame.refusals
        for chunk in _chunks(data)
        for frame in decoder.feed(chunk)
    )


def read_whole(data: bytes) -> int:
    """Count the same, every group of every frame made and its value asked for."""
    decoder = Decoder()
    count = 0
    for chunk in _chunks(data):
        for frame in decoder.feed(chunk):
            count += bool([group.value for group in frame])
    return count


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


def rate(count: Callable[[bytes], int], data: bytes, frames: int) -> float:
    """Give frames a second of one core's time, the best of a few rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        start = process_time()
        counted = count(data)
        best = max(best, counted / (process_time() - start))
        if counted != frames:
            sys.exit(f"{count.__name__} saw {counted} frames of {frames}")
    return best


def measure(frames: int = FRAMES) -> list[Row]:
    """Give the rows of decoding, each with the plain parser's figure beside it."""
    standard, historic = day(Mode.STANDARD, frames), day(Mode.HISTORIC, frames)
    news = fresh(frames // 4)
    unit = "frames/s"
    cases = (
        ("decode, standard, a realistic day", validated, standard, frames, DAY_TARGET),
        ("… every value read", read_whole, standard, frames, None),
        (
            "decode, standard, no line repeats",
            validated,
            news,
            frames // 4,
            FRESH_TARGET,
        ),
        ("… every group made and value read", read_whole, news, frames // 4, None),
        ("decode, historic, a realistic day", validated, historic, frames, None),
    )
    peers = {
        id(standard): f"plain parser {rate(plain, standard, frames):,.0f}",
        id(news): f"plain parser {rate(plain, news, frames // 4):,.0f}",
        id(historic): "",
    }
    return [
        Row(name, rate(count, data, size), unit, target, beside=peers[id(data)])
        for name, count, data, size, target in cases
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    frames = parser.parse_args().frames
    print(machine())
    print(render(measure(frames)))


if __name__ == "__main__":
    main()
