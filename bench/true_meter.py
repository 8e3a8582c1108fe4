"""Meters whose every index is known frame by frame, quick enough for ten millions."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from teleinfo import Mode
from teleinfo.encode import group_line

START = datetime(2026, 1, 12, tzinfo=UTC)
WINTER = timedelta(hours=1)
ADDRESS = {Mode.HISTORIC: "ADCO", Mode.STANDARD: "ADSC"}
NUMBER = "031976000042"


@dataclass
class TrueMeter:
    """One meter: a household whose load wanders, and the frames that tell of it.

    `tariffs` are the labels of its supplier's indexes. `truth` is the last frame's
    indexes by register.
    """

    mode: Mode
    tariffs: tuple[str, ...]
    kva: int
    phases: int
    producer: bool
    period_ms: int
    rng: random.Random
    truth: dict[str, int] = field(default_factory=dict)
    load_va: int = 800

    def __post_init__(self) -> None:
        self._lines: dict[str, bytes] = {}
        self._said: dict[str, tuple[str, str]] = {}
        self._indexes: dict[str, int] = {}
        self._frames = 0
        self._milli_wh = 0
        self._export_milli_wh = 0
        self._tariff = self.tariffs[0]
        self._distributor = "EASD01"
        self._open()

    @property
    def standard(self) -> bool:
        """Tell whether it speaks the standard mode."""
        return self.mode is Mode.STANDARD

    def next(self) -> bytes:
        """Give the next frame, and set `truth`."""
        self._frames += 1
        self._live()
        elapsed = self.load_va * self.period_ms  # VA ms; 3,600,000 of them a VAh
        self._milli_wh += elapsed
        rise, self._milli_wh = divmod(self._milli_wh, 3_600_000)
        if rise:
            self._count(rise)
        if self.producer:
            self._inject()
        self._measure()
        return b"\x02" + b"".join(self._lines.values()) + b"\x03"

    def _live(self) -> None:
        rng = self.rng
        if self._frames % 60 == 0 or self._frames == 1:
            most = int(self.kva * 1000 * rng.choice((0.05, 0.2, 0.4, 0.9, 1.1)))
            self.load_va = rng.randint(0, most)
            if rng.random() < 0.1:
                self._tariff = rng.choice(self.tariffs)
                self._announce()
                self._distributor = f"EASD{rng.randint(1, 4):02}"

    def _announce(self) -> None:
        number = self.tariffs.index(self._tariff)
        if self.standard:
            self._put("NTARF", f"{number + 1:02}")
        elif len(self.tariffs) > 1:
            self._put("PTEC", PERIODS[len(self.tariffs)][number])

    def _open(self) -> None:
        rng = self.rng
        self._put(ADDRESS[self.mode], NUMBER)
        parts = {name: rng.randint(0, 40_000_000) for name in self.tariffs}
        if not self.standard:
            option = {"BASE": "BASE", "HCHC": "HC..", "BBRHCJB": "BBR("}
            self._put("OPTARIF", option[self.tariffs[0]])
            self._put("ISOUSC", f"{self.kva * 5 // self.phases:02}")
            for name, value in parts.items():
                self._index(name, value)
            period = {"BASE": "TH..", "HCHC": "HC..", "BBRHCJB": "HCJB"}
            self._put("PTEC", period[self.tariffs[0]])
            return
        self._open_indexes(parts)
        self._open_measures()

    def _open_indexes(self, parts: dict[str, int]) -> None:
        rng = self.rng
        self._put("VTIC", "02")
        self._put("DATE", "", "H260112000000")
        self._put("NGTF", "      BASE      ")
        self._put("LTARF", "      BASE      ")
        total = sum(parts.values())
        self._index("EAST", total)
        for number in range(1, 11):
            label = f"EASF{number:02}"
            self._index(label, parts.get(label, 0))
        rest = total
        for number in range(1, 4):
            share = rng.randint(0, rest)
            rest -= share
            self._index(f"EASD{number:02}", share)
        self._index("EASD04", rest)
        if self.producer:
            self._index("EAIT", rng.randint(0, 9_000_000))
            for number in range(1, 5):
                self._index(f"ERQ{number}", rng.randint(0, 900_000))

    def _open_measures(self) -> None:
        for phase in range(1, self.phases + 1):
            self._put(f"IRMS{phase}", "002")
        for phase in range(1, self.phases + 1):
            self._put(f"URMS{phase}", "231")
        self._put("PREF", f"{self.kva:02}")
        self._put("PCOUP", f"{self.kva:02}")
        self._put("SINSTS", "00400")
        if self.phases == 3:
            for phase in range(1, 4):
                self._put(f"SINSTS{phase}", "00130")
        self._put("SMAXSN", "03210", "H260112000000")
        if self.producer:
            self._put("SINSTI", "01200")
        self._put("UMOY1", "230", "H260112000000")
        self._put("STGE", "003A0101" if self.producer else "003A0001")
        self._put("MSG1", "PAS DE          MESSAGE         ")
        self._put("RELAIS", "000")
        self._put("NTARF", "01")
        self._put("NJOURF", "00")
        self._put("NJOURF+1", "00")
        self._put("PJOURF+1", "00008001 " + " ".join(["NONUTILE"] * 10))

    def _count(self, rise: int) -> None:
        for label in (
            ("EAST", self._tariff, self._distributor)
            if self.standard
            else (self._tariff,)
        ):
            self._index(label, self._indexes[label] + rise)

    def _inject(self) -> None:
        self._export_milli_wh += 2_900 * self.period_ms
        rise, self._export_milli_wh = divmod(self._export_milli_wh, 3_600_000)
        if rise:
            self._index("EAIT", self._indexes["EAIT"] + rise)
            self._index("ERQ1", self._indexes["ERQ1"] + self.rng.randint(0, 1))

    def _measure(self) -> None:
        amperes = min(self.load_va // 230 // self.phases, 999)
        if self.standard:
            at = START + timedelta(milliseconds=self._frames * self.period_ms) + WINTER
            self._put("DATE", "", f"H{at:%y%m%d%H%M%S}")
            self._put("SINSTS", f"{self.load_va:05}")
            self._put("IRMS1", f"{amperes:03}")
            self._put("URMS1", f"{230 + self._frames % 3:03}")
            return
        for phase in range(1, self.phases + 1):
            self._put("IINST" if self.phases == 1 else f"IINST{phase}", f"{amperes:03}")
        if self.phases == 1:
            self._put("IMAX", "090")
        self._put("PAPP", f"{self.load_va // 10 * 10:05}")
        self._put("HHPHC", "A")
        self._put("MOTDETAT", "000000")
        if self.phases == 3:
            self._put("PPOT", "00")

    def _index(self, label: str, value: int) -> None:
        self._indexes[label] = value
        self._put(label, f"{value:09}")
        self._tell(label, value)

    def _tell(self, label: str, value: int) -> None:
        self.truth[REGISTERS[label]] = value
        if not self.standard and len(self.tariffs) > 1:
            self.truth["import_total_wh"] = sum(
                self._indexes.get(name, 0) for name in self.tariffs
            )

    def _put(self, label: str, data: str, horodate: str = "") -> None:
        if self._said.get(label) != (data, horodate):
            self._said[label] = (data, horodate)
            line = group_line(self.mode, label, data, horodate)
            self._lines[label] = b"\n" + line + b"\r"


PERIODS = {
    2: ("HC..", "HP.."),
    6: ("HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"),
}
TEMPO = ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR")
SUPPLIER = tuple(f"EASF{number:02}" for number in range(1, 11))

REGISTERS = {
    "EAST": "import_total_wh",
    "BASE": "import_total_wh",
    "HCHC": "import_tariff01_wh",
    "HCHP": "import_tariff02_wh",
    **{label: f"import_tariff{n:02}_wh" for n, label in enumerate(TEMPO, 1)},
    **{label: f"import_tariff{n:02}_wh" for n, label in enumerate(SUPPLIER, 1)},
    **{f"EASD{n:02}": f"import_distributor{n:02}_wh" for n in range(1, 5)},
    "EAIT": "export_total_wh",
    **{f"ERQ{n}": f"reactive_q{n}_varh" for n in range(1, 5)},
}


def meter(kind: str, rng: random.Random) -> TrueMeter:
    """Give a meter of one of KINDS."""
    mode, tariffs, kva, phases, producer, period_ms = KINDS[kind]
    return TrueMeter(mode, tariffs, kva, phases, producer, period_ms, rng)


KINDS: dict[str, tuple[Mode, tuple[str, ...], int, int, bool, int]] = {
    "standard 1-phase": (Mode.STANDARD, ("EASF01",), 9, 1, False, 910),
    "standard 3-phase": (Mode.STANDARD, SUPPLIER[:6], 36, 3, False, 1570),
    "standard producer": (Mode.STANDARD, ("EASF01",), 6, 1, True, 1300),
    "historic base": (Mode.HISTORIC, ("BASE",), 9, 1, False, 1280),
    "historic peak/off-peak": (Mode.HISTORIC, ("HCHC", "HCHP"), 9, 1, False, 1440),
    "historic Tempo": (Mode.HISTORIC, TEMPO, 12, 1, False, 2320),
    "historic base 3-phase": (Mode.HISTORIC, ("BASE",), 18, 3, False, 1860),
}
