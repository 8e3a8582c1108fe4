"""The tricks on extracts: rows of the table. The owner writes them for a coach."""

from __future__ import annotations

import io
import zipfile
from itertools import product

from table import Attack
from twin_home import GAS, LINKY, NOW_MS, PARIS, paris
from twin_house import House

from edge.catalogue import ConsentClass, Fluid
from edge.consent.read_journal import ReadJournal
from edge.consent.terms import Grain
from edge.interval import Step
from edge.portability.extract import Cut
from edge.portability.extracting import Extracting, Wanted

FLUIDS = {LINKY: Fluid.ELECTRICITY, GAS: Fluid.GAS}
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TRICKS: list[Attack] = []


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("extract", name, how, **kwargs))
        return how

    return made


def given(home: House, cut: Cut, **more) -> zipfile.ZipFile:
    """Write an extract, and take down all that its holder has of it."""
    journal = ReadJournal(home.consents.ledger, PARIS)
    who = (home.consents, journal, home.reads, FLUIDS, PARIS)
    to, steps = io.BytesIO(), 0
    extraction = Extracting(*who).begin(
        Wanted("Coach", "c@coach.example", "Advice", cut, **more)
    )
    for _ in extraction.steps(to):
        steps += 1
    home.say(200, steps, to.getvalue())
    archive = zipfile.ZipFile(to)
    for name in archive.namelist():
        home.say(200, name, archive.read(name))
    return archive


@trick("days, from and to any hour", sees=b",day,")
async def any_hour(home: House):
    first = paris("2026-10-10T00:00:00+02:00")
    ends = (NOW_MS - 30 * HOUR_MS, NOW_MS, NOW_MS + 40 * DAY_MS)
    for late, end_ms in product((0, 1, 9 * HOUR_MS), ends):
        given(home, Cut(Grain.DAY, first + late, end_ms))


@trick("days at the hour that autumn repeats", sees=b",day,")
async def repeated(home: House):
    for hour in range(24, 30):
        start_ms = paris("2026-10-24T00:00:00+02:00") + hour * HOUR_MS
        given(home, Cut(Grain.DAY, start_ms, start_ms + 2 * DAY_MS))


@trick("days one by one, and their months", grain=Step.DAY, sees=b",day,")
async def one_by_one(home: House):
    first = paris("2026-10-01T00:00:00+02:00")
    for day in range(26):
        start_ms = first + day * DAY_MS
        given(home, Cut(Grain.DAY, start_ms, start_ms + DAY_MS))
    given(home, Cut(Grain.MONTH, first, NOW_MS))


@trick(
    "months, while one of them is open",
    grain=Step.MONTH,
    window="2026-08-01T00:00:00+02:00",
    sees=b",month,",
)
async def months(home: House):
    first = paris("2026-08-01T00:00:00+02:00")
    for end_ms in (NOW_MS, NOW_MS + 60 * DAY_MS):
        given(home, Cut(Grain.MONTH, first, end_ms))


@trick("half-hours, up to now", grain=Step.MIN30, sees=b",30min,")
async def half_hours(home: House):
    first = paris("2026-10-20T00:00:00+02:00")
    given(home, Cut(Grain.MIN30, first, NOW_MS))
    given(home, Cut(Grain.MIN30, first, NOW_MS), meters=(LINKY,))


@trick("yesterday, before and after it is shown", sees=b",day,")
async def yesterday(home: House):
    first = paris("2026-10-20T00:00:00+02:00")
    for minutes in (0, 10, 6 * 60, 7 * 60 - 1, 7 * 60, 7 * 60 + 1):
        home.at(paris("2026-10-27T00:00:00+01:00") + minutes * 60_000)
        given(home, Cut(Grain.DAY, first, NOW_MS + 5 * DAY_MS))


@trick(
    "the largest powers of days",
    sees=b"max_power_today_va",
    never=(b"apparent_power_va", b"voltage_l1_v"),
)
async def largest(home: House):
    first = paris("2026-10-01T00:00:00+02:00")
    both = (ConsentClass.ENERGY, ConsentClass.MAX_POWER)
    for classes in (both, both[1:]):
        given(home, Cut(Grain.DAY, first, NOW_MS), meters=(LINKY,), classes=classes)


@trick("a meter that was not chosen", sees=b"gas_energy_wh", never=(b"import_",))
async def other_meter(home: House):
    first = paris("2026-10-01T00:00:00+02:00")
    given(home, Cut(Grain.DAY, first, NOW_MS), meters=(GAS,))


@trick("what a pause of all services lies over", sees=b",day,")
async def paused(home: House):
    first = paris("2026-10-01T00:00:00+02:00")
    given(home, Cut(Grain.DAY, first, NOW_MS))
    home.consents.pause()
    home.at(NOW_MS + 2 * DAY_MS)
    home.consents.resume()
    given(home, Cut(Grain.DAY, first, NOW_MS + 3 * DAY_MS))
