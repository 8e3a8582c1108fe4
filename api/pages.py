"""The pages of the service: a few files, read once, served without a credential."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from fastapi import APIRouter, Request, Response

TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
LANGUAGES = ("fr", "en")
ADDRESSES = {
    "/": "home.{language}.html",
    "/consent": "consent.{language}.html",
    "/cozy/callback": "cozy.{language}.html",
    "/docs": "docs.html",
    "/static/chart.js": "chart.js",
    "/static/consent.js": "consent.js",
    "/static/cozy.js": "cozy.js",
    "/static/docs.js": "docs.js",
    "/static/door.js": "door.js",
    "/static/en.js": "en.js",
    "/static/fluids.js": "fluids.js",
    "/static/fr.js": "fr.js",
    "/static/holders.js": "holders.js",
    "/static/home.js": "home.js",
    "/static/journal.js": "journal.js",
    "/static/page.js": "page.js",
    "/static/terms.js": "terms.js",
    "/static/words.js": "words.js",
    "/static/style.css": "style.css",
    "/favicon.ico": "icon.svg",
}
"""Each address and its file: there is no other, so no path leads anywhere else."""


CALLBACK = "/cozy/callback"
"""The one page that has a query: whoever made it, it is read in the browser alone."""


def public(path: str) -> bool:
    """Tell whether a path is served without a credential."""
    return path in ADDRESSES


MAIN = b'<main id="main" tabindex="-1">'
DEMO = """
    <p class="demo">Démonstration&nbsp;: tout ce qui se lit ici est inventé.
      <span lang="en">Demonstration: all that is read here is invented.</span></p>"""
"""What each page of a demonstration begins with."""


def pages(*, demo: bool = False) -> APIRouter:
    """Give the routes of the pages; those of a demonstration say so."""
    router = APIRouter(include_in_schema=False)
    folder = Path(__file__).parent / "static"
    for address, name in ADDRESSES.items():
        contents = {}
        for language in LANGUAGES:
            content = (folder / name.format(language=language)).read_bytes()
            if demo and name.endswith(".html"):
                content = content.replace(MAIN, MAIN + DEMO.encode(), 1)
            contents[language] = content
        media_type = TYPES[name.rpartition(".")[2]]
        page = _page(contents, media_type)
        if address == CALLBACK:
            page = _called_back(page)
        router.add_api_route(address, page, methods=["GET"])
    return router


def _called_back(
    page: Callable[[Request], Awaitable[Response]],
) -> Callable[..., Awaitable[Response]]:
    """Give a page to which a Cozy sends browsers back: its script reads the query."""

    async def called_back(  # noqa: PLR0913 - what a Cozy is known to send
        request: Request,
        code: str = "",
        state: str = "",
        access_code: str = "",
        error: str = "",
        error_description: str = "",
    ) -> Response:
        del code, state, access_code, error, error_description
        return await page(request)

    return called_back


def _page(
    contents: Mapping[str, bytes], media_type: str
) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        language = spoken(request.headers.get("accept-language"))
        return Response(
            contents[language],
            media_type=media_type,
            headers={"Vary": "Accept-Language"},
        )

    return page


def spoken(header: str | None) -> str:
    """Give the language of ours that a browser likes best (RFC 9110, 12.5.4).

    French where it says nothing; English to who likes neither.
    """
    if not header or not header.strip():
        return "fr"
    liked = dict.fromkeys(LANGUAGES, 0.0)
    for part in header.lower()[:500].split(","):
        name, _, weight = (piece.strip() for piece in part.partition(";q="))
        primary = name.partition("-")[0]
        for language in LANGUAGES:
            if primary in (language, "*"):
                liked[language] = max(liked[language], _weight(weight))
    return "fr" if liked["fr"] > liked["en"] else "en"


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
