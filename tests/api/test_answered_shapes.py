"""What services and the owner's pages are answered: each as it is documented, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import PARIS, caller
from services_house import LINE, Household, Service, stranger

from api.oauth_shapes import AddressesShape, CodesShape, OAuthErrorShape, TokensShape
from api.owner_shapes import (
    ApprovedShape,
    HomeShape,
    NarrowedShape,
    PausedShape,
    PreviewShape,
    ReadsShape,
    ReceiptShape,
    RefusalShape,
    RequestShape,
    ResumedShape,
    ServicesShape,
    WithdrawnShape,
)
from edge.consent.read_journal import ReadJournal

OWNER = "/api/v1/owner"


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
def home(deps, household):
    journal = ReadJournal(household.consents.ledger, PARIS)
    return replace(household.within(deps), read_journal=journal)


@pytest.fixture
async def owner(home):
    async with caller(home) as called:
        yield called


@pytest.fixture
async def service(home):
    async with stranger(home) as called:
        yield Service(called)


def of(shape, answer) -> dict:
    """Hold an answer to its shape: nothing less in it, and nothing more."""
    body = answer.json()
    read = shape.model_validate(body)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == body
    return body


async def test_a_service_is_answered_as_documented(service, household):
    codes = of(CodesShape, await service.ask())
    of(OAuthErrorShape, await service.poll(codes["device_code"]))
    of(OAuthErrorShape, await service.post("device_authorization", {}))
    household.approve(codes["user_code"])
    household.clock.passed_s += codes["interval"]
    tokens = of(TokensShape, await service.poll(codes["device_code"]))
    of(TokensShape, await service.refresh(tokens["refresh_token"]))
    where = "/.well-known/oauth-authorization-server"
    of(AddressesShape, await service.client.get(where))


async def test_the_owner_s_pages_are_answered_as_documented(owner, service):
    async def post(path, shape, **told):
        return of(shape, await owner.post(f"{OWNER}/{path}", json=told))

    codes = (await service.ask()).json()
    asked = await post("requests", RequestShape, code=codes["user_code"])
    await post("preview", PreviewShape, meter="linky", terms=LINE)
    shown = {"request": asked["request"], "digest": asked["digest"]}
    choices = [{"terms": LINE, "meters": ["linky"]}]
    given = await post(
        "requests/approve", ApprovedShape, **shown, choices=choices, language="fr"
    )
    service.tokens = (await service.poll(codes["device_code"])).json()
    await service.get("/api/v1/meters/linky/registers/import_total_wh?step=day")

    of(HomeShape, await owner.get(f"{OWNER}/home"))
    of(ReadsShape, await owner.get(f"{OWNER}/reads"))
    (held,) = of(ServicesShape, await owner.get(f"{OWNER}/services"))["services"]
    (consent,) = given["consents"]
    of(ReceiptShape, await owner.get(f"{OWNER}/consents/{consent}/receipt"))

    await post("services/pause", PausedShape, services=[held["id"]])
    await post("services/resume", ResumedShape, services=[])
    month = {"terms": {**LINE, "granularity": "month"}, "meters": ["linky"]}
    after = await post("consents/narrow", NarrowedShape, consent=consent, choice=month)
    await post("consents/withdraw", WithdrawnShape, consents=[after["consent"]])


async def test_a_refusal_is_answered_as_documented(owner, service):
    code = (await service.ask()).json()["user_code"]
    asked = (await owner.post(f"{OWNER}/requests", json={"code": code})).json()
    told = {"request": asked["request"], "digest": asked["digest"]}
    of(RefusalShape, await owner.post(f"{OWNER}/requests/refuse", json=told))
