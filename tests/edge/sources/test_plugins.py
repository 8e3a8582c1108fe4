"""Kinds of meter come from installed packages, and a wrong table names its fix."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from edge.errors import SourceError
from edge.host import HostClock
from edge.sources import plugins
from edge.sources.linky import LinkySource
from teleinfo.mode import Mode

CLOCK = HostClock(trust=True)
TABLE = {"id": "home", "kind": "linky", "port": "/dev/ttyUSB0"}


class NoSource:
    """What a broken package makes."""

    @classmethod
    def from_config(cls, *_):
        return cls()


@pytest.fixture
def installed(monkeypatch):
    def install(**places: str) -> None:
        points = {
            name: EntryPoint(name, place, plugins.GROUP)
            for name, place in places.items()
        }
        monkeypatch.setattr(plugins, "kinds", lambda: points)

    return install


def test_a_linky_is_among_the_kinds():
    assert "linky" in plugins.kinds()


def test_a_table_becomes_its_source():
    source = plugins.build({**TABLE, "mode": "historic", "parity": "software"}, CLOCK)
    assert isinstance(source, LinkySource)
    assert source.meters == ("home",)
    assert source._asked is Mode.HISTORIC
    assert source._setting.parity == "software"


def test_auto_asks_for_no_mode():
    source = plugins.build({**TABLE, "mode": "auto"}, CLOCK)
    assert isinstance(source, LinkySource)
    assert source._asked is None


def test_an_unknown_kind_lists_those_there_are(installed):
    installed(linky="edge.sources.linky:LinkySource")
    with pytest.raises(SourceError, match=r"'gas'.*there are: linky"):
        plugins.build({"id": "g", "kind": "gas"}, CLOCK)


@pytest.mark.parametrize(
    "place", ["no.such.module:Thing", "edge.sources.linky:NoSuchThing"]
)
def test_a_package_that_can_not_be_loaded_is_named(installed, place):
    installed(odd=place)
    with pytest.raises(SourceError, match="can't be loaded"):
        plugins.build({"id": "o", "kind": "odd"}, CLOCK)


def test_what_makes_no_source_is_refused(monkeypatch):
    point = EntryPoint("odd", "somewhere:NoSource", plugins.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: NoSource)
    monkeypatch.setattr(plugins, "kinds", lambda: {"odd": point})
    with pytest.raises(SourceError, match="makes no source"):
        plugins.build({"id": "o", "kind": "odd"}, CLOCK)


@pytest.mark.parametrize("change", [{"mode": "turbo"}, {"parity": "odd"}])
def test_a_setting_that_can_not_be_is_refused(change):
    with pytest.raises(SourceError, match="can't be set up"):
        plugins.build({**TABLE, **change}, CLOCK)


def test_a_linky_without_its_port_is_refused():
    with pytest.raises(SourceError, match="can't be set up"):
        plugins.build({"id": "home", "kind": "linky"}, CLOCK)
