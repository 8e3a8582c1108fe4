"""Whether the Mosquitto of this machine will do, and what it is told."""

from __future__ import annotations

import os
import platform
import sysconfig

import pytest

from edge.broker import mosquitto
from edge.broker.mosquitto import PLUGIN, configuration, find
from edge.errors import BrokerError


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of which only what a test installs is there."""
    monkeypatch.setattr(mosquitto, "PLACES", (str(tmp_path / "sbin"),))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def install(machine, said="echo mosquitto version 2.0.11; exit 3"):
    program = machine / "sbin" / "mosquitto"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{said}\n")
    program.chmod(0o755)
    return program


def plug(machine, folder):
    plugin = machine / "lib" / folder / PLUGIN
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    return plugin


def test_none_is_said_with_the_package_to_install(machine):
    with pytest.raises(BrokerError, match=r"not installed.*apt install mosquitto"):
        find([machine / "lib"])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("echo mosquitto version 1.6.12", "is 1.6"),
        ("echo hello", "does not run"),
        ("exit 127", "does not run"),
        ("printf '\\377\\376'", "does not run"),
    ],
)
def test_an_old_or_broken_one_is_said(machine, said, told):
    install(machine, said)
    plug(machine, "x86_64-linux-gnu")
    with pytest.raises(BrokerError, match=rf"{told}.*2\.0 or newer"):
        find([machine / "lib"])


def test_one_that_cannot_be_run_at_all_is_said(machine):
    install(machine).write_bytes(b"\x7fELF rubbish")
    with pytest.raises(BrokerError, match="does not run"):
        find([machine / "lib"])


def test_one_without_its_plugin_is_said(machine):
    install(machine)
    with pytest.raises(BrokerError, match=f"without its plugin {PLUGIN}"):
        find([machine / "lib"])


@pytest.mark.parametrize(
    ("cpu", "built_for", "folder"),
    [
        ("x86_64", "x86_64-linux-gnu", "x86_64-linux-gnu"),
        ("aarch64", "aarch64-linux-gnu", "aarch64-linux-gnu"),
        ("aarch64", None, "aarch64-linux-gnu"),
        ("aarch64", "arm-linux-gnueabihf", "arm-linux-gnueabihf"),
        ("armv7l", None, "arm-linux-gnueabihf"),
        ("armv6l", None, "arm-linux-gnueabihf"),
        ("riscv64", "riscv64-linux-gnu", "riscv64-linux-gnu"),
        ("other", None, "."),
        ("other", None, "mosquitto"),
    ],
)
def test_the_plugin_is_found_where_each_machine_keeps_it(
    machine, monkeypatch, cpu, built_for, folder
):
    program, plugin = install(machine), plug(machine, folder)
    monkeypatch.setattr(platform, "machine", lambda: cpu)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: built_for)
    found = find([machine / "none", machine / "lib"])
    assert (found.program, found.plugin.resolve()) == (program, plugin)


def test_a_broker_of_ours_lets_nobody_in_unknown_and_keeps_all_in_its_directory(
    machine,
):
    said = configuration(machine, machine / PLUGIN, "127.0.0.1", 1883).splitlines()
    assert "allow_anonymous false" in said
    assert "listener 1883 127.0.0.1" in said
    assert f"persistence_location {machine}/" in said
    assert f"plugin_opt_config_file {machine}/dynamic-security.json" in said


def test_what_it_sends_waits_for_no_acknowledgement_of_what_it_sent(machine):
    # a question's PUBACK and its answer: the second would come 40 ms after the first
    assert "set_tcp_nodelay true" in configuration(machine, machine, "h", 1)


def test_as_root_it_stays_root_else_it_is_who_we_are(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "user root" in configuration(machine, machine, "h", 1)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "user root" not in configuration(machine, machine, "h", 1)
