"""`releve erase` asks a running home, says what would go, and asks for a word."""

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from edge.service.control import ControlServer
from edge.service.owner import Owner

sys.path.insert(0, str(Path(__file__).parents[1] / "edge" / "erasure"))

from erased_home import HOUR, MIDNIGHT, Home

PERIOD = ("--from", "2026-03-03T10:00:00", "--to", "2026-03-03T12:00:00")
LINKY = ("erase", "--meter", "linky")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    made = Home(tmp_path / "data")
    config = tmp_path / "releve.toml"
    config.write_text(
        f'data_dir = "{tmp_path / "data"}"\n'
        '[[meters]]\nid = "linky"\nport = "/dev/null"\n'
    )
    made.words = ("--config", str(config))
    yield made
    made.close()


@asynccontextmanager
async def running(home):
    """Run of a service what a command reaches."""
    await home.live(0, 26)
    hub = home.hub
    owner = Owner(
        *(hub.journal, hub.gates, hub.reads, hub.bus, hub.clock),
        rebuild=hub.rebuild,
        erasure=home.erasure,
    )
    server = ControlServer(home.config.data_dir, owner)
    parts = [asyncio.create_task(one()) for one in (server.run, home.erasure.run)]
    await server.ready.wait()
    try:
        yield
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def said(home, *words, typed=None):
    async with running(home):
        return await asyncio.to_thread(
            CliRunner().invoke, app, [*words, *home.words], input=typed
        )


def left(home):
    start, end = MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR
    return [at for at in home.instants() if start <= at < end]


async def test_a_period_goes_once_the_word_is_typed(home):
    result = await said(home, *LINKY, *PERIOD, typed="erase\n")
    assert result.exit_code == 0, result.output
    assert "Erased everywhere at your home." in result.output
    assert "What remains: the indexes just before and just after" in result.output
    assert (left(home), len(home.instants())) == ([], 24 * 60)


@pytest.mark.parametrize("typed", ["\n\n\nno\n", "yes\n"])
async def test_without_the_word_nothing_goes(home, typed):
    result = await said(home, *LINKY, *PERIOD, typed=typed)
    assert result.exit_code == 1
    assert "Nothing is erased." in result.output
    assert len(left(home)) == 120


async def test_a_dry_run_asks_for_nothing(home):
    result = await said(home, *LINKY, *PERIOD, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "This will be erased:" in result.output
    assert len(left(home)) == 120


async def test_it_speaks_french_where_the_household_does(home, monkeypatch):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    result = await said(home, *LINKY, *PERIOD, typed="effacer\n")
    assert "Effacé partout chez vous." in result.output
    assert left(home) == []


async def test_all_goes_by_a_word_of_its_own(home):
    result = await said(home, "erase", "--all", "--yes")
    assert result.exit_code == 0, result.output
    assert home.instants() == []


async def test_without_a_service_it_erases_itself(home):
    await home.live(0, 26)
    home.close()
    result = await asyncio.to_thread(
        CliRunner().invoke, app, [*LINKY, *PERIOD, "--yes", *home.words]
    )
    assert result.exit_code == 0, result.output
    home.open()
    assert (left(home), len(home.instants())) == ([], 24 * 60)
    assert await home.erasure.work() is False


async def test_what_only_the_service_reaches_is_left_to_it(home, tmp_path):
    await home.live(0, 26)
    home.close()
    with (tmp_path / "releve.toml").open("a") as config:
        config.write('[mqtt]\nurl = "mqtt://127.0.0.1:1"\n')
    result = await asyncio.to_thread(
        CliRunner().invoke, app, [*LINKY, *PERIOD, "--yes", *home.words]
    )
    assert result.exit_code == 3, result.output
    assert "broker: done by the service, when it starts" in result.output
    (stone,) = home.open().journal.erased()
    assert stone.finished_ms is None
    assert left(home) == []


@pytest.mark.parametrize("words", [("erase",), ("erase", "--all", "--meter", "linky")])
async def test_what_to_erase_must_be_said(home, words):
    result = CliRunner().invoke(app, [*words, *home.words])
    assert result.exit_code
    assert "say what to erase" in str(result.exception)
