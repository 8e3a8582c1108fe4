"""The receipt says what was done and when; it is closed once the home is empty."""

from __future__ import annotations

import json
import os

import pytest

from edge.handover import receipt
from edge.handover.begun import Begun
from edge.handover.refusal import HandoverRefused
from edge.journal.leaving import HANDED

AT_MS = 1_790_000_000_000
PACK = {"file": "home.releve", "bytes": 1, "sha256": "0", "rows": 2}


@pytest.fixture
def begun(tmp_path):
    return Begun(
        AT_MS,
        str(tmp_path),
        {**PACK, "read_back_ms": AT_MS},
        "fr",
        number="7",
        held={"consents": 3, "services": 2, "writers": 1},
        withdrawn_ms=AT_MS,
        erasing_ms=AT_MS,
        outside={
            "cozy:chez-dupont": "erased",
            "cozy:two": "erased",
            "broker": "erased",
        },
    )


def written(begun):
    return receipt.begin(begun, ["the card"])


def test_it_says_what_was_done_and_names_nobody(begun):
    said = json.loads(written(begun).read_text())
    assert said["begun"] == "2026-09-21T14:13:20Z"
    assert said["pack"] == {**PACK, "read_back": "2026-09-21T14:13:20Z"}
    assert said["taken_back"]["consents"] == 3
    assert said["elsewhere"] == {"broker erased": 1, "cozy erased": 2}
    assert "dupont" not in json.dumps(said)
    assert said["erased"] is None


def test_it_is_closed_by_what_the_new_home_knows(begun, tmp_path):
    path = written(begun)
    (tmp_path / HANDED).write_text('{"number": "7", "emptied_ms": 1790000060000}')
    assert receipt.left_open(tmp_path, tmp_path) == path
    receipt.close(path, tmp_path)
    assert json.loads(path.read_text())["erased"] == "2026-09-21T14:14:20Z"
    assert receipt.left_open(tmp_path, tmp_path) is None


def test_begun_again_it_stays_as_it_was(begun):
    path = written(begun)
    path.write_text("{}")
    assert written(begun).read_text() == "{}"


def test_another_machines_receipt_is_not_closed(begun, tmp_path):
    written(begun)
    assert receipt.left_open(tmp_path, tmp_path) is None
    (tmp_path / HANDED).write_text('{"number": "8", "emptied_ms": 1790000060000}')
    assert receipt.left_open(tmp_path, tmp_path) is None
    assert receipt.left_open(None, tmp_path) is None


def test_what_is_no_receipt_is_none(tmp_path):
    (tmp_path / HANDED).write_text('{"number": "7", "emptied_ms": 1}')
    for number, text in enumerate(("", "[]", "7", "{")):
        (tmp_path / f"{number}{receipt.ENDS}").write_text(text)
    assert receipt.left_open(tmp_path, tmp_path) is None


def test_a_stick_that_knows_no_rights_takes_it(begun, monkeypatch):
    def refused(*_given):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refused)
    monkeypatch.setattr(os, "fchown", refused)
    assert written(begun).exists()


def test_a_stick_that_is_gone_is_said(tmp_path):
    gone = Begun(AT_MS, str(tmp_path / "gone"), {**PACK, "read_back_ms": 0}, "fr")
    with pytest.raises(HandoverRefused, match="still there"):
        written(gone)


def test_a_pack_that_changed_stops_it(begun, tmp_path):
    (tmp_path / "home.releve").write_bytes(b"another")
    with pytest.raises(HandoverRefused, match="isn't the pack that was made"):
        receipt.look_for_the_pack(begun)
