"""The address that services are told is the configured one, and only ever that."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config.model import ApiConfig


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"listen": "[::1]:9000"}, "http://[::1]:9000"),
        ({"hosts": ("releve.local", "pi.example")}, "http://releve.local:8080"),
        ({"listen": "unix:/run/releve.sock"}, "http://localhost"),
        (
            {"listen": "unix:/run/releve.sock", "hosts": ("pi.example",)},
            "http://pi.example",
        ),
        (
            {"url": "https://releve.local:8443/", "hosts": ("pi.example",)},
            "https://releve.local:8443",
        ),
    ],
)
def test_it_is_the_one_that_is_configured(given, address):
    assert ApiConfig(**given).address == address


@pytest.mark.parametrize(
    "url",
    [
        "releve.local:8443",
        "ftp://releve.local",
        "https://",
        "https://owner:secret@releve.local",
        "https://releve.local/path",
        "https://releve.local?a=b",
        "https://releve.local#there",
    ],
)
def test_an_address_is_a_name_and_a_port(url):
    with pytest.raises(ValidationError):
        ApiConfig(url=url)
