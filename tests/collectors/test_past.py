"""What a collector last did survives, and a damaged file harms nobody."""

from __future__ import annotations

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import Reason, past
from collectors.past import Past

WHOLE = Past(1, 2, 3, 4, "quota", "days", 429, True, 5, 6, 7, 8, 9, "x")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_what_is_kept_is_read_again(tmp_path):
    directory = past.directory_of(tmp_path / "releve")
    assert directory.name == "releve-collect"
    past.write(directory, "grdf", WHOLE)
    assert past.read(directory, "grdf") == WHOLE
    assert stat.S_IMODE((directory / "grdf.json").stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == ["grdf.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"next_ms": "x"}', "[" * 99_999])
def test_a_damaged_file_says_nothing(tmp_path, text):
    (tmp_path / "grdf.json").write_text(text)
    assert past.read(tmp_path, "grdf") == Past()


def test_none_is_none(tmp_path):
    assert past.read(tmp_path, "grdf") == Past()


@given(st.dictionaries(st.sampled_from([*WHOLE.plain()]), ANY))
def test_only_what_fits_is_taken(document):
    found = Past.parse(document)
    json.dumps(found.plain())
    assert isinstance(found.failures, int)
    assert not isinstance(found.failures, bool)
    assert isinstance(found.nothing, bool)


def test_a_word_of_another_version_is_a_fault_of_ours():
    assert Past(reason="unheard-of").why is Reason.CRASHED
    assert Past(reason="quota").why is Reason.QUOTA
    assert Past().why is None
