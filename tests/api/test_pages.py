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
    f"{name}.{language}.html"
    for name in ("home", "consent", "cozy")
    for language in LANGUAGES
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


@pytest.mark.parametrize("name", ["home", "consent", "cozy"])
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


SAID = re.compile(r'^ *"?(\w+)"?: (?:"(.+)"|(\[.+\]))?[,{]*$')


def sentences(language: str) -> dict[str, str]:
    """Give what a language's file says, by the names that lead there."""
    found, table = {}, ""
    for line in (STATIC / f"{language}.js").read_text(encoding="utf-8").splitlines():
        if not (said := SAID.match(line)):
            assert re.match(r"^(//.*|export default \{| *\}[,;]|)$", line), line
            table = table if line.startswith("    ") else ""
            continue
        name, text, forms = said.groups()
        found[f"{table}{name}"] = text or forms or ""
        table = table if text or forms else f"{name}."
    return found


def test_every_sentence_is_in_both_languages():
    fr, en = (sentences(language) for language in LANGUAGES)
    assert len(fr) > 140
    assert [*fr] == [*en]
    for name, text in fr.items():
        places = [sorted(re.findall(r"\{\w+\}", said)) for said in (text, en[name])]
        assert places[0] == places[1], name
    same = {name for name, text in fr.items() if text and text == en[name]}
    assert same == {"contact"}


def test_every_sentence_is_said_somewhere_and_none_is_missing():
    scripts = {
        file.name: file.read_text(encoding="utf-8")
        for file in STATIC.glob("*.js")
        if file.name not in ("fr.js", "en.js", "docs.js")
    }
    known = {name for name in sentences("fr") if "." not in name}
    for name, script in scripts.items():
        assert {*re.findall(r"\bt\(\"(\w+)\"", script)} <= known, name
    said = {*re.findall(r"\"(\w+)\"", " ".join(scripts.values()))}
    assert known - said == {"units"}  # length() takes their forms


def test_a_page_says_nothing_that_only_one_language_has():
    for file in STATIC.glob("*.js"):
        if file.name in ("fr.js", "en.js", "docs.js"):  # docs.html is for makers
            continue
        script = file.read_text(encoding="utf-8")
        assert not re.search(r"textContent: [\"`]\w", script), file.name


class Shape(HTMLParser):
    """What a page is made of, whatever its words are."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed((STATIC / name).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, [pair for pair in attrs if pair[0] != "lang"]))


@pytest.mark.parametrize("name", ["home", "consent"])
def test_a_page_is_the_same_in_both_languages(name):
    fr, en = (Shape(f"{name}.{language}.html").found for language in LANGUAGES)
    assert fr == en
