"""The page by which a household's devices come to trust this machine."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from api.deps import Authority
from tests.api.api_house import caller

PEM = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SHOWN = Authority(PEM, "AB:CD:EF", "pi.local", "https://pi.local:8443")


@pytest.fixture
async def opened(deps):
    async with caller(replace(deps, authority=SHOWN)) as client:
        client.headers.pop("Authorization", None)
        yield client


@pytest.mark.parametrize(("liked", "title"), [("fr", "Faire"), ("en-GB", "Trust")])
async def test_how_to_trust_this_machine_is_said_to_anyone_in_their_language(
    opened, liked, title
):
    answer = await opened.get("/ca", headers={"Accept-Language": liked})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{title}" in answer.text
    assert "AB:CD:EF" in answer.text
    assert "releve lan show" in " ".join(answer.text.split())
    assert "linky" not in answer.text


class Shape(HTMLParser):
    """What a screen reader and the content policy want of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.language = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        self.language = given.get("lang", self.language)
        self.links.append(given.get("href"))


async def test_it_runs_nothing_and_links_to_this_house_only(opened):
    shape = Shape((await opened.get("/ca")).text)
    assert shape.language == "fr"
    assert not {"script", "style", "form", "img"} & {*shape.tags}
    ours = ("/", "/ca.crt", "/favicon.ico", "/static/style.css", f"{SHOWN.url}/")
    assert {*filter(None, shape.links)} == {*ours}
    assert shape.tags.count("h1") == shape.tags.count("main") == 1


async def test_the_certificate_is_for_anyone_and_holds_no_key(opened):
    answer = await opened.get("/ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.content == PEM
    assert b"PRIVATE" not in answer.content


async def test_what_the_machine_is_called_is_text(deps):
    odd = replace(SHOWN, host="<b>", url='"><script>')
    async with caller(replace(deps, authority=odd)) as client:
        text = (await client.get("/ca")).text
    assert "<b>" not in text
    assert "<script>" not in text


async def test_nothing_is_there_while_the_network_is_closed(client):
    for path in ("/ca", "/ca.crt"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("not-found")
