"""The quick way of the meter's clock decides what the long way would."""

from hypothesis import example, given
from hypothesis import strategies as st

from edge.clock import MeterClock
from edge.sample import HostInstant, MeterInstant

WALL = 1_780_000_000_000


class LongWay(MeterClock):
    """Never takes the quick way."""

    def _usual(self, meter, mono, passed):
        del meter, mono, passed


class Counted(MeterClock):
    """Counts how often it did."""

    quick = 0

    def _usual(self, meter, mono, passed):
        usual = super()._usual(meter, mono, passed)
        self.quick += usual is not None
        return usual


steps = st.tuples(
    st.sampled_from((910, 910, 910, 1000, 0, 400, 2_600, 40_000, -5)),  # passed
    st.sampled_from((0, 0, 0, 0, 2_400, -2_600, 119_000, 130_000, -7_200_000)),  # meter
    st.sampled_from((0, 0, 0, 90, -130_000, 3_600_000)),  # host's wall clock
    st.sampled_from((True, True, True, False)),  # synchronised
    st.sampled_from(("good", "good", "good", "degraded", "none")),
    st.sampled_from(("boot", "boot", "boot", "boot", "boot", "again")),
)


@given(st.lists(steps, max_size=60), st.integers(0, 2))
@example([(910, 0, 0, True, "good", "boot")] * 9, 0)
def test_every_frame_has_the_same_instant_either_way(told, restored):
    quick, long = Counted(), LongWay()
    if restored:
        quick.restore(WALL + 5_000 * restored)
        long.restore(WALL + 5_000 * restored)
    mono = 1_000_000
    for passed, meter_off, host_off, synchronised, how, boot in told:
        mono += passed
        wall_ms = WALL + mono
        seen = HostInstant(wall_ms + host_off, mono * 1_000_000, synchronised, boot)
        second = (wall_ms + meter_off) // 1000 * 1000
        meter = None if how == "none" else MeterInstant(second, how == "degraded")
        assert quick.date(seen, meter) == long.date(seen, meter)
        assert (quick.last_ms, quick.drift_ms, quick.fault) == (
            long.last_ms,
            long.drift_ms,
            long.fault,
        )
    if told == [(910, 0, 0, True, "good", "boot")] * 9:
        assert quick.quick > 5, "or nothing was tried"
