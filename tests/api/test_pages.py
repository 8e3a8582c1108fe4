"""The pages: served from the Pi, whole, needing nothing from anywhere else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.pages import ADDRESSES, LANGUAGES, public, spoken

STATIC = Path(__file__).parents[2] / "api" / "static"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.found.append(value)
            if name.startswith("on") or name == "style":
                self.inline.append(f"{tag} {name}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(tag)


SHELLS = [
    f"{name}.{language}.html" for name in ("home", "consent") for language in LANGUAGES
]


@pytest.mark.parametrize("name", [*SHELLS, "docs.html"])
def test_a_page_links_to_the_house_only_and_runs_nothing_inline(name):
    links = Links()
    links.feed((STATIC / name).read_text(encoding="utf-8"))
    assert links.found
    assert {*links.found} <= {*ADDRESSES, "#main"}
    assert not links.inline  # the content security policy would stop it


def test_no_file_names_another_host():
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace(
            "http://www.w3.org/2000/svg", ""
        )
        assert not re.search(r"https?:|//[a-z]+\.", text), file.name


def test_the_token_stays_in_the_pages_memory():
    script = (STATIC / "docs.js").read_text(encoding="utf-8")
    for place in ("localStorage", "sessionStorage", "cookie", "innerHTML", "eval"):
        assert place not in script.replace("a cookie or the browser's storage", "")


def test_every_file_has_an_address_and_nothing_else_is_public():
    files = {n.format(language=one) for n in ADDRESSES.values() for one in LANGUAGES}
    assert {file.name for file in STATIC.iterdir()} == files
    for path in ("/static/", "/static/../app.py", "/api/v1/meters", "/docs/", ""):
        assert not public(path)


@pytest.mark.parametrize("name", ["home", "consent"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_which_language_it_speaks(name, language):
    text = (STATIC / f"{name}.{language}.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("de-DE,fr;q=0.7,en;q=0.3", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("fr;q=nonsense", "en"),
        (", ;q=1" * 1000, "en"),
    ],
)
async def test_the_language_is_what_the_browser_likes_best(client, header, language):
    assert spoken(header) == language
    headers = {} if header is None else {"Accept-Language": header[:99]}
    if header is not None:
        answer = await client.get("/", headers=headers)
        assert answer.headers["Vary"] == "Accept-Language"
        assert f'lang="{language}"'.encode() in answer.content


def test_what_others_wrote_is_only_ever_set_as_text():
    for file in STATIC.glob("*.js"):
        script = file.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write"):
            assert way not in script, file.name


def test_every_sentence_is_in_both_languages():
    text = (STATIC / "words.js").read_text(encoding="utf-8")
    fr, en = text.split("  en: {")
    keys = [
        re.findall(r"^    (\w+):", part.partition("\n};")[0], re.MULTILINE)
        for part in (fr, en)
    ]
    assert len(keys[0]) > 80
    assert keys[0] == keys[1]
    places = [re.findall(r"\{\w+\}", part.partition("\n};")[0]) for part in (fr, en)]
    assert places[0] == places[1]


def test_every_sentence_that_a_page_asks_for_is_there():
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    known = set(re.findall(r"^    (\w+):", words, re.MULTILINE))
    for file in STATIC.glob("*.js"):
        asked = re.findall(r"\bt\(\"(\w+)\"", file.read_text(encoding="utf-8"))
        assert set(asked) <= known, file.name
