"""Whatever can be typed, configured or called stands in the documentation."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command

from cli.main import app
from edge.config.load import SECTIONS, load_config
from teleinfo.reason import Reason

NEEDED = {
    "meters.id",
    "meters.port",
    "collectors.kind",
    "cloud.name",
    "cloud.url",
    "cloud.prefix",
}
"""Keys without a default that could be used: a meter's name, and a linky's port."""


PAGES_WITH_A_REFERENCE = ("attack_table.md", "cli.md", "labels.md", "registers.md")


@pytest.fixture(scope="module")
def reference(root: Path) -> ModuleType:
    place = root / "scripts" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def commands(reference: ModuleType) -> dict[str, Any]:
    return dict(reference.leaves(get_command(app)))


@pytest.mark.parametrize("name", PAGES_WITH_A_REFERENCE)
def test_a_reference_is_up_to_date(
    name: str, reference: ModuleType, root: Path
) -> None:
    page = (root / "docs" / name).read_text()
    assert reference.written_anew(name) == page, "run `make docs`"


def test_each_reference_is_looked_after(reference: ModuleType) -> None:
    assert tuple(reference.PAGES) == PAGES_WITH_A_REFERENCE


def test_each_command_says_what_it_does(commands: dict[str, Any]) -> None:
    for name, command in commands.items():
        assert command.help, name
        for param in command.params:
            assert param.help, f"{name} {param.name}"


def test_each_command_stands_in_the_table_of_what_one_wants(
    commands: dict[str, Any], root: Path
) -> None:
    table = (root / "docs" / "cli.md").read_text().partition("## ")[0]
    for name in commands:
        first_two = " ".join(name.split()[:2])
        assert f"`{first_two}" in table, name


def keys() -> Iterator[tuple[str, Any]]:
    """Give each key of the configuration with its default."""
    tables = {section[0] for section in SECTIONS if section}
    for section, model in SECTIONS.items():
        for name, field in model.model_fields.items():
            if section or name not in tables:
                yield ".".join((*section, name)), field.default


@pytest.mark.parametrize(("key", "default"), [*keys()], ids=[key for key, _ in keys()])
def test_a_key_of_the_configuration_has_its_row_and_its_default(
    key: str, default: object, root: Path
) -> None:
    page = (root / "docs" / "configuration.md").read_text()
    row = re.search(rf"^\| `{re.escape(key)}` \| (.*?) \| (.+) \|$", page, re.MULTILINE)
    assert row, f"docs/configuration.md has no row for {key}"
    if key in NEEDED:
        assert row[1] == "needed"
    elif default in ((), None):
        assert row[1] == "none"
    else:
        told = json.dumps(default) if isinstance(default, bool) else str(default)
        shown = f"{default:g}" if isinstance(default, float) else told
        assert row[1] == f"`{shown}`"


def test_a_documented_key_exists(root: Path) -> None:
    page = (root / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| `([a-z_.]+)` \| ", page, re.MULTILINE)
    assert set(rows) == {key for key, _ in keys()}


def test_a_key_that_the_guides_name_exists(page: Path) -> None:
    tables = "|".join(section[0] for section in SECTIONS if section)
    named = re.findall(rf"`((?:{tables})\.[a-z_]+)`", page.read_text())
    assert set(named) <= {key for key, _ in keys()}


def test_a_configuration_that_is_shown_is_usable(
    toml_block: Any, tmp_path: Path
) -> None:
    tomllib.loads(toml_block.text)
    path = tmp_path / "releve.toml"
    path.write_text(toml_block.text)
    assert load_config(path).meters


def test_each_path_of_the_api_is_documented(root: Path) -> None:
    document = json.loads((root / "docs" / "openapi.json").read_text())
    page = (root / "docs" / "api.md").read_text()
    assert document["paths"]
    for path in document["paths"]:
        assert path in page, path


def test_a_page_names_no_path_that_the_api_lacks(page: Path, root: Path) -> None:
    document = json.loads((root / "docs" / "openapi.json").read_text())
    paths = [*document["paths"], "/api/v1/openapi.json"]  # which names not itself
    known = [re.sub(r"\{[^}]*\}", ".+", path).split("/") for path in paths]
    for path in re.findall(r"/api/v1/[\w{}/.-]*[\w}]", page.read_text()):
        parts = path.split("/")  # a page may give the head of a path a name
        assert any(
            len(parts) <= len(pattern) and all(map(re.fullmatch, pattern, parts))
            for pattern in known
        ), path


def test_each_reason_of_a_refusal_is_explained(root: Path) -> None:
    page = (root / "docs" / "teleinfo.md").read_text()
    explained = re.findall(r"^\| `([a-z_]+)` \| [a-z]", page, re.MULTILINE)
    assert {*Reason} <= {*explained}


SETS_UP = {"RELEVE_REQUIRE_REAL"}
"""What scripts set; not how long an attack is."""


def test_each_attack_that_can_be_longer_says_by_what(root: Path) -> None:
    asked = re.compile(r'environ\.get\("(RELEVE_\w+)", "')
    found = {
        name
        for path in (root / "tests").rglob("*.py")
        for name in asked.findall(path.read_text())
    }
    table = (root / "CONTRIBUTING.md").read_text()
    told = set(re.findall(r"`(RELEVE_\w+)`", table))
    assert told == found - SETS_UP
