"""A collector is one file and one row; a wrong key is named."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from collectors import Unusable, plugins
from collectors.grdf_pygazpar import GrdfPyGazpar
from collectors.web import base_url

NUMBERS = {"electricity": "01234567890123"}
SECRET = {"secret_file": "/nowhere"}


@pytest.mark.parametrize("kind", plugins.kinds())
def test_each_kind_is_what_a_collector_is(kind):
    made = plugins.load(kind)
    assert made.kind == kind
    assert made.fluid in ("electricity", "gas", "water")
    assert made.formats
    assert made.rhythm.hours
    number = {"number": NUMBERS[made.fluid]} if made.fluid in NUMBERS else {}
    assert plugins.build({"kind": kind, **SECRET, **number})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"kind": "nobody"}, "there are conso-api"),
        ({"kind": "tempo", "colour": 1}, "no key 'colour'"),
        ({"kind": "grdf"}, "secret_file"),
        ({"kind": "tempo", "days": 0}, "days"),
        ({"kind": "tempo", "days": True}, "days"),
        ({"kind": "conso-api", **SECRET}, "PRM"),
        ({"kind": "conso-api", **SECRET, "number": "12"}, "PRM"),
        (
            {"kind": "conso-api", **SECRET, "number": "0" * 14, "curve": 1},
            "true or false",
        ),
        ({"kind": "grdf", **SECRET, "number": "../x"}, "PCE"),
        ({"kind": "veolia", **SECRET, "portal": "eau.fr"}, "eau.veolia.fr"),
        ({"kind": "tempo", "url": "http://portal.invalid"}, "https"),
    ],
)
def test_a_table_that_will_not_do_is_refused_with_its_key(table, told):
    with pytest.raises(Unusable, match=told):
        plugins.build(table)


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://", "https://u:p@x.fr", "https://x.fr?a=b", "x", ""]
)
def test_a_secret_goes_over_https_or_nowhere(url):
    with pytest.raises(Unusable):
        base_url(url, "https://x.fr")


def test_a_package_that_is_gone_is_told_as_such(monkeypatch):
    gone = EntryPoint("gone", "no_such_module:Thing", plugins.GROUP)
    monkeypatch.setattr(plugins, "kinds", lambda: {"gone": gone})
    with pytest.raises(Unusable, match="reinstall"):
        plugins.load("gone")


def test_pygazpar_is_asked_as_grdf_is():
    made = GrdfPyGazpar.from_table({"number": "21098765432104"})
    assert made.url == "https://monespace.grdf.fr"
