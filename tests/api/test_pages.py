"""The pages: served from the Pi, whole, needing nothing from anywhere else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.pages import ADDRESSES, public

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


@pytest.mark.parametrize("name", ["index.html", "docs.html"])
def test_a_page_links_to_the_house_only_and_runs_nothing_inline(name):
    links = Links()
    links.feed((STATIC / name).read_text(encoding="utf-8"))
    assert links.found
    assert not [link for link in links.found if link not in ADDRESSES]
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
    assert {file.name for file in STATIC.iterdir()} == set(ADDRESSES.values())
    for path in ("/static/", "/static/../app.py", "/api/v1/meters", "/docs/", ""):
        assert not public(path)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_page_speaks_both_languages(language):
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    assert f'lang="{language}"' in text
