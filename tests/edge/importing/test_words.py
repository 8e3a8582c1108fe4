"""Every reason that a file or a row is refused for has its French sentence."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from edge.importing.bounds import DETAILS
from edge.importing.formats import MODULES
from edge.importing.words import FRENCH, TITLES, place, said, title
from exports.said import Refused

ROOT = Path(__file__).parents[3]
RAISED = re.compile(
    r"(?:FileRefused|RowRefused|ImportRefused|Refused|_wrong)\(\s*"
    r"(?:[\w.]+,\s*)?\"([a-z][a-z-]+)\"",
)


def reasons():
    found = set(DETAILS)
    for package in ("exports", "enedis", "gazpar", "water", "edge/importing"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(RAISED.findall(path.read_text("utf-8")))
    return found


def test_every_reason_is_said_in_french():
    assert reasons() >= {"web-page", "not-a-number", "too-much", "two-values"}
    missing = reasons() - FRENCH.keys() - {"file", "header"}
    assert not missing


@pytest.mark.parametrize("reason", sorted(FRENCH))
def test_a_sentence_is_one_that_a_line_can_end_with(reason):
    sentence = FRENCH[reason]
    assert sentence == sentence.strip()
    assert not sentence.endswith(".")
    assert sentence[0].islower()


def test_a_reason_without_french_is_said_in_english():
    one = Refused("line 2", "unheard-of", "it is odd")
    assert said(one, "fr") == said(one, "en") == "it is odd"


def test_places_are_said_in_both():
    assert place("line 12", "fr") == place("row 12", "fr") == "ligne 12"
    assert place("file", "fr") == "fichier"
    assert place("line 12", "en") == "line 12"


def test_places_of_every_kind_are_said_in_french():
    assert place("sheet 2, row 9", "fr") == "feuille 2, ligne 9"
    assert place("reading 11", "fr") == "relevé 11"
    assert place("releves[5]", "fr") == "releves[5]"


def test_a_format_is_called_by_a_name_of_the_language():
    known = [one for name in MODULES for one in import_module(name).FORMATS]
    english = {one.name: one.title for one in known}
    assert TITLES.keys() <= english.keys()
    for name, words in TITLES.items():
        assert title(name, english[name], "fr") == words
        assert title(name, english[name], "en") == english[name]
    assert title("suez_csv", "Suez", "fr") == "Suez"
    assert title("csv-mine", "a table", "fr").startswith("un tableau")
    assert title(None, None, "en") == ""
