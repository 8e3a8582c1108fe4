"""The tricks on REST: rows of the table."""

from __future__ import annotations

import asyncio
import base64
import re
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import product
from urllib.parse import quote

import httpx
from table import Attack
from twin_home import NOW_MS, paris
from twin_house import FREE, Held, House

from api.app import OPEN
from api.cursor import Cursor
from api.openapi import API_VERSION, describe
from api.services import served
from edge.event import Event, EventKind
from edge.interval import Step
from edge.registers import CATALOGUE
from edge.sample import Sample

API = "/api/v1"
LINKY = f"{API}/meters/linky/registers/import_total_wh"
GAS = f"{API}/meters/gaz/registers/gas_energy_wh"
STEPS = ("raw", "1min", "30min", "hour", "day", "month", "year")
HALF_MS, DAY_MS = 1_800_000, 86_400_000
MONEY = frozenset({"EUR", "€", "ct", "g", "kg", "gCO2"})
TRICKS: list[Attack] = []


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("rest", name, how, **kwargs))
        return how

    return made


async def paged(client: httpx.AsyncClient, first: str) -> list[dict]:
    """Every row of a question, by its `next` links."""
    found, following = [], first
    while following:
        page = (await client.get(following)).json()
        found += page["rows"]
        following = page["next"]
    return found


@trick("finer steps", sees=b'"value"')
async def finer_steps(home: House):
    async with home.client() as client:
        for path in (LINKY, GAS):
            for step in STEPS:
                await client.get(f"{path}?step={step}&from=2026-10-01")


@trick("no step named", sees=b'"step":"day"')
async def no_step(home: House):
    async with home.client() as client:
        await client.get(LINKY)
        await client.get(f"{GAS}?from=2020-01-01")


@trick("unaligned bounds", sees=b'"value"')
async def unaligned(home: House):
    async with home.client() as client:
        for step in STEPS:
            for minute in range(0, 1440, 163):
                since = paris("2026-10-19T00:00:00+02:00") + minute * 60_000 + 1
                for path in (LINKY, GAS):
                    await client.get(
                        path,
                        params={
                            "step": step,
                            "from": instant(since),
                            "to": instant(since + DAY_MS + 7),
                        },
                    )


def instant(at_ms: int, offset_ms: int = 0) -> str:
    """An instant as a client may write it, at whatever offset."""
    from datetime import timedelta, timezone  # noqa: PLC0415 - used here alone

    from edge.sample import utc  # noqa: PLC0415 - same

    zone = timezone(timedelta(milliseconds=offset_ms))
    return utc(at_ms).astimezone(zone).isoformat()


@trick("offsets of elsewhere: Z, +14:00, -12:00", sees=b'"value"')
async def offsets(home: House):
    async with home.client() as client:
        for step in ("30min", "day", "month"):
            for suffix in ("Z", "+14:00", "-12:00", "+00:01", "-23:59"):
                for day in ("2026-10-20", "2026-10-24", "2026-10-25", "2026-10-26"):
                    params = {"step": step, "from": f"{day}T00:00:00{suffix}"}
                    for path in (LINKY, GAS):
                        await client.get(path, params=params)


@trick("the hour that autumn repeats", sees=b'"value"')
async def repeated_hour(home: House):
    bounds = ("02:00:00+02:00", "02:30:00+02:00", "02:00:00+01:00", "02:30:00+01:00")
    async with home.client() as client:
        for step in STEPS:
            for at, since in enumerate(bounds):
                for until in bounds[at + 1 :]:
                    params = {
                        "from": f"2026-10-25T{since}",
                        "to": f"2026-10-25T{until}",
                    }
                    await client.get(LINKY, params={"step": step, **params})
        await client.get(f"{LINKY}?step=day&from=2026-10-24&to=2026-10-26")


@trick("windows that slide by half an hour", sees=b'"value"')
async def sliding(home: House):
    start = paris("2026-10-18T00:00:00+02:00")
    async with home.client() as client:
        for step, every in (("day", 1), ("30min", 7), ("hour", 7), ("month", 7)):
            for n in range(0, 50, every):  # a day has so many that differ
                since = start + n * HALF_MS
                params = {"from": instant(since), "to": instant(since + DAY_MS)}
                await client.get(LINKY, params={"step": step, **params})


@trick("the window's edges", sees=b'"start":"2026-09-26T00:00:00+02:00"')
async def window_edges(home: House):
    edge = paris("2026-09-26T00:00:00+02:00")
    async with home.client() as client:
        for since in (edge - 400 * DAY_MS, edge - DAY_MS, edge - 1, edge, edge + 1):
            for step in STEPS:
                params = {"from": instant(since), "to": instant(edge + 3 * DAY_MS)}
                await client.get(LINKY, params={"step": step, **params})
        for since in ("1970-01-01", "2026-09-25", "2026-09-26"):
            await paged(client, f"{LINKY}?step=day&from={since}&limit=1")


@trick("the window's edge as it moves over midnight", sees=b'"value"')
async def moving_edge(home: House):
    async with home.client() as client:
        for moment in ("26T23:59:59", "27T00:00:00", "27T00:00:01", "27T08:00:00"):
            home.at(paris(f"2026-10-{moment}+01:00"))
            await client.get(f"{LINKY}?step=day&from=2026-09-20&to=2026-10-02")
            await client.get(f"{GAS}?step=day&from=2026-09-20&to=2026-10-02")


@trick("totals that are still open, polled", sees=b'"value"')
async def open_totals(home: House):
    async with home.client() as client:
        for n in range(0, 30, 2):
            home.at(NOW_MS + n * 37 * 60_000)
            for step in ("day", "month", "year"):
                for path in (LINKY, GAS):
                    await client.get(f"{path}?step={step}&from=2026-01-01")


@trick(
    "a day as it is shown: not before seven, then whole", sees=b"2026-10-27T00:00:00"
)
async def shown_at_seven(home: House):
    async with home.client() as client:
        moments = ("05:59:59", "06:00:00", "06:59:59", "07:00:00", "12:00:00")
        for moment in moments:
            home.at(paris(f"2026-10-27T{moment}+01:00"))
            for step in ("hour", "day", "month"):
                for path in (LINKY, GAS):
                    await client.get(f"{path}?step={step}&from=2026-10-24")


@trick("civil days beside gas days", sees=b'"value"')
async def two_days(home: House):
    async with home.client() as client:
        for path in (LINKY, GAS):
            for step in ("day", "month", "year", "hour"):
                for day in ("gas", "civil"):
                    await client.get(f"{path}?step={step}&from=2026-10-01&day={day}")


@trick("other purposes: bill, own")
async def purposes(home: House):
    async with home.client() as client:
        for purpose in ("bill", "own", "BILL", "now,bill"):
            for step in ("day", "month", "30min"):
                await client.get(
                    f"{LINKY}?step={step}&from=2026-10-01&purpose={purpose}"
                )


@trick("two sources that close at different instants", sees=b'"value"')
async def two_sources(home: House):
    async with home.client() as client:
        for hour in (7, 9, 11):
            home.at(paris(f"2026-10-27T{hour:02}:30:00+01:00"))
            for purpose in ("now", "bill", "own"):
                await client.get(f"{LINKY}?step=day&from=2026-10-24&purpose={purpose}")


@trick(
    "two tariff calendars, crossed",
    held=(Held("energy_by_tariff"),),
)
async def two_calendars(home: House):
    async with home.client() as client:
        for n in (1, 2, 3, 4):
            path = f"{API}/meters/linky/registers/import_distributor{n:02}_wh"
            for step in STEPS:
                await client.get(f"{path}?step={step}&from=2026-10-01")


@trick(
    "when the largest power was", held=(Held("max_power"), Held()), sees=b'"unit":"VA"'
)
async def horodates_of_power(home: House):
    async with home.client() as client:
        for name in (
            "max_power_today_va",
            "max_power_yesterday_va",
            "max_export_today_va",
            "max_current_l1_a",
        ):
            path = f"{API}/meters/linky/registers/{name}"
            for step in STEPS:
                await client.get(f"{path}?step={step}&from=2026-10-26")
            await client.get(path)


@trick("a day's largest power before its hour", held=(Held("max_power"),), sees=b'"VA"')
async def largest_power_polled(home: House):
    path = f"{API}/meters/linky/registers/max_power_today_va"
    async with home.client() as client:
        for minute in ("00:00", "00:01", "01:59", "02:01", "06:59", "07:00", "07:01"):
            home.at(paris(f"2026-10-27T{minute}:30+01:00"))
            for step in STEPS:
                for purpose in ("now", "bill", "own"):
                    asked = f"step={step}&from=2026-10-24&purpose={purpose}"
                    await client.get(f"{path}?{asked}")


@trick(
    "on which day of a month the largest power was",
    held=(Held("max_power", "month", history="P1Y"),),
    grain=Step.MONTH,
    window="2025-10-26T00:00:00+02:00",
    sees=b'"VA"',
)
async def largest_power_of_a_month(home: House):
    path = f"{API}/meters/linky/registers/max_power_today_va"
    async with home.client() as client:
        for step in STEPS:
            for since in ("2025-10-26", "2026-09-01", "2026-09-15", "2026-10-01"):
                await client.get(f"{path}?step={step}&from={since}")
                await client.get(f"{path}?step={step}&from={since}&limit=1")


@trick("the points of the meter's own load curve")
async def load_curve(home: House):
    async with home.client() as client:
        for name in ("import_load_curve_w", "export_load_curve_w"):
            path = f"{API}/meters/linky/registers/{name}"
            for step in STEPS:
                await client.get(f"{path}?step={step}&from=2026-10-26")


@trick("a meter's own labels, and other spellings", never=(b'"value"',))
async def spellings(home: House):
    names = (
        *("EAST", "PAPP", "SINSTS", "SMAXSN", "CCASN", "BASE", "HCHC", "EASF01"),
        *("IMPORT_TOTAL_WH", "Import_Total_Wh", "import_total_wh ", "import-total-wh"),
        *(
            "import_total_wh\0",
            "import_total_wh/",
            "import_total_wh/raw",
            "import_total",
        ),
        *("import_total_wh;step=raw", "import_total_w", "%69mport_total_wh.json"),
        *("ⅰmport_total_wh", "import_total_wh\u200b", "*", "+", "#", ".."),
    )
    async with home.client() as client:
        for name in names:
            path = f"{API}/meters/linky/registers/{quote(name, safe='')}"
            await client.get(f"{path}?step=30min&from=2026-10-26")
        for meter in (
            "LINKY",
            "linky ",
            "li nky",
            "Linky",
            "../linky",
            "01234567890123",
        ):
            path = f"{API}/meters/{quote(meter, safe='')}/registers/import_total_wh"
            await client.get(f"{path}?step=day")


@trick("the last word of a meter", never=(b'"values"',))
async def latest(home: House):
    async with home.client() as client:
        for meter in ("linky", "gaz", "garage", "nowhere"):
            await client.get(f"{API}/meters/{meter}/latest")


@trick("which meters, registers and when last seen", sees=b'"last_seen":null')
async def listing(home: House):
    async with home.client() as client:
        await client.get(f"{API}/meters")


@trick("a cursor of another service", sees=b"wrong-cursor", never=(b"another meter",))
async def cursor_of_another(home: House):
    await home.give("other", Held(), Held("live_power", "live"))
    async with home.client("other") as client:
        page = (await client.get(f"{LINKY}?step=day&from=2026-10-01&limit=2")).json()
    assert page["next"]
    async with home.client() as client:
        await client.get(page["next"])


@trick("a cursor of before a narrowing", sees=b"wrong-cursor")
async def cursor_of_before(home: House):
    (consent,) = await home.give("narrowed", Held(history="P1Y"))
    async with home.client("narrowed") as client:
        page = (await client.get(f"{LINKY}?step=day&from=2026-10-01&limit=2")).json()
        home.consents.narrow(consent, Held(history="P1W").choice)
    async with home.client("narrowed") as client:
        await client.get(page["next"])
        await client.get(f"{LINKY}?step=day&from=2026-10-01&limit=2")


@trick("forged and broken cursors", sees=b"wrong-cursor")
async def forged_cursors(home: House):
    subject = "linky/import_total_wh/day/now"
    far = Cursor(0, NOW_MS * 2, NOW_MS - DAY_MS)
    texts = [
        far.text(subject),
        far.text(f"{subject}/civil"),
        far.text(f"{subject}/{home.services['coach']}/99"),
        far.text("linky/import_total_wh/30min/now"),
        far.text("garage/import_total_wh/day/now"),
        "",
        "A" * 44,
        base64.urlsafe_b64encode(bytes(33)).decode(),
    ]
    async with home.client() as client:
        for text in texts:
            await client.get(LINKY, params={"step": "day", "cursor": text})
    details = {body for *_, body in home.said}
    assert len(details) == 1, "a cursor is wrong in one way only"


@trick("a forged cursor of its own, which opens nothing more", never=(b'"2020-',))
async def own_cursor(home: House):
    service = home.services["coach"]
    version = home.consents.service(service).version
    subject = f"linky/import_total_wh/day/now/{service}/{version}"
    for at_ms in (0, NOW_MS - 40 * DAY_MS, NOW_MS - DAY_MS, NOW_MS):
        async with home.client() as client:
            text = Cursor(0, NOW_MS + DAY_MS, at_ms).text(subject)
            await client.get(LINKY, params={"step": "day", "cursor": text, "limit": 3})


@trick("validators and parts: ETag, If-None-Match, Range", sees=b'"value"')
async def validators(home: House):
    async with home.client() as client:
        for headers in (
            {"If-None-Match": "*"},
            {
                "If-None-Match": '"0"',
                "If-Modified-Since": "Mon, 26 Oct 2026 00:00:00 GMT",
            },
            {"Range": "bytes=0-10"},
            {"Accept-Encoding": "gzip, br"},
            {"Want-Digest": "sha-256"},
        ):
            answer = await client.get(f"{LINKY}?step=day", headers=headers)
            assert answer.status_code == 200
            assert not {"etag", "last-modified", "content-encoding"} & {*answer.headers}


@trick(
    "revisions, sources and sizes",
    sees=b'"coverage"',
    never=(b"revision", b"sources", b"enedis"),
)
async def revisions(home: House):
    async with home.client() as client:
        for step in ("day", "month"):
            await client.get(f"{LINKY}?step={step}&from=2026-09-01")
            await client.get(f"{GAS}?step={step}&from=2026-09-01")


@trick("comma-separated values", sees=b"start,end,value", never=(b"revision",))
async def csv(home: House):
    async with home.client() as client:
        for step in STEPS:
            for accept in ("text/csv", "text/csv;q=0.5, */*;q=0.1", "text/html"):
                answer = await client.get(
                    f"{LINKY}?step={step}&limit=3", headers={"Accept": accept}
                )
                assert "etag" not in answer.headers


@trick("other methods", sees=b"method-not-allowed")
async def methods(home: House):
    async with home.client() as client:
        for method in (
            "HEAD",
            "OPTIONS",
            "PUT",
            "PATCH",
            "DELETE",
            "TRACE",
            "PROPFIND",
        ):
            for path in (
                f"{LINKY}?step=day",
                f"{API}/meters",
                f"{API}/meters/garage/latest",
                f"{API}/health",
                f"{API}/live",
            ):
                await client.request(method, path)


@trick("pages of one row, and of too many", sees=b'"next"')
async def limits(home: House):
    async with home.client() as client:
        rows = await paged(client, f"{LINKY}?step=day&from=2026-09-01&limit=1")
        assert len(rows) == 30
        again = await paged(client, f"{LINKY}?step=day&from=2026-09-01&limit=7")
        assert rows == again
        for limit in ("0", "-1", "60000", "60001", "1e3", "", "0x10"):
            await client.get(f"{LINKY}?step=day&from=2026-09-01&limit={limit}")


@trick(
    "meters and registers that aren't its own, and that never were", sees=b"unknown-"
)
async def unknown(home: House):
    asked = len(home.reads.asked)
    async with home.client() as client:
        for meter in ("garage", "garag", "attic", "link", "releve"):
            for end in ("latest", "facts", "registers/import_total_wh?step=day"):
                await client.get(f"{API}/meters/{meter}/{end}")
        for register in (
            "apparent_power_va",
            "apparent_power_v",
            "xyz",
            "gas_energy_wh",
        ):
            await client.get(f"{API}/meters/linky/registers/{register}?step=raw")
    # whatever is not there is not looked for: it takes no more time than what never was
    assert len(home.reads.asked) == asked


@trick("what never was is told in the same words", sees=b"unknown-")
async def same_words(home: House):
    async with home.client() as client:
        pairs = (
            ("meters/garage/latest", "meters/barrow/latest"),
            (
                "meters/linky/registers/apparent_power_va",
                "meters/linky/registers/zpparentzpowerzvz",
            ),
            ("meters/garage/registers/x", "meters/barrow/registers/x"),
            ("live?meter=garage", "live?meter=barrow"),
        )
        for there, never in pairs:
            first = await client.get(f"{API}/{there}")
            second = await client.get(f"{API}/{never}")
            name, other = (one.split("/")[-1] for one in (there, never))
            told = first.text
            for one, two in (("garage", "barrow"), (name, other)):
                told = told.replace(one, two)
            assert (first.status_code, told) == (second.status_code, second.text)


@trick("errors that know more", sees=b"unknown-parameter")
async def errors(home: House):
    async with home.client() as client:
        for query in (
            "step=week",
            "step=RAW",
            "from=soon",
            "from=2026-10-25T02:30:00",
            "from=2026-10-27&to=2026-10-26",
            "to=2300-01-01",
            "frm=1",
            "step=day&step=raw",
            "day=lunar",
            "purpose=all",
            "from=",
        ):
            for path in (LINKY, GAS, f"{API}/meters/linky/registers/tempo_today"):
                await client.get(f"{path}?{query}")


@trick("what is the owner's alone", never=(b'"parts"', b"releve_", b'"openapi":'))
async def owners_alone(home: House):
    async with home.client() as client:
        answers = [
            await client.get(path)
            for path in (
                f"{API}/health",
                "/metrics",
                f"{API}/openapi.json",
                f"{API}/imports",
                f"{API}/imports/1",
                f"{LINKY}/slices",
                f"{LINKY}/reconciliation",
                f"{API}/meters/linky/readings",
                f"{API}/owner/home",
                f"{API}/owner/reads",
                f"{API}/owner/services",
                f"{API}/owner/sessions",
                f"{API}/nothing",
                f"{API}/health/",
                f"{API}/imports?dry_run=1",
                f"{LINKY}/slices?limit=wrong",
                f"{LINKY}/slices?nonsense=1",
            )
        ]
        kinds = {
            (one.status_code, one.json()["type"], one.json()["detail"])
            for one in answers
        }
        assert len(kinds) == 1, kinds
        assert {one.status_code for one in answers} == {404}


@trick("every address there is that isn't a service's", sees=b"nothing is served")
async def every_address(home: House):
    """A route that is new is in this row by being described."""
    told: dict[tuple[str, int, str], str] = {}
    async with home.client() as client:
        for path, ways in describe(home.app, API_VERSION)["paths"].items():
            address = re.sub(r"\{meter\}", "linky", path)
            address = re.sub(r"\{\w+\}", "1", address)
            if address in OPEN or served(address):
                continue
            for way in sorted({*ways, "get"}):
                for query in ("", "?limit=1", "?nonsense=1"):
                    answer = await client.request(way, f"{address}{query}")
                    said = answer.text.replace(address, "")
                    told[way, answer.status_code, said] = address
    assert len({way for way, *_ in told}) == len(told), told
    assert {status for _, status, _ in told} == {404}


@trick("imports and their previews, readings sent in", sees=b"nothing is served")
async def imports(home: House):
    async with home.client() as client:
        for path in (
            f"{API}/imports",
            f"{API}/imports?dry_run=1",
            f"{API}/meters/linky/readings",
            f"{API}/meters/garage/readings",
        ):
            answer = await client.post(path, content=b"")
            assert answer.status_code in (404, 405, 413)
            await client.delete(path)


@trick(
    "too many requests, while the home is busy or not",
    limits=replace(FREE, rate=0.0001, burst=30),
    sees=b"too-many-requests",
)
async def too_many(home: House):
    async with home.client("owner") as owner, home.client() as client:
        if home.other:  # what others ask must not be felt
            for _ in range(20):
                await owner.get(f"{API}/meters")
        while (await client.get(f"{API}/meters/linky/latest")).status_code != 429:
            pass


@trick("the facts of a home, without its contract", sees=b'"facts":[]')
async def facts(home: House):
    async with home.client() as client:
        for kind in ("", "?kind=index", "?kind=device", "?kind=tariff", "?limit=1"):
            await client.get(f"{API}/meters/linky/facts{kind}")


@trick(
    "indexes and devices among the facts of a contract",
    held=(Held("contract", "live"),),
    sees=b'"contract":"HC"',
    never=(b'"index"', b'"device"'),
)
async def facts_of_contract(home: House):
    async with home.client() as client:
        for since in ("", "from=2026-10-26&", "from=2020-01-01&to=2021-01-01&"):
            await client.get(f"{API}/meters/linky/facts?{since}limit=1")


@trick(
    "a pause, and all that fell into it",
    sees=b'"end":"2026-10-28T00:00:00+01:00"',
    never=(b'"start":"2026-10-28T', b'"end":"2026-10-29T'),
)
async def paused(home: House):
    service = home.services["coach"]
    async with home.client() as client:
        home.at(paris("2026-10-28T10:00:00+01:00"))
        home.consents.pause([service])
    async with home.client() as client:
        assert (await client.get(f"{LINKY}?step=day")).status_code == 401
        home.at(paris("2026-10-28T11:00:00+01:00"))
        home.consents.resume([service])
    async with home.client() as client:
        for moment in ("28T12", "29T12", "30T12"):
            home.at(paris(f"2026-10-{moment}:00:00+01:00"))
            for step in STEPS:
                for path in (LINKY, GAS):
                    # what overlaps the pause is in no row, nor in a larger one's
                    await paged(client, f"{path}?step={step}&from=2026-10-20&limit=3")


@trick("what has expired", sees=b"credential-needed")
async def expired(home: House):
    await home.give("short", Held(duration="P1D"))
    async with home.client("short") as client:
        assert (await client.get(f"{LINKY}?step=day")).status_code == 200
    home.at(paris("2026-10-27T00:00:00+01:00"))
    home.consents.expire()
    async with home.client("short") as client:
        await client.get(f"{LINKY}?step=day")
        await client.get(f"{API}/meters")
        await client.get(f"{API}/meters/garage/latest")


@trick("the clock set back after an end", sees=b"credential-needed")
async def clock_back(home: House):
    await home.give("short", Held(duration="P1D"))
    async with home.client("short") as client:
        home.at(paris("2026-10-27T00:00:01+01:00"))
        home.consents.expire()
        home.clock.wall_ms = NOW_MS - 20 * DAY_MS
        for _ in range(3):
            home.consents.expire()
            assert (await client.get(f"{LINKY}?step=day")).status_code == 401


@trick("the clock set back, to have old windows again", sees=b'"value"')
async def clock_back_windows(home: House):
    async with home.client() as client:
        home.at(paris("2026-10-27T12:00:00+01:00"))
        first = await paged(client, f"{LINKY}?step=day&from=2026-01-01")
        home.clock.wall_ms = NOW_MS - 20 * DAY_MS
        again = await paged(client, f"{LINKY}?step=day&from=2026-01-01")
        assert all(row in first for row in again)


@trick("withdrawn, then asked again", sees=b"credential-needed")
async def withdrawn(home: House):
    given = await home.give("gone", Held())
    async with home.client("gone") as client:
        await client.get(f"{LINKY}?step=day")
    home.consents.withdraw(given)
    async with home.client("gone") as client:
        for path in (f"{LINKY}?step=day", f"{API}/meters", f"{API}/grant/readings"):
            assert (await client.get(path)).status_code == 401


@trick("two services of one maker", sees=b'"value"', window="2025-10-26T00:00:00+02:00")
async def one_maker(home: House):
    """Each has its own; the two together are what each was granted, and no more."""
    await home.give("second", Held("energy", "month", history="P1Y"))
    async with home.client() as client, home.client("second") as second:
        for one in (client, second):
            await one.get(f"{API}/meters")
            for step in STEPS:
                await one.get(f"{LINKY}?step={step}&from=2026-09-01")


@trick("its grant, while others come and go", sees=b'"version":')
async def own_grant(home: House):
    async with home.client() as client:
        await client.get(f"{API}/grant")
        if home.other:
            given = await home.give("other", Held(), Held("live_power", "live"))
            home.consents.pause([home.services["other"]])
            home.consents.resume([home.services["other"]])
            home.consents.withdraw(given)
        await client.get(f"{API}/grant")
        await client.get(f"{LINKY}?step=day&limit=2")


@trick("how much is looked up for an answer", sees=b'"value"')
async def looked_up(home: House):
    """What takes time is asked of the same spans, and of none that aren't shown."""
    edge, over = paris("2026-09-26T00:00:00+02:00"), paris("2026-10-26T06:00:00+01:00")
    asked = len(home.reads.asked)
    async with home.client() as client:
        for step in STEPS:
            for bounds in ("from=1970-01-01&to=2027-01-01", "from=2026-10-25", ""):
                for path in (LINKY, GAS):
                    await client.get(f"{path}?step={step}&{bounds}")
    found = home.reads.asked[asked:]
    assert found
    for *_, start_ms, end_ms in found:
        assert edge <= start_ms < end_ms <= over
    home.say("looked up", found)


@trick("its own lines of the read journal", sees=b'"rows":30')
async def own_lines(home: House):
    async with home.client() as client, home.client("owner") as owner:
        await client.get(f"{LINKY}?step=day&from=2026-09-01")
        if home.other:
            await owner.get(f"{LINKY}?step=day")
        await client.get(f"{API}/grant/readings")


@trick("places taken by others' questions", sees=b'"value"')
async def places(home: House):
    """In one home the owner's question holds a place, and is not answered yet."""
    begun, answered = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def held(reads):
        reads.gate = None
        loop.call_soon_threadsafe(begun.set)
        answered.wait(20)

    async with home.client("owner") as owner, home.client() as client:
        others = None
        if home.other:
            home.reads.gate = held
            others = asyncio.create_task(owner.get(f"{LINKY}?step=day"))
            await begun.wait()
        for _ in range(4):
            await client.get(f"{LINKY}?step=day&limit=2")
        answered.set()
        if others is not None:
            assert (await others).status_code == 200


@trick(
    "the last word, polled while what is hidden changes",
    held=(Held("live_power", "live", channels=("rest", "sse")),),
    sees=b'"apparent_power_va":704',
    never=(b"tempo", b"max_power"),
)
async def last_word(home: House):
    async with home.client() as client:
        for n in range(1, 5):
            at_ms = NOW_MS + n * 1_000
            hidden = {"tempo_today": 1 + home.other, "max_power_today_va": 900 + n}
            word = {"apparent_power_va": 700 + n, **hidden}
            home.bus.publish(Sample("linky", at_ms, word))
            for i in range(9 if home.other else 1):
                home.bus.publish(Event("linky", at_ms + i, EventKind.CORRECTION, {}))
                home.bus.publish(Sample("garage", at_ms + i, word))
            for path in ("meters/linky/latest", "meters", "meters/garage/latest"):
                await client.get(f"{API}/{path}")


@trick(
    "a contract's dates, at any bounds",
    held=(Held("contract", "live"),),
    sees=b'"contract":"HC"',
)
async def contract_bounds(home: House):
    async with home.client() as client:
        for suffix in ("Z", "+14:00", "-12:00", "+02:00"):
            for day in ("2025-01-01", "2026-09-25", "2026-10-25", "2026-10-26"):
                since = f"{day}T02:30:00.001{suffix}"
                for more in ({}, {"to": f"2026-10-26T11:00:00{suffix}"}):
                    params = {"from": since, **more}
                    await client.get(f"{API}/meters/linky/facts", params=params)


@trick("cost and carbon, by whatever name", never=(b'"value"', b'"openapi":'))
async def cost_and_carbon(home: House):
    """None is derived yet; the first that is brings its rows here."""
    asked = len(home.reads.asked)
    async with home.client() as client:
        for name in (
            *("cost_eur", "import_cost_eur", "import_total_eur", "import_cost_ct"),
            *("co2_g", "import_co2_g", "carbon_g", "import_total_co2_g", "price_eur"),
        ):
            for step in ("30min", "day", "month"):
                path = f"{API}/meters/linky/registers/{name}"
                answer = await client.get(f"{path}?step={step}")
                assert answer.status_code == 404
        for path in ("cost", "carbon", "tariff", "meters/linky/cost"):
            assert (await client.get(f"{API}/{path}")).status_code == 404
        for asks in ("unit=EUR", "cost=1", "carbon=1", "weighted=co2"):
            answer = await client.get(f"{LINKY}?step=day&{asks}")
            assert answer.status_code == 422, answer.text
    assert len(home.reads.asked) == asked
    assert not [one.unit for one in CATALOGUE.values() if one.unit in MONEY]


FINER = {
    Step.MIN30: ("raw", "1min"),
    Step.HOUR: ("raw", "1min", "30min"),
    Step.MONTH: ("raw", "1min", "30min", "hour", "day"),
}


def _at_grain(grain: Step) -> None:
    """The rows that ask everything of a service of another grain."""
    held = (
        Held("energy", grain.value, history="P1Y"),
        Held("energy", grain.value, "gaz", "gas", history="P1Y"),
    )
    window = "2025-10-26T00:00:00+02:00"
    if grain is Step.MONTH:
        window = "2025-11-01T00:00:00+01:00"

    async def everything(home: House):
        async with home.client() as client:
            for moment in ("26T12:17", "26T12:31", "26T12:36", "27T06:59", "27T07:00"):
                home.at(paris(f"2026-10-{moment}:00+01:00"))
                for step, path in product(STEPS, (LINKY, GAS)):
                    await client.get(f"{path}?step={step}&from=2026-10-20")
            for step, path, why in product(STEPS, (LINKY, GAS), ("own", "bill")):
                asked = f"{path}?step={step}&from=2026-10-20&limit=3"
                await client.get(f"{asked}&purpose={why}")

    async def finer(home: House):
        async with home.client() as client:
            for step in FINER[grain]:
                page = (await client.get(f"{LINKY}?step={step}&from=2026-01-01")).json()
                assert page["rows"] == []

    for name, how in (("all steps and times", everything), ("finer steps", finer)):
        TRICKS.append(Attack("rest", f"{name} by {grain}", how, held, grain, window))


for _grain in FINER:
    _at_grain(_grain)


BIG = f"{LINKY}?step=30min&from=2025-11-01&limit=60000"
HALVES = (Held("energy", "30min", history="P1Y"),)


@trick(
    "sizes: how an answer is cut into chunks",
    held=HALVES,
    grain=Step.MIN30,
    window="2025-10-26T00:00:00+02:00",
    sees=b'"value"',
)
async def chunks(home: House):
    """As the bytes come: of chunks, the client that others use tells nothing."""
    host, _, port = home.address.rpartition(":")
    for accept in ("application/json", "text/csv"):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"GET {BIG} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
            f"Authorization: Bearer {home.tokens['coach']}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode())
        said = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert b"transfer-encoding: chunked" in said.lower()
        home.say(re.sub(rb"date: [^\r]+", b"", said, flags=re.IGNORECASE))


def _cut_under_way(name: str, change) -> None:
    """A row in which something ends while a long answer is being read."""

    async def how(home: House):
        def gate(reads):
            if len(reads.asked) == asked + 3:  # the first slices are on their way
                change(home)

        async with home.client("owner") as whole:
            rows = (await whole.get(BIG)).json()["rows"]
        got, asked = b"", len(home.reads.asked)
        home.reads.gate = gate
        with suppress(httpx.TransportError):
            async with (
                home.client() as client,
                client.stream("GET", BIG) as answer,
            ):
                async for part in answer.aiter_raw():
                    got += part
            raise AssertionError("the answer looks whole")
        home.reads.gate = None
        assert got.count(b'"value"') < len(rows) / 2
        async with home.client() as client:
            await client.get(f"{LINKY}?step=30min&from=2026-10-26&limit=2")

    TRICKS.append(
        Attack(
            "rest", f"a long answer, {name}", how, HALVES, Step.MIN30,
            "2025-10-26T00:00:00+02:00",
        )
    )  # fmt: skip


def _withdraw(home: House) -> None:
    home.consents.withdraw([one.id for one in held_by(home)])


def _narrow(home: House) -> None:
    (one,) = held_by(home)
    home.consents.narrow(one.id, Held("energy", "day", history="P30D").choice)


def _pause(home: House) -> None:
    home.consents.pause([home.services["coach"]])


def _expire(home: House) -> None:
    home.at(paris("2027-10-27T00:00:00+02:00"))
    home.consents.expire()


def held_by(home: House):
    return [
        one
        for one in home.consents.standing.of(home.services["coach"])
        if one.ended_ms is None
    ]


for _name, _change in (
    ("withdrawn under way", _withdraw),
    ("narrowed under way", _narrow),
    ("paused under way", _pause),
    ("expired under way", _expire),
):
    _cut_under_way(_name, _change)
