"""A running service writes extracts and takes packs; its databases are left alone."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager

import pytest
from packed_house import PackedHouse, table

from cli.draft import draft
from edge.commands import CommandRefused, TakePack, WriteExtract
from edge.config import load_config
from edge.consent.terms import Grain
from edge.health import PartHealth
from edge.importing.staged import STAGED
from edge.portability import door, home
from edge.portability.carrying import EXTRACTS
from edge.portability.extract import Cut
from edge.portability.extracting import Wanted
from edge.portability.refusal import PackRefused
from edge.portability.sealed import Sealing
from edge.portability.writing import HomePack
from edge.service.control import ask
from edge.service.service import Service

PHRASE = "four words nobody guesses"
WANTED = Wanted("Coach", "c@example.fr", "Conseils", Cut(Grain.DAY, 0, 1 << 42))


class Silent:
    meters = ("linky",)
    beat_ns = 0

    async def __aiter__(self):
        await asyncio.Event().wait()
        yield

    def health(self):
        return PartHealth("source:linky", ok=True)


@pytest.fixture
def config(tmp_path):
    def config(name):
        path = tmp_path / f"{name}.toml"
        path.write_text(
            f'data_dir = "{tmp_path}/{name}"\n[api]\nlisten = "127.0.0.1:0"\n'
            '[imports]\nfolder = ""\n'
            f'[[meters]]\nid = "linky"\nport = "{tmp_path}/none"\n'
            '[[meters]]\nid = "gas"\nkind = "gazpar"\n'
            '[[meters]]\nid = "water"\nkind = "water"\n'
        )
        return load_config(path)

    return config


@asynccontextmanager
async def running(settings):
    stop = asyncio.Event()
    task = asyncio.create_task(Service(settings, sources=[Silent()]).run(stop))
    while not (settings.data_dir / "control.sock").exists():
        await asyncio.sleep(0.01)
        assert not task.done(), task.exception()
    yield
    stop.set()
    await task


@pytest.fixture
async def lived(tmp_path, config):
    """The configuration of a home in which three fluids were counted."""
    house = PackedHouse(tmp_path / "old")
    await house.live(halves=48 * 3)
    house.close()
    return config("old")


def quiet(_step, _part):
    pass


def sealed(settings, path):
    with home.opened(settings) as found, draft(path) as to:
        sealing = Sealing(to, PHRASE)
        list(HomePack(found).steps(sealing))
        sealing.close()


def readings(settings):
    to = io.BytesIO()
    with home.opened(settings) as found:
        list(HomePack(found).steps(to))
    return table(to.getvalue())


async def test_a_home_is_written_while_its_service_runs(lived, tmp_path):
    before = readings(lived)
    async with running(lived):
        now = await asyncio.to_thread(readings, lived)
    assert now == before
    assert not (tmp_path / "old" / home.ASIDE).exists()


async def test_a_running_service_takes_a_pack(lived, config, tmp_path):
    pack, new = tmp_path / "home.releve", config("next")
    sealed(lived, pack)
    async with running(new):
        taken = await asyncio.to_thread(door.take, new, pack, PHRASE, quiet)
    assert taken.rows == len(readings(lived))
    assert readings(new) == readings(lived)
    assert not list((tmp_path / "next" / STAGED).iterdir())


async def test_a_running_service_takes_nothing_by_a_wrong_passphrase(
    lived, config, tmp_path
):
    pack, new = tmp_path / "home.releve", config("next")
    sealed(lived, pack)
    async with running(new):
        with pytest.raises(PackRefused, match="passphrase is wrong"):
            await asyncio.to_thread(door.take, new, pack, "another phrase", quiet)
    assert readings(new) == []
    assert not list((tmp_path / "next" / STAGED).iterdir())


async def test_a_running_service_writes_an_extract(lived, tmp_path):
    alone, by_service = io.BytesIO(), io.BytesIO()
    async with running(lived):
        asked = (lived, WANTED, by_service, quiet)
        told = await asyncio.to_thread(door.written, *asked)
    door.written(lived, WANTED, alone, quiet)
    assert len(told["receipts"]) == 3
    assert table(by_service.getvalue()) == table(alone.getvalue())
    assert not list((tmp_path / "old" / EXTRACTS).iterdir())


async def test_what_a_cut_left_is_gone_when_the_service_starts(lived):
    for name in (home.ASIDE, EXTRACTS):
        (lived.data_dir / name).mkdir()
        (lived.data_dir / name / "half").write_text("readings")
    async with running(lived):
        assert not (lived.data_dir / home.ASIDE).exists()
        assert not (lived.data_dir / EXTRACTS).exists()


@pytest.mark.parametrize("name", ["../old/journal.db", "x" * 31, "/etc/passwd", ""])
async def test_no_other_file_is_written_or_taken(lived, name):
    async with running(lived):
        for command in (
            WriteExtract(name, "a", "b", "c", "day", 0, 1, [], ["energy"], "en"),
            TakePack(name),
        ):
            with pytest.raises(CommandRefused, match=r"no name|no staged"):
                await asyncio.to_thread(ask, lived.data_dir, command)


async def test_what_the_service_refuses_is_said(lived):
    async with running(lived):
        for granularity, classes in (("second", ["energy"]), ("day", ["everything"])):
            asked = WriteExtract(
                *("0" * 32, "a", "b", "c", granularity, 0, 1, [], classes, "en")
            )
            with pytest.raises(CommandRefused, match="is not a valid"):
                await asyncio.to_thread(ask, lived.data_dir, asked)
