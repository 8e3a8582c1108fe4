"""A configuration is written as it will be read, and what was there is kept."""

from __future__ import annotations

import stat
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import ConfigError
from edge.config.writing import (
    keep_before,
    rendered,
    replace,
    with_key,
    with_row,
    without_row,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
SCALARS = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | TEXTS
    | st.dates()
)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(TEXTS, SCALARS, max_size=3)
)
TABLES = st.dictionaries(TEXTS, VALUES, max_size=4)
FILE = """# mine
data_dir = "/x"  # here
[lan] # the network
# closed
open = false   # for now
https = "0.0.0.0:8443"
[[meters]]
id = "linky"
open = 1
"""


@given(
    st.dictionaries(
        TEXTS, SCALARS | TABLES | st.lists(TABLES, min_size=1, max_size=2), max_size=4
    )
)
def test_whatever_is_written_is_read_the_same(document):
    assert tomllib.loads(rendered(document, {})) == document


def test_each_key_is_explained_once():
    document = {"meters": [{"id": "a"}, {"id": "b"}], "api": {"listen": "x"}}
    comments = {"api": "The API.\nTwo lines.", "meters.id": "A name.", "meters": "All."}
    text = rendered(document, comments, "Head")
    assert text.startswith("# Head\n")
    assert "# The API.\n# Two lines.\n[api]\n" in text
    assert text.count("# A name.") == 1
    assert text.count("# All.") == 1


def test_one_key_is_set_and_all_else_stays_as_it_was():
    changed = with_key(FILE, "lan", "open", value=True)
    assert changed == FILE.replace("open = false ", "open = true ", 1)
    again = with_key(changed, "lan", "open", value=False)
    assert tomllib.loads(again) == tomllib.loads(FILE)


def test_a_key_or_a_table_that_is_not_there_is_added():
    there = with_key(FILE, "lan", "name", value="pi")
    assert tomllib.loads(there)["lan"]["name"] == "pi"
    whole = with_key('[[meters]]\nid = "a"\n', "lan", "open", value=True)
    assert tomllib.loads(whole) == {"meters": [{"id": "a"}], "lan": {"open": True}}


@pytest.mark.parametrize(
    "text", ["lan = { open = false }\n", "lan.open = false\n", "lan = 3\n"]
)
def test_where_it_can_not_be_changed_safely_it_is_said(text):
    with pytest.raises(ConfigError, match="by hand"):
        with_key(text, "lan", "open", value=True)


def test_a_text_that_looks_like_a_table_misleads_nobody():
    text = 'name = """\n[lan]\nopen = false\n"""\n'
    with pytest.raises(ConfigError, match="by hand"):
        with_key(text, "lan", "open", value=True)


def test_what_was_there_is_kept_each_time(tmp_path):
    path = tmp_path / "releve.toml"
    assert keep_before(path) is None
    for text in ("one", "two", "three"):
        path.write_text(text)
        keep_before(path)
    kept = {p.name: p.read_text() for p in tmp_path.glob("*.before*")}
    assert kept == {
        "releve.toml.before": "one",
        "releve.toml.before-2": "two",
        "releve.toml.before-3": "three",
    }


def test_a_new_one_is_private_and_an_old_one_keeps_its_rights(tmp_path):
    path = tmp_path / "releve.toml"
    replace(path, "a = 1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    replace(path, "a = 2\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["releve.toml"]


def test_one_that_can_not_be_written_is_said(tmp_path):
    with pytest.raises(ConfigError, match="can't be written"):
        replace(tmp_path / "nowhere" / "releve.toml", "a = 1\n")


def test_what_toml_has_no_form_for_is_refused():
    with pytest.raises(ConfigError, match="can't be written"):
        rendered({"a": object()}, {})


def test_days_are_keys_where_a_meter_has_them():
    table = {"meters": [{"conversion_kwh_m3": {"2025-11-01": 11.05}, "d": date.min}]}
    assert tomllib.loads(rendered(table, {})) == table


def test_the_one_before_is_kept_with_its_rights(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text("a = 1\n")
    for rights in (0o600, 0o640, 0o644):
        path.chmod(rights)
        assert stat.S_IMODE(keep_before(path).stat().st_mode) == rights


def test_what_holds_a_secret_is_not_for_everybody_whatever_the_one_before_was(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text("a = 1\n")
    path.chmod(0o644)
    replace(path, "a = 2\n", secret=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_where_the_one_before_can_not_be_kept_it_is_said(tmp_path, monkeypatch):
    path = tmp_path / "releve.toml"
    path.write_text("a = 1\n")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigError, match=r"before can't be written: No space left"):
        keep_before(path)
    assert [p.name for p in tmp_path.iterdir()] == ["releve.toml"]


def test_a_row_is_added_and_taken_out_and_nothing_else_changes():
    first = with_row(FILE, "cloud", {"name": "a", "prefix": "x"})
    both = with_row(first, "cloud", {"name": "b", "prefix": "y"})
    assert both.startswith(FILE.rstrip())
    assert [one["name"] for one in tomllib.loads(both)["cloud"]] == ["a", "b"]
    left = without_row(both, "cloud", "name", "a")
    assert [one["name"] for one in tomllib.loads(left)["cloud"]] == ["b"]
    assert without_row(left, "cloud", "name", "b") == FILE
    assert without_row(FILE, "cloud", "name", "b") == FILE


def test_a_row_that_can_not_be_found_is_left_to_its_owner():
    inline = 'cloud = [{ name = "a" }]\n'
    with pytest.raises(ConfigError, match="by hand"):
        without_row(inline, "cloud", "name", "a")
    with pytest.raises(ConfigError, match="by hand"):
        with_row(inline, "cloud", {"name": "b"})
