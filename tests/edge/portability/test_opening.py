"""A pack gives what its manifest names; what it doesn't name isn't looked for."""

from __future__ import annotations

import io
import zipfile

import pytest

from edge.portability.opening import Opened
from edge.portability.refusal import PackRefused


@pytest.fixture
def pack():
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("named.json", "[1]")
        archive.writestr("hidden.json", "[2]")
    with zipfile.ZipFile(whole) as archive:
        yield Opened(archive, "home", {"named.json": {}, "gone.json": {}})


def test_a_document_that_it_names_is_given(pack):
    assert pack.json("named.json", 99) == [1]
    with pack.text("named.json") as text:
        assert text.read() == "[1]"


def test_one_that_it_does_not_name_is_not_there(pack):
    with pytest.raises(PackRefused, match="has no hidden"):
        pack.json("hidden.json", 99)
    with pytest.raises(PackRefused, match="has no hidden"), pack.text("hidden.json"):
        pass


def test_one_that_it_names_and_lacks_is_refused(pack):
    with pytest.raises(PackRefused):
        pack.json("gone.json", 99)
