"""The service and its commands with a real InfluxDB: ready, asked, frozen, parked."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
import urllib.error

import pytest

from edge.stores.influx.parked import Parking
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real import influxd as real
from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

RAW = "/api/v1/meters/linky/registers/apparent_power_va?step=raw&limit=60000"


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    running = real.Influxd(real.need(), tmp_path_factory.mktemp("influxd"))
    running.start()
    yield running
    running.process.send_signal(signal.SIGCONT)
    running.kill()


@pytest.fixture
async def home(tmp_path, influxd):
    home = Home(tmp_path)
    with home.config.open("a") as file:
        file.write(
            f'[store]\nengine = "influxdb"\n[influxdb]\nurl = "{influxd.url}"\n'
            f'bucket = "{tmp_path.name.replace("_", "-")[:40]}"\n'
        )
    line = PtyLine(
        VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000),
        link=home.tic,
    )
    speaking = asyncio.create_task(line.run())
    yield home
    home.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def command(home, *words, given=""):
    return await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, *words, "--config", str(home.config)],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def influx(report):
    return next(part for part in report["parts"] if part["name"] == "influxdb")


async def init(home, influxd):
    """Make it ready; the first of this module's tests sets the InfluxDB up."""
    if influxd.token:
        return await command(home, "store", "init", given=influxd.token + "\n")
    done = await command(home, "store", "init")
    influxd.token = (home.data / "influx.admin").read_text().split('"')[-2]
    return done


async def test_it_is_made_ready_by_one_command_twice_and_answers(home, influxd):
    early = await command(home, "store", "parked")
    assert early.stdout == "No point is parked.\n"
    done = await init(home, influxd)
    assert done.returncode == 0, done.stderr
    again = await init(home, influxd)
    assert again.returncode == 0, again.stderr
    assert "works" in again.stdout
    for name in ("influx.token", "influx.admin"):
        assert (home.data / name).stat().st_mode & 0o777 == 0o600
    token = (home.data / "influx.token").read_text().strip()
    assert token not in done.stdout + done.stderr + again.stdout + again.stderr
    home.start()
    await home.until("/api/v1/health", lambda r: influx(r)["counters"]["requests"] > 0)
    await home.until(RAW, lambda page: len(page["rows"]) > 3)
    report = await home.until("/api/v1/health", lambda r: influx(r)["ok"])
    assert influx(report)["gauges"]["parked"] == 0
    code, took_s = await asyncio.to_thread(home.stop)
    assert code == 0
    assert took_s < 5
    assert token not in home.said


async def test_one_that_was_set_up_before_wants_an_operator_s_token(home, influxd):
    await init(home, influxd)
    (home.data / "influx.admin").unlink(missing_ok=True)
    (home.data / "influx.token").unlink(missing_ok=True)
    none = await command(home, "store", "init")
    assert none.returncode == 2
    assert "operator's token" in none.stderr
    wrong = await command(home, "store", "init", given="wrong\n")
    assert wrong.returncode == 2
    assert "doesn't take this token" in wrong.stderr
    right = await command(home, "store", "init", given=influxd.token + "\n")
    assert right.returncode == 0, right.stderr
    assert not (home.data / "influx.admin").exists()
    assert (home.data / "influx.token").exists()


async def test_a_silent_influxdb_delays_neither_start_nor_stop(home, influxd):
    await init(home, influxd)
    influxd.process.send_signal(signal.SIGSTOP)
    try:
        home.start()
        await home.until("/api/v1/meters/linky/latest", lambda a: a["values"])
        asking = asyncio.create_task(asyncio.to_thread(home.get, RAW))
        await asyncio.sleep(0)  # the request is on its way, or will find nobody
        code, took_s = await asyncio.to_thread(home.stop)
        with pytest.raises((urllib.error.URLError, OSError)):
            await asking
    finally:
        influxd.process.send_signal(signal.SIGCONT)
    assert code == 0, home.said
    assert took_s < 5
    assert "Traceback" not in home.said


async def test_without_it_the_api_says_so_and_the_journal_goes_on(home, influxd):
    await init(home, influxd)
    text = home.config.read_text()
    home.config.write_text(text.replace(influxd.url, "http://127.0.0.1:9"))
    home.start()
    report = await home.until(
        "/api/v1/health", lambda r: influx(r)["counters"]["failures"] > 0
    )
    assert "doesn't answer" in influx(report)["detail"]
    with pytest.raises(urllib.error.HTTPError) as told:
        await asyncio.to_thread(home.get, RAW)
    assert told.value.code == 503
    assert b"store-unavailable" in told.value.read()
    await home.until("/api/v1/health", accepted(5))
    code, took_s = await asyncio.to_thread(home.stop)
    assert code == 0
    assert took_s < 5


def accepted(count):
    def true(report):
        journal = next(p for p in report["parts"] if p["name"] == "journal")
        return journal["counters"]["accepted"] > count

    return true


async def test_parked_points_are_listed_sent_again_and_forgotten(home, influxd):
    await init(home, influxd)
    bucket = f"{home.config.parent.name.replace('_', '-')[:40]}_raw"
    at = time.time_ns() // 1_000_000
    parking = Parking(home.data / "parked.db")
    parking.park(bucket, [f"electricity,meter=linky good=1i {at}"], "was wrong once")
    parking.park(bucket, ["no line at all"], "unable to parse it")
    parking.close()
    listed = await command(home, "store", "parked")
    assert "was wrong once" in " ".join(listed.stdout.split())
    retried = await command(home, "store", "parked", "--retry")
    assert "1 of 2 were taken" in retried.stdout
    dropped = await command(home, "store", "parked", "--drop")
    assert "1 forgotten" in dropped.stdout
    assert (await command(home, "store", "parked")).stdout == "No point is parked.\n"


async def test_one_command_rebuilds_both_stores_with_a_backup(home, influxd, tmp_path):
    await init(home, influxd)
    home.start()
    await home.until(RAW, lambda page: len(page["rows"]) > 3)
    archive = tmp_path / "home.tar.gz"
    made = await command(home, "backup", str(archive))
    assert made.returncode == 0, made.stderr
    done = await command(home, "store", "rebuild", "--backup", str(archive))
    assert done.returncode == 0, done.stderr
    await home.until(RAW, lambda page: len(page["rows"]) > 3)
    none = await command(home, "store", "rebuild", "--backup", str(tmp_path / "none"))
    assert none.returncode == 2
    assert "there is no archive" in none.stderr


async def test_without_its_table_the_commands_say_what_to_add(home):
    text = home.config.read_text()
    home.config.write_text(text.partition("[store]")[0])
    for words in (("store", "init"), ("store", "parked")):
        done = await command(home, *words)
        assert done.returncode == 2
        assert "[influxdb]" in done.stderr
