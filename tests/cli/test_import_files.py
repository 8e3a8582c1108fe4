"""`releve import`: preview, import, list, and back; with a service or without."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest
from typer.testing import CliRunner

from cli.import_files import app as importing
from cli.main import app
from edge.config import load_config
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.importing.door import Service, opened
from edge.importing.reading import Asked
from edge.importing.staged import STAGED, fetch, stage
from edge.service.service import Service as Running

PRM = "01234567890123"
CURVE = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    f"{PRM};Courbe de charge;01/01/2023;01/01/2024;Energie active;Consommation;"
    "Comptage Brut;W;30\nHorodate;Valeur\n"
    "2023-01-01T00:30:00+01:00;460\n"
    "2023-01-01T01:00:00+01:00;500\n"
)
BAD = CURVE + "2023-01-01T01:30:00+01:00;-7\n"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(
        f'data_dir = "{tmp_path}/data"\n[api]\nlisten = "127.0.0.1:0"\n'
        f'[imports]\nfolder = ""\n'
        f'[[meters]]\nid = "linky"\nport = "{tmp_path}/none"\n'
        f'[[meters]]\nid = "eau"\nkind = "water"\n'
    )
    return path


@pytest.fixture
def run(config):
    def run(*words, language="en"):
        env = {"LC_ALL": f"{language}_FR.UTF-8", "LC_MESSAGES": "", "LANG": ""}
        words = [*map(str, words), "--config", str(config)]
        return CliRunner().invoke(app, ["import", *words], env=env)

    return run


@pytest.fixture
def curve(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text(CURVE)
    return path


def test_a_preview_makes_nothing_not_even_a_journal(run, curve, tmp_path):
    result = run("--dry-run", curve)
    assert result.exit_code == 0, result.output
    assert "2 new" in result.output
    assert "nothing was imported" in result.output
    assert not (tmp_path / "data").exists()


def test_a_file_is_imported_listed_and_taken_back(run, curve):
    assert "Imported as number 1" in run(curve).output
    assert "Nothing to change" in run(curve).output
    assert "enedis-load-curve  +2 ~0 =0 !0  curve.csv" in run("list").output
    assert "2 values withdrawn" in run("undo", 1).output
    assert "(undone)" in run("list").output
    again = run("undo", 1)
    assert again.exit_code == 1
    assert "was undone before" in again.output
    assert "2 new" in run("files", curve).output


def test_a_household_reads_french(run, curve, tmp_path):
    curve.write_text(BAD)
    page = tmp_path / "page.csv"
    page.write_text("<html>maintenance</html>")
    said = run(curve, page, language="fr").output
    assert "2 nouvelles, 0 changées, 0 inchangées, 1 refusées" in said
    assert "ligne 6 : une consommation ne peut être négative" in said
    assert "Courbe de charge soutirée" in said
    assert "total 480 Wh" in said
    assert "page.csv : refusé. C'est une page web" in said


def test_nothing_was_imported_is_said(run):
    assert "No file was imported." in run("list").output


def test_json_is_one_object_a_file(run, curve, tmp_path):
    curve.write_text(BAD)
    none = tmp_path / "none.csv"
    result = run("--json", curve, none)
    assert result.exit_code == 1
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {
        "file": str(curve),
        "format": "enedis-load-curve",
        "series": [
            {
                "meter": "linky",
                "register": "import_load_curve_w",
                "from": "2023-01-01T00:00:00+01:00",
                "to": "2023-01-01T01:00:00+01:00",
                "rows": 2,
                "total": 480,
                "unit": "Wh",
            }
        ],
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "refused": [{"where": "line 6", "reason": "negative"}],
    }
    assert second == {
        "file": str(none),
        "format": None,
        "series": [],
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "refused": [{"where": "file", "reason": "unreadable"}],
    }


def test_the_exit_status_says_what_was_refused(run, curve, tmp_path):
    assert run(curve).exit_code == 0
    bad = tmp_path / "bad.csv"
    bad.write_text(BAD)
    assert run(bad).exit_code == 3
    page = tmp_path / "page.csv"
    page.write_text("<html></html>")
    assert run(curve, page, bad).exit_code == 1


def test_many_refused_rows_are_not_all_listed(run, curve):
    rows = [
        f"2023-01-01T{h:02}:{m}:00+01:00;-7\n" for h in range(2, 24) for m in (0, 30)
    ]
    curve.write_text(CURVE + "".join(rows).replace(":0:00", ":00:00"))
    said = run(curve).output
    assert said.count("    line ") == 20
    assert "and 24 more" in said


def test_a_meter_can_be_named_and_a_table_described(run, tmp_path):
    table = tmp_path / "eau.csv"
    table.write_text("Date;Conso\n2026-01-01;1,5\n2026-01-02;2\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'fluid = "water"\nquantity = "volume_l"\nunit = "m3"\n'
        'time = "Date"\nvalue = "Conso"\nstep = "day"\n'
    )
    result = run(table, "--mapping", mapping, "--meter", "eau")
    assert "total 3,500 L" in result.output
    wrong = run(table, "--mapping", mapping, "--meter", "linky")
    assert wrong.exit_code == 1
    assert "counts electricity" in wrong.output
    lost = run(table, "--mapping", tmp_path / "none.toml")
    assert isinstance(lost.exception, EdgeError)


def test_its_help_names_what_it_is_for():
    for words in (["--help"], ["files", "--help"], ["undo", "--help"]):
        result = CliRunner().invoke(importing, words)
        assert result.exit_code == 0
        assert re.search("import|Import", result.output)


@asynccontextmanager
async def running(config):
    stop = asyncio.Event()
    settings = load_config(config)
    task = asyncio.create_task(Running(settings, sources=[Silent()]).run(stop))
    while not (settings.data_dir / "control.sock").exists():
        await asyncio.sleep(0.01)
        assert not task.done(), task.exception()
    yield settings
    stop.set()
    await task


class Silent:
    meters = ("linky",)
    beat_ns = 0

    async def __aiter__(self):
        await asyncio.Event().wait()
        yield

    def health(self):
        return PartHealth("source:linky", ok=True)


def silent(_step, _part):
    pass


async def test_the_running_service_imports_what_is_staged_for_it(config):
    async with running(config) as settings, opened(settings) as door:
        assert isinstance(door, Service)
        preview = await door.take(BAD.encode(), Asked("a.csv", dry_run=True), silent)
        assert (preview.new, len(preview.refused)) == (2, 1)
        assert preview.series[0].total == 480
        report = await door.take(CURVE.encode(), Asked("a.csv"), silent)
        assert report.number == 1
        done = await door.undo(1)
        assert done.withdrawn == 2
        with pytest.raises(EdgeError, match="was undone before"):
            await door.undo(1)
        assert not list((settings.data_dir / STAGED).iterdir())


@pytest.mark.parametrize("name", ["../journal.db", "x" * 32, "/etc/passwd", ""])
def test_only_what_was_staged_is_fetched(tmp_path, name):
    (tmp_path / "journal.db").write_text("secret")
    with pytest.raises(EdgeError):
        fetch(tmp_path, name)
    assert (tmp_path / "journal.db").exists()


def test_what_is_staged_is_private_and_taken_once(tmp_path):
    name = stage(tmp_path, b"hello")
    assert (tmp_path / STAGED / name).stat().st_mode & 0o077 == 0
    assert fetch(tmp_path, name) == b"hello"
    with pytest.raises(EdgeError):
        fetch(tmp_path, name)


def test_options_may_stand_before_the_command(config, curve):
    env = {"LC_ALL": "en_FR.UTF-8", "LC_MESSAGES": "", "LANG": ""}
    first = ["import", "--config", str(config)]
    taken = CliRunner().invoke(app, [*first, "--meter", "linky", str(curve)], env=env)
    assert "Imported as number 1" in taken.output
    listed = CliRunner().invoke(app, [*first, "list"], env=env)
    assert "curve.csv" in listed.output
    undone = CliRunner().invoke(app, [*first, "undo", "1"], env=env)
    assert "2 values withdrawn" in undone.output
