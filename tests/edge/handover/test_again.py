"""A handover that is asked for again, or whose places hold more than files."""

from __future__ import annotations

import json

from edge.handover import receipt
from edge.handover.elsewhere import remove


def test_a_receipt_stays_open_while_the_home_is_not_emptied(tmp_path):
    path = tmp_path / f"home{receipt.ENDS}"
    path.write_text('{"number": "7", "erased": null}')
    receipt.close(path, tmp_path)
    assert json.loads(path.read_text()) == {"number": "7", "erased": None}


def test_a_directory_goes_with_all_in_it_and_a_link_goes_alone(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "holiday.jpg").write_text("theirs")
    ours = tmp_path / "collect" / "portal"
    ours.mkdir(parents=True)
    (ours / "page").write_text("ours")
    link = tmp_path / "collect" / "link"
    link.symlink_to(theirs)
    remove([ours, link])
    assert list((tmp_path / "collect").iterdir()) == []
    assert (theirs / "holiday.jpg").exists()
