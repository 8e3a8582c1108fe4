"""The drop folder: a file is taken once it is whole, then moved, with a word."""

from __future__ import annotations

import pytest
from importing_home import curve

from edge.errors import DiskFull
from edge.importing.folder import DONE, LISTED, REFUSED, Folder, word
from edge.importing.report import Report
from exports.said import Refused


@pytest.fixture
def folder(house, tmp_path):
    made = Folder(tmp_path / "import", house.importer)
    made._make()
    return made


def names(folder, where):
    return sorted(path.name for path in (folder.directory / where).iterdir())


async def test_a_file_is_taken_once_it_has_stopped_growing(folder, house):
    path = folder.directory / "courbe.csv"
    whole = curve([460, 500])
    path.write_bytes(whole[:300])
    assert await folder.look() == 0
    path.write_bytes(whole)
    assert await folder.look() == 0
    assert await folder.look() == 1
    assert len(house.slices()) == 2
    assert names(folder, DONE) == ["courbe.csv", "courbe.csv.txt"]
    said = (folder.directory / DONE / "courbe.csv.txt").read_text("utf-8")
    assert "2 nouvelles valeurs" in said
    assert "2 new values" in said
    assert "`releve import undo 1`" in said
    assert await folder.look() == 0


async def test_a_file_that_is_refused_is_moved_with_its_reason_in_both(folder):
    (folder.directory / "a.csv").write_text("<html>maintenance</html>")
    await folder.look()
    assert await folder.look() == 1
    assert names(folder, REFUSED) == ["a.csv", "a.csv.txt"]
    said = (folder.directory / REFUSED / "a.csv.txt").read_text("utf-8")
    assert "Refusé : c'est une page web" in said
    assert "Refused: this is a web page" in said


async def test_rows_that_were_refused_are_listed(folder):
    (folder.directory / "a.csv").write_bytes(curve([460, -5]))
    await folder.look()
    await folder.look()
    said = (folder.directory / DONE / "a.csv.txt").read_text("utf-8")
    assert "ligne 5" in said
    assert "line 5" in said


async def test_a_name_that_is_there_already_stays(folder):
    for values in ([460], [470]):
        (folder.directory / "a.csv").write_bytes(curve(values))
        await folder.look()
        await folder.look()
    assert names(folder, DONE) == ["2-a.csv", "2-a.csv.txt", "a.csv", "a.csv.txt"]


async def test_links_hidden_and_unfinished_files_are_left_alone(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(curve([460]))
    (folder.directory / "link.csv").symlink_to(secret)
    (folder.directory / ".hidden.csv").write_bytes(curve([460]))
    (folder.directory / "a.csv.part").write_bytes(curve([460]))
    (folder.directory / "directory").mkdir()
    await folder.look()
    assert await folder.look() == 0
    assert (folder.directory / "link.csv").is_symlink()
    assert secret.exists()


async def test_a_full_disk_leaves_it_for_the_next_look(folder, house, monkeypatch):
    (folder.directory / "a.csv").write_bytes(curve([460]))

    async def full(*_):
        raise DiskFull("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(type(house.journal), "take_import", full)
        await folder.look()
        assert await folder.look() == 0
    assert await folder.look() == 1


async def test_a_file_that_can_not_be_read_is_said_once_and_passed_over(
    folder, monkeypatch, caplog
):
    path = folder.directory / "Enedis_01234567890123.csv"
    path.write_bytes(curve([460]))

    def closed(_path):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("edge.importing.folder._bytes", closed)
        for _ in range(4):
            assert await folder.look() == 0
    assert caplog.text.count("can't be read") == 1
    assert "01234567890123" not in caplog.text
    path.write_bytes(curve([460, 500]))
    await folder.look()
    assert await folder.look() == 1


def test_no_more_rows_are_listed_than_someone_reads():
    rows = tuple(Refused(f"line {n}", "negative", "no") for n in range(LISTED + 5))
    said = word(Report("a.csv", refused=rows))
    assert said.count("line ") == LISTED
    assert said.count("  …") == 2
