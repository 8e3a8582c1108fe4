"""The package's `releve` steps down, but for what is to write in /etc/releve."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "deploy" / "deb" / "releve"
WRITING = {"cloud": "cli/cloud.py", "lan": "cli/lan.py", "setup": "cli/setup_file.py"}
HANDOVER = "edge/handover/machine.py"


def kept() -> set[str]:
    """Give the commands that go on as the administrator."""
    (found,) = (
        node.value
        for node in ast.walk(ast.parse(COMMAND.read_text()))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WRITE"
    )
    return {word for one in ast.literal_eval(found) for word in one}


def test_a_command_that_writes_a_configuration_may():
    assert kept() == {*WRITING, "handover"}


def test_these_are_all_that_write_one():
    writing = {
        str(path.relative_to(ROOT))
        for package in ("api", "cli", "edge")
        for path in (ROOT / package).rglob("*.py")
        if "edge.config.writing import" in path.read_text()
    }
    assert writing == {*WRITING.values(), HANDOVER}
