"""A home whose meter says what a test makes it say, frame after frame."""

from dataclasses import dataclass, field

import pytest

from edge.gate import Gate, Verdict
from edge.sample import HostInstant, MeterInstant, Reading

WALL_MS = 1_780_000_000_000
DISTRIBUTOR = tuple(f"import_distributor{n:02}_wh" for n in range(1, 5))
SUPPLIER = tuple(f"import_tariff{n:02}_wh" for n in range(1, 11))
NUMBER = "031976000042"


@dataclass
class Home:
    """Feeds one gate; each `say` is a frame, `period_ms` after the one before."""

    gate: Gate = field(default_factory=lambda: Gate("linky"))
    period_ms: int = 1000
    at_ms: int = 0
    device: str | None = NUMBER
    derived: frozenset[str] = frozenset()
    standard: bool = False
    verdict: Verdict | None = None

    def say(self, values=None, *, complete=True, **more) -> Verdict:
        self.at_ms += self.period_ms
        wall_ms = WALL_MS + self.at_ms
        self.verdict = self.gate.judge(
            Reading(
                meter="linky",
                values={**(values or {}), **more},
                seen=HostInstant(wall_ms, self.at_ms * 1_000_000, True, "boot"),
                meter_clock=MeterInstant(wall_ms, False) if self.standard else None,
                device=self.device,
                complete=complete,
                derived=self.derived,
            )
        )
        return self.verdict

    def hear(self, register="import_total_wh", values=None, **more):
        """Say a frame; give what the sample says of one register."""
        return self.say(values, **more).sample.values.get(register)

    def base(self, value, **more):
        """Say a frame of a historic meter with one index."""
        return self.hear(import_total_wh=value, subscribed_power_kva=9, **more)


def frame(total, tariff=None, distributor=None, **more):
    """Give a standard frame's indexes: one tariff, one distributor index in use."""
    return {
        "import_total_wh": total,
        **dict.fromkeys(SUPPLIER, 0),
        **dict.fromkeys(DISTRIBUTOR, 0),
        SUPPLIER[0]: total if tariff is None else tariff,
        DISTRIBUTOR[0]: total if distributor is None else distributor,
        "subscribed_power_kva": 9,
        **more,
    }


@pytest.fixture
def home():
    return Home()


@pytest.fixture
def standard():
    return Home(standard=True)


@pytest.fixture
def sent():
    return frame
