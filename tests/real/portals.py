"""Each kind of collector with its recorded portal, and the table that asks it."""

from __future__ import annotations

from datetime import date

import pytest

from collectors import NotCollected, Window
from collectors.attempt import collected
from tests.real.portal import Portal
from tests.real.recorded_accounts import (
    GrandLyonPortal,
    GrdfPortal,
    SuezPortal,
    VeoliaPortal,
)
from tests.real.recorded_gateways import (
    PASSWORD,
    PCE,
    PRM,
    USER,
    conso_api,
    my_electrical_data,
    rte,
    tempo,
)

WINDOW = Window(date(2026, 10, 20), date(2026, 11, 3))


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(f"{USER}\n{PASSWORD}\n")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def serve():
    opened = []

    def serving(answers):
        portal = Portal(answers)
        if hasattr(answers, "base"):
            answers.base = portal.url
        opened.append(portal.__enter__())
        return portal

    yield serving
    for portal in opened:
        portal.__exit__()


KINDS = {
    "conso-api": (lambda: conso_api, {"number": PRM}, "/api"),
    "myelectricaldata": (lambda: my_electrical_data, {"number": PRM}, ""),
    "grdf": (GrdfPortal, {"number": PCE}, ""),
    "eau-grand-lyon": (GrandLyonPortal, {"number": "0123456"}, ""),
    "veolia": (VeoliaPortal, {}, ""),
    "suez": (SuezPortal, {}, ""),
    "tempo": (lambda: tempo, {}, ""),
    "tempo-rte": (lambda: rte, {}, ""),
    "ecowatt": (lambda: rte, {}, ""),
}
SIGNED_IN_APART = ("grdf", "veolia")


def asked_of(kind, serve, secret, answers=None, **more):
    make, table, path = KINDS[kind]
    portal = serve(answers or make())
    apart = {"sign_in_url": portal.url} if kind in SIGNED_IN_APART else {}
    url = f"{portal.url}{path}"
    own = {} if kind == "tempo" else {"secret_file": secret}
    return portal, {"kind": kind, "url": url, **own, **table, **apart, **more}


def refused(table) -> NotCollected:
    with pytest.raises(NotCollected) as found:
        collected(table, WINDOW)
    return found.value
