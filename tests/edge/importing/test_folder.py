"""The drop folder: a file is taken once it is whole, then moved, with a word."""

from __future__ import annotations

import os

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


async def test_hidden_and_unfinished_files_and_directories_are_left_alone(folder):
    (folder.directory / ".hidden.csv").write_bytes(curve([460]))
    (folder.directory / "a.csv.part").write_bytes(curve([460]))
    (folder.directory / "directory").mkdir()
    await folder.look()
    assert await folder.look() == 0
    assert sorted(path.name for path in folder.directory.iterdir()) == [
        ".hidden.csv",
        "a.csv.part",
        "directory",
        DONE,
        REFUSED,
    ]


async def test_a_link_and_a_pipe_are_refused_without_being_opened(
    folder, house, tmp_path
):
    secret = tmp_path / "secret"
    secret.write_bytes(curve([460]))
    (folder.directory / "link.csv").symlink_to(secret)
    os.mkfifo(folder.directory / "pipe.csv")
    await folder.look()
    assert await folder.look() == 2
    assert names(folder, REFUSED) == [
        *("link.csv", "link.csv.txt", "pipe.csv", "pipe.csv.txt")
    ]
    said = (folder.directory / REFUSED / "link.csv.txt").read_text("utf-8")
    assert "Refusé : ce n'est pas un fichier ordinaire" in said
    assert house.slices() == []
    assert secret.exists()


async def test_a_file_that_is_written_while_it_is_read_waits(
    folder, house, monkeypatch
):
    path = folder.directory / "a.csv"
    path.write_bytes(curve([460]))
    await folder.look()
    read = os.read

    def growing(*arguments):
        with path.open("ab") as file:
            file.write(b"2023-01-01T02:00:00+01:00;470\n")
        return read(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("edge.importing.plain_file.os.read", growing)
        assert await folder.look() == 0
    assert house.slices() == []
    await folder.look()
    assert await folder.look() == 1


@pytest.mark.parametrize("name", [DONE, "a.csv.txt"])
async def test_nobody_who_may_put_a_file_there_chooses_where_we_write(
    folder, tmp_path, name
):
    elsewhere = tmp_path / "elsewhere"
    if name == DONE:
        elsewhere.mkdir()
        (folder.directory / DONE).rmdir()
        (folder.directory / DONE).symlink_to(elsewhere)
    else:
        (folder.directory / DONE / name).symlink_to(elsewhere)
    (folder.directory / "a.csv").write_bytes(curve([460]))
    await folder.look()
    await folder.look()
    assert not elsewhere.is_file()
    assert not elsewhere.is_dir() or not list(elsewhere.iterdir())


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

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("edge.importing.folder.plain_bytes", closed)
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


async def test_files_that_were_taken_are_kept_for_so_long(folder):
    folder.kept_days = 90
    for name in ("a.csv", "b.csv"):
        (folder.directory / name).write_bytes(curve([460, 500]))
        await folder.look()
        await folder.look()
    word_of_a = folder.directory / DONE / "a.csv.txt"
    at_s = word_of_a.stat().st_mtime
    os.utime(folder.directory / DONE / "b.csv", (0, 0))  # a file of years ago
    os.utime(word_of_a, (at_s - 2 * 86_400, at_s - 2 * 86_400))
    folder.tidy(at_s + 89 * 86_400)
    assert names(folder, DONE) == ["b.csv", "b.csv.txt"]
    folder.tidy(at_s + 91 * 86_400)
    assert names(folder, DONE) == []
