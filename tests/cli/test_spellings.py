"""A command that may be called by two names is one command, listed once."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, SPELLINGS, app


def said(*words):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("other", "name"), SPELLINGS.items())
def test_another_spelling_is_the_same_command(other, name):
    assert said(other, "--help").replace(other, name) == said(name, "--help")


def test_a_node_may_be_added_as_a_device_that_writes():
    assert "--writes" in said("devices", "add", "--help")


def test_it_is_listed_once_under_its_own_name():
    listed = {line.split()[0] for line in said("--help").splitlines() if line.strip()}
    assert set(SPELLINGS.values()) <= listed
    assert not set(SPELLINGS) & listed


def test_no_spelling_hides_a_command():
    assert not set(SPELLINGS) & set(COMMANDS)
    assert set(SPELLINGS.values()) <= set(COMMANDS)
