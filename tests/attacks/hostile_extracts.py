"""Extracts of a Relevé's that say more than one may, or aren't what they name."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from tests.attacks.hostile import MB, hostile

HEAD = "start,end,meter,register,value,unit,quality,coverage,revision,source\r\n"
ROW = (
    "2023-01-01T00:00:00+01:00,2023-01-02T00:00:00+01:00,linky,import_total_wh,4200,Wh"
)


def extract(rows: str, **ours: Any) -> bytes:
    """Give an extract whose manifest is true of its rows, but for what is said."""
    data = (HEAD + rows).encode()
    resource = {
        "path": "readings.csv",
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "bytes": len(data),
    }
    manifest = {
        "releve": {"profile": "extract", "format": 1},
        "resources": [resource],
    } | ours
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("datapackage.json", json.dumps(manifest))
        packed.writestr("readings.csv", data)
    return out.getvalue()


def deep() -> bytes:
    return extract(f"{ROW},raw,1,1,\r\n", releve=json.loads("[" * 900 + "]" * 900))


def swells() -> bytes:
    return extract(f"{ROW},raw,1,1,\r\n" * (2 * MB // 10))


EXTRACTS = (
    hostile(
        "an extract that says: certified",
        lambda: extract(f"{ROW},certified,1,1,\r\n"),
        "says-too-much",
    ),
    hostile(
        "an extract that says its source",
        lambda: extract(f"{ROW},validated,1,1,meter:linky\r\n"),
        "says-too-much",
    ),
    hostile(
        "a home's own pack without its seal",
        lambda: extract(f"{ROW},raw,1,1,\r\n", releve={"profile": "home"}),
        "says-too-much",
    ),
    hostile(
        "an extract of other bytes than it names",
        lambda: extract(
            f"{ROW},raw,1,1,\r\n",
            resources=[{"path": "readings.csv", "hash": "sha256:0", "bytes": 1}],
        ),
        "truncated",
    ),
    hostile(
        "an extract whose readings are elsewhere",
        lambda: extract(
            f"{ROW},raw,1,1,\r\n", resources=[{"path": "../../etc/passwd"}]
        ),
        "unknown-format",
    ),
    hostile("an extract whose manifest is deep", deep, "unknown-format"),
    hostile("an extract of 25 MB in one", swells, "unsafe-archive", "too-large"),
)
