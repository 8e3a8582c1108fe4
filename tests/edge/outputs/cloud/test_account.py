"""Who we are to a cloud: a private file, that nothing else repeats."""

from __future__ import annotations

import stat

import pytest

from edge.broker.address import Login
from edge.errors import BrokerError
from edge.outputs.cloud.account import Account, forget, keep, load


def test_it_is_kept_for_its_owner_alone_and_comes_back(tmp_path):
    made = Account("s1", "me", "open sesame")
    keep(tmp_path, "vps", made)
    path = tmp_path / "cloud" / "vps.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load(tmp_path, "vps") == made
    assert made.login == Login("me", "open sesame")
    assert "sesame" not in repr(made)


def test_two_destinations_have_nothing_in_common():
    one, other = Account("s1", "me", "a"), Account("s1", "me", "a")
    assert one.home != other.home
    assert one.client_id != other.client_id


def test_where_no_user_is_asked_for_there_is_no_login():
    assert Account("s1", "", "").login is None


@pytest.mark.parametrize("text", [None, b"rubbish", b"{}", b'{"service": 1, "x": 2}'])
def test_one_that_can_not_be_read_is_none_and_says_nothing_of_it(tmp_path, text):
    if text is not None:
        keep(tmp_path, "vps", Account("s1", "me", "open sesame"))
        (tmp_path / "cloud" / "vps.json").write_bytes(text)
    with pytest.raises(BrokerError, match="releve cloud remove vps"):
        load(tmp_path, "vps")
    forget(tmp_path, "vps")
    forget(tmp_path, "vps")
