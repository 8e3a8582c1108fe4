"""A pack is a ZIP that any program opens, whatever its size; or it is none."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from packed_house import FIRST_MS

from edge.portability.pack import Pack
from edge.portability.refusal import PackRefused

HEAD = {"name": "a-pack", "releve": {"format": 1, "profile": "extract"}}


def packed(**more):
    to = io.BytesIO()
    with Pack(to, FIRST_MS, HEAD, **more) as pack, pack.member("a.csv", {}) as member:
        member.write("a,b\n" * 1000)
    return to


@pytest.mark.parametrize("large", [False, True])
def test_what_is_written_is_read_by_any_zip(large):
    with zipfile.ZipFile(packed(large=large)) as archive:
        assert archive.testzip() is None
        assert archive.read("a.csv") == b"a,b\n" * 1000
        manifest = json.loads(archive.read("datapackage.json"))
    assert manifest["created"] == "2022-12-31T23:00:00Z"
    assert manifest["resources"][0]["bytes"] == 4000


def test_a_member_that_grows_too_large_says_what_to_do(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    with pytest.raises(PackRefused, match="part it by years"):
        packed()
    with zipfile.ZipFile(packed(large=True)) as archive:
        assert archive.testzip() is None


def test_a_fault_of_another_kind_stays_what_it_is():
    with (
        pytest.raises(RuntimeError, match="ours"),
        Pack(io.BytesIO(), FIRST_MS, HEAD) as pack,
        pack.member("a.csv", {}),
    ):
        raise RuntimeError("a fault of ours")


def test_a_pi_whose_clock_was_never_set_writes_one_too():
    to = io.BytesIO()
    with Pack(to, 0, HEAD):
        pass
    assert zipfile.is_zipfile(to)
