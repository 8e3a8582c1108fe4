"""What the documentation points at is there, and it names nobody."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

LINK = re.compile(r"!?\[(?:[^\]]|\][^\[(])*?\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"https?://[^\s)\"'<>`]+")
KNOWN_HOSTS = {
    "127.0.0.1",
    "creativecommons.org",
    "datapackage.org",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    "www.w3.org",
    "w3id.org",  # names of a vocabulary, and the guide that says how they are used
    "homeassistant.local",
}
NUMBER = re.compile(
    # a control character written as an escape ends in a letter, and hides nothing
    r"(?:(?<![0-9A-Za-z])|(?<=\\[tnr]))(?:\d{14}|\d{12})(?![0-9A-Za-z])"
)
DATE = re.compile(r"20[0-4]\d(0\d|1[0-2])[0-3]\d")
MOST_BYTES = 150_000
INVENTED = {
    "012345678901",  # a serial number of nobody: maker 01, year 23, type 45
    "01234567890123",  # a PRM of nobody
}


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as they are shown on the web."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE):
        plain = re.sub(r"[`*\[\]]|\(.*?\)", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-"))
    return found


def test_a_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if ADDRESS.match(target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def test_a_page_is_linked_from_another(page: Path, root: Path) -> None:
    if page.parent == root:
        return  # a page of the top folder is seen by who opens the repository
    others = (*root.glob("*.md"), *(root / "docs").rglob("*.md"))
    linked = {
        (other.parent / target.partition("#")[0]).resolve()
        for other in others
        if other != page
        for target in LINK.findall(other.read_text())
    }
    assert page.resolve() in linked


def test_a_picture_is_shown_and_small(root: Path) -> None:
    places = (*root.glob("*.md"), *(root / "docs").rglob("*.md"))
    pages = "".join(path.read_text() for path in places)
    for picture in (root / "docs" / "pictures").iterdir():
        assert f"pictures/{picture.name})" in pages, picture
        assert picture.stat().st_size <= MOST_BYTES, picture


def shipped(root: Path) -> list[Path]:
    """Give every text file that is in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True
    ).stdout.decode()
    return [path for name in listed.split("\0") if (path := root / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_no_file_of_ours_names_a_host_that_we_did_not_mean(root: Path) -> None:
    ours = ("docs", "scripts", "requirements", ".ci")
    for path in shipped(root):
        parts = path.relative_to(root).parts
        if len(parts) > 1 and parts[0] not in ours:
            continue
        for address in ADDRESS.findall(text_of(path)):
            host = urlsplit(address).hostname or ""
            local = host.endswith((".local", ".example", ".test")) or host in {
                "localhost",
                "example.org",
            }
            assert local or host in KNOWN_HOSTS, f"{path}: {address}"


def test_the_documentation_shows_no_number_that_could_be_somebodys(page: Path) -> None:
    for number in NUMBER.findall(page.read_text()):
        assert number in INVENTED, number


def test_no_number_of_the_real_captures_came_into_the_repository(root: Path) -> None:
    captures = root.parent / "shared" / "samples"
    if not captures.is_dir():
        pytest.skip("the real captures are not beside this clone")
    real = {
        number
        for path in captures.rglob("*")
        if path.is_file()
        for number in NUMBER.findall(text_of(path))
        if len(set(number)) > 1  # 00000000000000 is a PRM that was never set
        and number not in INVENTED
        and not DATE.match(number)
    }
    assert len(real) > 10
    for path in shipped(root):
        assert not real & set(NUMBER.findall(text_of(path))), path
