"""Every reason that a file or a row is refused for has its French sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.importing.bounds import DETAILS
from edge.importing.words import FRENCH, place, said
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
