"""A consent that was begun is found by its state alone."""

from __future__ import annotations

import pytest

from edge.outputs.cozy.account import (
    ASKED_MS,
    Account,
    Asked,
    answered,
    ask,
    asked_of,
    directory,
    load,
)
from edge.outputs.cozy.errors import CozyError

NOW = 1_792_870_000_000


def asking(name):
    url = f"https://{name}.example"
    account = Account(name, url, "client", "http://127.0.0.1/cb", "secret", "token")
    return Asked(account, NOW)


def test_each_state_finds_its_own_consent(tmp_path):
    first, second = asking("first"), asking("second")
    ask(tmp_path, first)
    ask(tmp_path, second)
    assert asked_of(tmp_path, second.state, NOW) == second
    assert asked_of(tmp_path, "another", NOW) is None
    assert asked_of(tmp_path, second.state, NOW + ASKED_MS) is None
    answered(tmp_path, second)
    assert asked_of(tmp_path, second.state, NOW) is None


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{}", b'{"account": {}}'])
def test_one_that_can_not_be_read_hides_no_other(tmp_path, damaged):
    (directory(tmp_path) / "before.asked").write_bytes(damaged)
    asked = asking("mine")
    ask(tmp_path, asked)
    assert asked_of(tmp_path, asked.state, NOW) == asked


def test_an_account_that_can_not_be_read_is_none(tmp_path):
    (directory(tmp_path) / "mine.json").write_bytes(b"[]")
    with pytest.raises(CozyError, match="no Cozy is connected as mine"):
        load(tmp_path, "mine")
