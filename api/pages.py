"""The pages of the service: a few files, read once, served without a credential."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Response

TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
ADDRESSES = {
    "/": "index.html",
    "/docs": "docs.html",
    "/static/docs.js": "docs.js",
    "/static/style.css": "style.css",
    "/favicon.ico": "icon.svg",
}
"""Each address and its file: there is no other, so no path leads anywhere else."""


def public(path: str) -> bool:
    """Tell whether a path is served without a credential."""
    return path in ADDRESSES


DEMO = """<main>
    <p class="demo">Démonstration : tout ce qui se lit ici est inventé.
      <span lang="en">Demonstration: all that is read here is invented.</span></p>"""
"""What each page of a demonstration begins with."""


def pages(*, demo: bool = False) -> APIRouter:
    """Give the routes of the pages; those of a demonstration say so."""
    router = APIRouter(include_in_schema=False)
    folder = Path(__file__).parent / "static"
    for address, name in ADDRESSES.items():
        content = (folder / name).read_bytes()
        if demo and name.endswith(".html"):
            content = content.replace(b"<main>", DEMO.encode(), 1)
        media_type = TYPES[name.rpartition(".")[2]]
        router.add_api_route(address, _page(content, media_type), methods=["GET"])
    return router


def _page(content: bytes, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def page() -> Response:
        return Response(content, media_type=media_type)

    return page
