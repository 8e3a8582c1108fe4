"""What services log in with: private, made once, never again."""

from __future__ import annotations

import pytest

from edge.broker.passes import Pass, Passes


@pytest.fixture
def passes(tmp_path):
    return Passes(tmp_path)


def test_no_name_is_made_twice_whatever_it_is_for():
    made = [Pass.new("s0", 1, "1:c0") for _ in range(500)]
    assert len({one.user for one in made}) == 500
    assert len({one.password for one in made}) == 500
    assert all(one.user.startswith("s0-1-") for one in made)
    assert len(made[0].password) == 43  # 256 bits


def test_a_password_is_in_no_text_of_it():
    made = Pass.new("s0", 1, "1:c0")
    assert made.password not in repr(made)
    assert made.password not in repr(made.login)


def test_one_is_kept_until_it_is_retired_and_remembered_until_it_is_swept(
    passes, tmp_path
):
    assert passes.load() == {}
    made = Pass.new("s0", 1, "1:c0")
    passes.keep(made)
    assert passes.load() == {"s0": made}
    for path in (tmp_path / "services").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    passes.retire(made)
    assert passes.load() == {}
    assert passes.gone() == [made.user]
    passes.swept(made.user)
    assert passes.gone() == []
    passes.swept(made.user)


def test_a_newer_one_stays_when_the_older_is_retired(passes):
    old, new = Pass.new("s0", 1, "1:c0"), Pass.new("s0", 2, "2:c1")
    passes.keep(old)
    passes.keep(new)
    passes.retire(old)
    assert passes.load() == {"s0": new}
    assert passes.gone() == [old.user]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"user":"x"}', b"\xff"])
def test_one_that_is_not_whole_is_none(passes, tmp_path, content):
    passes.load()
    (tmp_path / "services" / "s0.json").write_bytes(content)
    assert passes.load() == {}
