"""Where the certificates of a home are, for who reads them and makes none."""

from __future__ import annotations

from pathlib import Path

DIRECTORY = "lan"
SERVER = "server.pem"
PUBLIC = "ca.crt"


def server_file(data_dir: Path) -> Path:
    """Give the file of the server's key and certificate."""
    return data_dir.absolute() / DIRECTORY / SERVER


def public_file(data_dir: Path) -> Path:
    """Give the file of the authority's certificate, which a household installs."""
    return data_dir.absolute() / DIRECTORY / PUBLIC
