"""The owner's tokens: rotated, made by name with an end, ended, followed at once."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
from api_house import NOW_MS, caller

from api.errors import TokenError
from api.owner_tokens import (
    MOST,
    NAMED_FILE,
    SHELL_FILE,
    OwnerTokens,
    add,
    end,
    listed,
    rotate,
)
from api.tokens import load_or_create

DAY_MS = 86_400_000


@pytest.fixture
def tokens(tmp_path) -> OwnerTokens:
    return OwnerTokens(tmp_path)


def test_the_token_of_the_shell_is_the_owners(tokens, tmp_path):
    token = load_or_create(tmp_path / SHELL_FILE)
    assert tokens.right(token, NOW_MS)
    assert not tokens.right(token[:-1], NOW_MS)


def test_a_token_that_was_rotated_opens_nothing_from_then_on(tokens, tmp_path):
    before = load_or_create(tmp_path / SHELL_FILE)
    assert tokens.right(before, NOW_MS)
    after = rotate(tmp_path)
    assert not tokens.right(before, NOW_MS)
    assert tokens.right(after, NOW_MS)
    assert load_or_create(tmp_path / SHELL_FILE) == after


def test_a_named_token_ends_by_its_date_or_by_its_id(tokens, tmp_path):
    one, first = add(tmp_path, "Grafana", 30, NOW_MS)
    two, second = add(tmp_path, "phone", 365, NOW_MS)
    assert tokens.right(first, NOW_MS + 30 * DAY_MS - 1)
    assert not tokens.right(first, NOW_MS + 30 * DAY_MS)
    assert tokens.right(second, NOW_MS + 30 * DAY_MS)
    assert end(tmp_path, two.id).name == "phone"
    assert not tokens.right(second, NOW_MS)
    assert tokens.right(first, NOW_MS)
    assert [kept.id for kept in listed(tmp_path)] == [one.id]


def test_only_a_hash_of_a_named_token_is_kept_in_a_private_file(tmp_path):
    _, token = add(tmp_path, "Grafana", 1, NOW_MS)
    path = tmp_path / NAMED_FILE
    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_hash_that_is_kept_opens_nothing(tokens, tmp_path):
    made, _ = add(tmp_path, "Grafana", 1, NOW_MS)
    assert not tokens.right(made.hash, NOW_MS)
    assert not tokens.right(made.id, NOW_MS)


def test_a_token_that_was_removed_opens_nothing(tokens, tmp_path):
    token = load_or_create(tmp_path / SHELL_FILE)
    assert tokens.right(token, NOW_MS)
    (tmp_path / SHELL_FILE).unlink()
    assert not tokens.right(token, NOW_MS)
    assert not (tmp_path / SHELL_FILE).exists()


@pytest.mark.parametrize("content", ["", "{", '[{"id": 1}]'])
def test_files_that_are_damaged_open_nothing_and_are_said(
    tokens, tmp_path, caplog, content
):
    _, token = add(tmp_path, "Grafana", 1, NOW_MS)
    (tmp_path / NAMED_FILE).write_text(content)
    assert not tokens.right(token, NOW_MS)
    assert "can't be read" in caplog.text
    with pytest.raises(TokenError, match="can't be read"):
        listed(tmp_path)


@pytest.mark.parametrize(
    ("name", "days"), [("", 1), ("a\nb", 1), ("x" * 61, 1), ("x", 0), ("x", 10**6)]
)
def test_a_token_has_a_name_and_an_end(tmp_path, name, days):
    with pytest.raises(TokenError):
        add(tmp_path, name, days, NOW_MS)


def test_there_are_so_many_and_no_more(tmp_path):
    for number in range(MOST):
        add(tmp_path, f"token {number}", 1, NOW_MS)
    with pytest.raises(TokenError, match="too many"):
        add(tmp_path, "one more", 1, NOW_MS)
    add(tmp_path, "once those have expired", 1, NOW_MS + DAY_MS)


def test_an_id_that_is_nobodys_ends_nothing(tmp_path):
    with pytest.raises(TokenError, match="no token has this id"):
        end(tmp_path, "0123")


async def test_the_api_follows_at_once(deps, tmp_path):
    before = load_or_create(tmp_path / SHELL_FILE)
    home = replace(deps, owner_tokens=OwnerTokens(tmp_path))
    async with caller(home, headers={}) as client:

        async def asked(token):
            bearer = {"Authorization": f"Bearer {token}"}
            return (await client.get("/api/v1/meters", headers=bearer)).status_code

        assert await asked(before) == 200
        assert await asked(rotate(tmp_path)) == 200
        assert await asked(before) == 401
        made, named = add(tmp_path, "Grafana", 1, NOW_MS)
        assert await asked(named) == 200
        end(tmp_path, made.id)
        assert await asked(named) == 401
