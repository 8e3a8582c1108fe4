"""The description of the API: current, complete, and true of its examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fastapi.openapi.utils import get_openapi

from api import examples, oauth_examples, owner_examples
from api.held import HeldShape
from api.oauth_shapes import AddressesShape, CodesShape, OAuthErrorShape, TokensShape
from api.openapi import OAUTH_STATUSES, bare, written
from api.operations import OPERATIONS
from api.owner_shapes import (
    ApprovedShape,
    EndedShape,
    HomeShape,
    NarrowedShape,
    PreviewShape,
    ReadsShape,
    ReceiptShape,
    RefusalShape,
    RequestShape,
    ServicesShape,
    SessionsShape,
    SignedInShape,
    WithdrawnShape,
)
from api.pages import ADDRESSES
from api.problems import KINDS
from api.routes import authority
from api.schemas import (
    FactsShape,
    HealthShape,
    ImportShape,
    ImportsShape,
    LatestShape,
    MetersShape,
    ProblemShape,
    ReconciliationShape,
    RowsShape,
    UndoneShape,
)

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "openapi.json"
DOCS = ROOT / "docs" / "api.md"
ATTACKS = ROOT / "docs" / "attack_table.md"


@pytest.fixture(scope="module")
def described():
    return json.loads(written())


def test_the_committed_description_is_current():
    assert COMMITTED.read_text(encoding="utf-8") == written(), (
        "run: python -m api.openapi > docs/openapi.json"
    )


def test_every_route_is_described_with_an_example_and_its_problems(described):
    owners = {path for path in described["paths"] if "/owner/" in path}
    assert set(described["paths"]) - owners == {
        "/api/v1/meters",
        "/api/v1/meters/{meter}/latest",
        "/api/v1/meters/{meter}/registers/{register}",
        "/api/v1/meters/{meter}/registers/{register}/slices",
        "/api/v1/meters/{meter}/registers/{register}/reconciliation",
        "/api/v1/meters/{meter}/facts",
        "/api/v1/grant/readings",
        "/api/v1/live",
        "/api/v1/health",
        "/api/v1/imports",
        "/api/v1/imports/{number}",
        "/api/v1/transfers/{transfer}",
        "/api/v1/transfers/{transfer}/announcement",
        "/api/v1/transfers/{transfer}/bytes",
        "/api/v1/meters/{meter}/readings",
        "/metrics",
        "/api/v1/grant",
        "/oauth/device_authorization",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/oauth-authorization-server",
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            for content in operation["responses"]["200"]["content"].values():
                assert "example" in content, path
            if path.startswith("/oauth/"):  # whose errors are OAuth's own
                assert set(operation["responses"]) == {"200", *map(str, OAUTH_STATUSES)}
                continue
            for status in ("401", "404", "422", "429", "500", "503"):
                media = operation["responses"][status]["content"]
                assert list(media) == ["application/problem+json"]
    assert described["security"] == [{"owner": []}, {"service": []}]
    assert set(described["info"]["x-problems"]) == set(KINDS)


def test_each_operation_has_a_name_of_its_own_for_who_generates_a_client(described):
    known = {
        (method, path): operation["operationId"]
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    assert known == {which: one.name for which, one in OPERATIONS.items()}
    assert len(set(known.values())) == len(known)


def test_a_body_is_described_with_what_its_route_reads():
    routes = get_openapi(title="", version="", routes=bare().routes)["paths"]
    for (method, path), known in OPERATIONS.items():
        if known.body is not None:
            (content,) = routes[path][method]["requestBody"]["content"].values()
            fields = known.body.model_fields
            needed = {name for name, field in fields.items() if field.is_required()}
            assert {*fields} == {*content["schema"]["properties"]}, path
            assert needed == {*content["schema"]["required"]}, path


def test_all_that_is_sent_and_answered_as_json_has_a_shape(described):
    for path, operations in described["paths"].items():
        for operation in operations.values():
            bodies = [operation.get("requestBody", {"content": {}})]
            for part in (*bodies, *operation["responses"].values()):
                for kind, content in part.get("content", {}).items():
                    schema = content["schema"]
                    named = "$ref" in schema or "properties" in schema
                    assert named or not kind.endswith("json"), path


def test_every_reference_leads_somewhere(described):
    schemas = described["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)):
        assert name in schemas


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (MetersShape, examples.METERS),
        (LatestShape, examples.LATEST),
        (RowsShape, examples.ROWS),
        (FactsShape, examples.FACTS),
        (ReconciliationShape, examples.RECONCILIATION),
        (HealthShape, examples.HEALTH),
        (ProblemShape, examples.PROBLEM),
        (ImportShape, examples.IMPORTED),
        (ImportsShape, examples.IMPORTS),
        (UndoneShape, examples.UNDONE),
        (HeldShape, oauth_examples.GRANT),
        (CodesShape, oauth_examples.CODES),
        (TokensShape, oauth_examples.TOKENS),
        (OAuthErrorShape, oauth_examples.REFUSED),
        (AddressesShape, oauth_examples.METADATA),
        (SignedInShape, owner_examples.SIGNED_IN),
        (SessionsShape, owner_examples.SESSIONS),
        (EndedShape, owner_examples.ENDED),
        (RequestShape, owner_examples.REQUEST),
        (PreviewShape, owner_examples.PREVIEW),
        (ApprovedShape, owner_examples.APPROVED),
        (RefusalShape, owner_examples.REFUSED),
        (HomeShape, owner_examples.HOME),
        (ServicesShape, owner_examples.SERVICES),
        (ReadsShape, owner_examples.READS),
        (ReceiptShape, owner_examples.RECEIPT),
        (WithdrawnShape, owner_examples.WITHDRAWN),
        (NarrowedShape, owner_examples.NARROWED),
    ],
)
def test_each_example_has_the_shape_it_shows(shape, example):
    shape.model_validate(example, strict=False)


async def test_each_answer_has_the_shape_that_is_documented(client):
    for path, shape in (
        ("/api/v1/meters", MetersShape),
        ("/api/v1/meters/linky/latest", LatestShape),
        ("/api/v1/meters/linky/registers/import_total_wh", RowsShape),
        ("/api/v1/meters/linky/registers/tariff_period", RowsShape),
        ("/api/v1/health", HealthShape),
        ("/nope", ProblemShape),
    ):
        body = (await client.get(path)).json()
        found = shape.model_validate(body)
        given = set(found.model_dump(by_alias=True, exclude_unset=True))
        assert given == set(body), path


async def test_the_description_is_served_to_who_holds_the_credential(client):
    answer = await client.get("/api/v1/openapi.json")
    assert answer.json() == json.loads(written())


def test_every_route_and_problem_is_in_the_documents(described):
    text, attacks = DOCS.read_text("utf-8"), ATTACKS.read_text("utf-8")
    for path in described["paths"]:
        assert path in text, f"{path} is missing in {DOCS}"
        assert f"`{path}`" in attacks, f"{path} is missing in {ATTACKS}"
    for kind in KINDS:
        assert f"`{kind}`" in text, f"{kind} is missing in {DOCS}"


def test_every_test_named_in_the_attack_table_exists():
    named = set(re.findall(r"`(test_\w+)`", ATTACKS.read_text("utf-8")))
    assert len(named) > 20
    sources = [*(ROOT / "tests").rglob("test_*.py")]
    known = set(
        re.findall(r"def (test_\w+)", "\n".join(s.read_text() for s in sources))
    )
    assert named <= known, named - known


def test_every_route_of_the_application_is_in_the_attack_table(described):
    attacks = ATTACKS.read_text("utf-8")
    known = {*ADDRESSES, *authority.OPEN, *described["paths"], "/api/v1/openapi.json"}
    for path in known:
        assert f"`{path}`" in attacks, path
    routes = []
    for route in bare().routes:
        inner = getattr(route, "original_router", None)
        routes += inner.routes if inner is not None else [route]
    # none escapes the description
    assert len({route.path for route in routes}) == len(known)
