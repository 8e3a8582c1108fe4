"""A copy that is a directory goes with all that is in it."""

from __future__ import annotations

from types import SimpleNamespace

from edge.erasure.copies import Copies
from edge.journal.erased import Erased

STONE = Erased(0, "linky", 0, 10, 10)


async def test_what_a_restore_left_half_done_goes_whole(tmp_path):
    half = tmp_path / "restoring"
    half.mkdir()
    (half / "journal.db").write_bytes(b"what was read")
    copies = Copies(SimpleNamespace(directory=tmp_path), None)
    assert await copies.count(STONE) == 1
    assert await copies.erase(STONE) == 1
    assert not half.exists()


async def test_what_only_points_elsewhere_leaves_what_is_there(tmp_path):
    home, others = tmp_path / "home", tmp_path / "others"
    home.mkdir()
    others.mkdir()
    (others / "kept").write_bytes(b"not ours")
    (home / "restoring").symlink_to(others)
    assert await Copies(SimpleNamespace(directory=home), None).erase(STONE) == 1
    assert not (home / "restoring").is_symlink()
    assert (others / "kept").exists()
