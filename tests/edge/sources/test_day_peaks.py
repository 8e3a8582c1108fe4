"""The largest power of a day: of which day it is, and when that isn't known."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.registers import CATALOGUE
from edge.sample import HostInstant, Quality, millis
from edge.sources.mapping import Mapper
from edge.sources.tic_registers import PEAKS, STANDARD
from teleinfo import encode
from teleinfo.decoder import Decoder
from teleinfo.mode import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

PARIS = ZoneInfo("Europe/Paris")
TODAY = "max_power_today_va"


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def horodate(at_ms: int, *, degraded: bool = False) -> str:
    wall = datetime.fromtimestamp(at_ms / 1000, PARIS)
    season = "E" if wall.dst() else "H"
    return f"{season.lower() if degraded else season}{wall:%y%m%d%H%M%S}"


class Line:
    """A meter's frames, and the days that are made of them."""

    def __init__(self, mode: Mode = Mode.STANDARD) -> None:
        self.mapper, self.decoder, self.mode = Mapper("linky"), Decoder(mode), mode

    def say(self, now: str, *groups, away_s=0, synchronised=True, degraded=False):
        """Two frames at an instant; `away_s` is how far the meter's clock is off."""
        found = []
        for second in (0, 2):
            now_ms = at(now) + second * 1000
            date = horodate(now_ms + away_s * 1000, degraded=degraded)
            found += self.once(now_ms, date, *groups, synchronised=synchronised)
        return found

    def once(self, now_ms, date, *groups, synchronised=True):
        head = [("ADSC", "041961000001"), ("DATE", "", date)]
        if self.mode is Mode.HISTORIC:
            head = [("ADCO", "041961000001")]
        sent = encode.frame(self.mode, [*head, *groups])
        seen = HostInstant(now_ms, now_ms * 10**6, synchronised, "b")
        frames = self.decoder.feed(sent) + self.decoder.flush()
        return [
            (one.register, one.start_ms, one.end_ms, one.value)
            for frame in frames
            for one in self.mapper.reading(frame, seen).slices
        ]


def peak(value: int, when: str, label: str = "SMAXSN-1") -> tuple[str, str, str]:
    return label, f"{value:05}", horodate(at(when))


def day(first: str, value: int, register: str = TODAY):
    start = at(first)
    end = at((datetime.fromisoformat(first) + timedelta(days=1)).date().isoformat())
    return register, start, end, value


def test_the_largest_of_a_day_is_told_once_the_day_is_over():
    line, yesterday = Line(), peak(5870, "2026-11-23T19:17:44")
    assert line.say("2026-11-24T09:00", yesterday) == [day("2026-11-23", 5870)]
    assert line.say("2026-11-24T09:01", yesterday) == []


def test_what_today_shows_so_far_is_of_no_day_yet():
    running = peak(4210, "2026-11-24T06:40:12", "SMAXSN")
    assert Line().say("2026-11-24T09:00", running) == []


def test_the_next_morning_has_the_next_day():
    line = Line()
    line.say("2026-11-24T23:59:50", peak(5870, "2026-11-23T19:17:44"))
    told = line.say("2026-11-25T00:00:01", peak(4210, "2026-11-24T06:40:12"))
    assert told == [day("2026-11-24", 4210)]


def test_a_day_like_the_one_before_is_told_as_well():
    line = Line()
    line.say("2026-11-24T23:59:50", peak(5870, "2026-11-23T19:17:44"))
    told = line.say("2026-11-25T00:00:01", peak(5870, "2026-11-24T06:40:12"))
    assert told == [day("2026-11-24", 5870)]


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)]
)
def test_a_day_is_as_long_as_it_is(date, hours):
    after = (datetime.fromisoformat(date) + timedelta(days=1)).date().isoformat()
    told = Line().say(f"{after}T00:00:02", peak(3000, f"{date}T02:59:59"))
    assert told == [day(date, 3000)]
    assert told[0][2] - told[0][1] == hours * 3_600_000


@pytest.mark.parametrize("moment", ["2026-11-23T00:00:00", "2026-11-24T00:00:00"])
def test_either_midnight_of_a_day_is_its_own(moment):
    told = Line().say("2026-11-24T00:00:05", peak(900, moment))
    assert told == [day("2026-11-23", 900)]


def test_each_phase_and_what_is_injected_have_days_too():
    groups = [peak(100 + n, "2026-11-23T08:00", f"SMAXSN{n}-1") for n in (1, 2, 3)]
    told = Line().say(
        "2026-11-24T09:00", *groups, peak(7, "2026-11-23T13:00", "SMAXIN-1")
    )
    assert told == [
        *(day("2026-11-23", 100 + n, f"max_power_today_l{n}_va") for n in (1, 2, 3)),
        day("2026-11-23", 7, "max_export_today_va"),
    ]


def test_a_horodate_that_is_days_old_is_not_yesterdays():
    line = Line()
    assert line.say("2026-11-24T09:00", peak(5870, "2026-11-18T19:17:44")) == []
    told = line.say("2026-11-25T00:00:01", peak(40, "2026-11-24T01:00"))
    assert told == [day("2026-11-24", 40)]


def test_at_midnight_a_frame_may_be_dated_before_what_it_says():
    line = Line()
    news = peak(4210, "2026-11-24T06:40:12")
    before, after = at("2026-11-24T23:59:59"), at("2026-11-25T00:00:01")
    assert line.once(before, horodate(before), news) == []
    assert line.once(before + 900, horodate(before), news) == []
    assert line.once(after, horodate(after), news) == [day("2026-11-24", 4210)]


@pytest.mark.parametrize("away_s", [-5 * 3600, -121 - 5, 125, 3 * 3600])
def test_a_meter_whose_clock_is_off_has_days_that_are_none_of_ours(away_s):
    line, yesterday = Line(), peak(5870, "2026-11-23T12:00")
    assert line.say("2026-11-24T12:00", yesterday, away_s=away_s) == []
    # nor is it one once the clock was set right
    assert line.say("2026-11-24T12:05", yesterday) == []


def test_a_clock_that_is_seconds_off_cuts_the_same_days():
    told = Line().say("2026-11-24T12:00", peak(5, "2026-11-23T12:00"), away_s=90)
    assert told == [day("2026-11-23", 5)]


def test_a_clock_that_doubts_itself_tells_no_day():
    yesterday = peak(5870, "2026-11-23T12:00")
    assert Line().say("2026-11-24T12:00", yesterday, degraded=True) == []
    doubted = ("SMAXSN-1", "05870", horodate(at("2026-11-23T12:00"), degraded=True))
    assert Line().say("2026-11-24T12:00", doubted) == []


def test_without_the_hosts_time_the_meters_counts():
    told = Line().say(
        "2026-11-24T12:00",
        peak(5, "2026-11-23T12:00"),
        away_s=9000,
        synchronised=False,
    )
    assert told == [day("2026-11-23", 5)]


def test_one_frame_alone_is_not_enough():
    line, now_ms = Line(), at("2026-11-24T12:00")
    true, false = peak(5870, "2026-11-23T12:00"), peak(9870, "2026-11-23T12:00")
    for n, said in enumerate((false, true, false, true)):
        assert line.once(now_ms + n * 2000, horodate(now_ms + n * 2000), said) == []


def test_one_date_that_came_damaged_loses_no_day():
    line, now_ms = Line(), at("2026-11-24T12:00")
    said = peak(5870, "2026-11-23T12:00")
    line.once(now_ms, horodate(now_ms), said)
    assert line.once(now_ms + 2000, horodate(now_ms + 8 * 3_600_000), said) == []
    told = line.once(now_ms + 4000, horodate(now_ms + 4000), said)
    assert told == [day("2026-11-23", 5870)]


def test_historic_pmax_names_no_day_and_tells_none():
    groups = (("PAPP", "00540"), ("PMAX", "07990"))
    assert Line(Mode.HISTORIC).say("2026-11-24T12:00", *groups) == []


def test_a_day_has_the_sources_name_and_is_measured():
    mapper, start_ms = Mapper("linky", "demo"), at("2026-11-24T12:00")
    frames = Decoder(Mode.STANDARD).feed(
        b"".join(VirtualLinky(MeterSpec(), start_ms).frames(start_ms, start_ms + 9000))
    )
    seen = HostInstant(start_ms, 1, synchronised=True, boot_id="b")
    told = [
        one
        for frame in frames
        for one in mapper.reading(frame, seen).slices
        if one.register == TODAY
    ]
    assert len(told) == 1
    assert (told[0].quality, told[0].origin) == (Quality.RAW, "demo")
    assert day("2026-11-23", told[0].value)[1:3] == (told[0].start_ms, told[0].end_ms)


def test_each_day_has_a_register_whose_rows_are_days():
    assert all(CATALOGUE[register].peak for register in PEAKS.values())
    assert PEAKS.keys() <= STANDARD.keys()
