"""The tricks of who asks for a grant, and of who stole a token: rows of the table."""

from __future__ import annotations

import json

from front import LINE, URL, Front, front
from table import Attack
from twin_house import Held, House

TRICKS: list[Attack] = []
MINUTE_MS = 60_000


def trick(name: str):
    """Make a function a row of the table: done at a home's front."""

    def made(how):
        async def done(home: House):
            async with front(home) as at:
                await how(at)

        TRICKS.append(Attack("oauth", name, done, (Held(),)))
        return how

    return made


def later(at: Front, minutes: float) -> None:
    """Let time pass, by every clock."""
    at.home.at(at.home.clock.wall_ms + int(minutes * MINUTE_MS))


@trick("a refresh token that was used, shown by a thief")
async def reuse(at: Front):
    first = await at.join()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await at.token(**form)).json()
    assert not await at.opens(first["access_token"])
    assert await at.opens(second["access_token"])
    at.say(await at.token(**form))
    # which of the two is the thief can't be told: what came of it is over
    assert not await at.opens(second["access_token"])
    again = form | {"refresh_token": second["refresh_token"]}
    answer = await at.token(**again)
    assert answer.json()["error"] == "invalid_grant"
    at.say(answer)


@trick("an access token that is older than an hour")
async def old_token(at: Front):
    tokens = await at.join()
    later(at, 59)
    assert await at.opens(tokens["access_token"])
    later(at, 1)
    assert not await at.opens(tokens["access_token"])
    at.home.say("over")


@trick("tokens that were given back")
async def revoked(at: Front):
    tokens = await at.join()
    async with at.caller() as caller:
        form = {"token": tokens["refresh_token"]}
        at.say(await caller.post("/oauth/revoke", data=form))
    assert not await at.opens(tokens["access_token"])


@trick("an approval of another request than was shown")
async def other_digest(at: Front):
    codes = (await at.ask()).json()
    answer = await at.approve(codes, digest="0" * 64)
    assert answer.status_code == 409, answer.text
    at.say(answer)
    assert (await at.poll(codes)).json()["error"] == "authorization_pending"


@trick("more approved than was asked for")
async def widened(at: Front):
    wider = (
        {"granularity": "30min"},
        {"history": "P1Y"},
        {"channels": ["rest", "sse"]},
        {"class": "live_power", "granularity": "live"},
    )
    codes = (await at.ask()).json()
    for one in wider:
        answer = await at.approve(codes, LINE | one)
        assert answer.status_code == 409, answer.text
        at.say(answer)


@trick("user codes, guessed")
async def guessed(at: Front):
    codes = (await at.ask()).json()
    for n in range(5):
        wrong = {"user_code": "BCDFG-HJKL" + "MNPQR"[n]}
        assert (await at.shown(wrong)).status_code == 404
    answer = await at.shown(codes)
    assert answer.status_code == 404  # the right one too
    at.say(answer)
    later(at, 10)


@trick("a request that is seen before its code is typed, or after its end")
async def unseen(at: Front):
    codes = (await at.ask()).json()
    later(at, 10)
    answer = await at.shown(codes)
    assert answer.status_code == 404
    at.say(answer)
    polled = await at.poll(codes)
    assert polled.json()["error"] == "expired_token"
    at.say(polled)


@trick("asked again after a refusal")
async def refused(at: Front):
    codes = (await at.ask()).json()
    seen = (await at.shown(codes)).json()
    told = {"request": seen["request"], "digest": seen["digest"]}
    assert (await at.owner("requests/refuse", told)).status_code == 200
    for days in (0, 29):
        later(at, days * 24 * 60)
        again = (await at.ask()).json()
        answer = await at.shown(again)
        assert answer.status_code == 404  # it waits, and nobody sees it
        at.say(answer)
    later(at, 2 * 24 * 60)
    assert (await at.shown((await at.ask()).json())).status_code == 200


@trick("another's device code")
async def other_client(at: Front):
    codes = (await at.ask()).json()
    await at.approve(codes)
    answer = await at.poll(codes, "another")
    assert answer.json()["error"] == "invalid_grant"
    at.say(answer)


@trick("a device code twice")
async def twice(at: Front):
    codes = (await at.ask()).json()
    await at.approve(codes)
    assert (await at.poll(codes)).status_code == 200
    later(at, 1)
    answer = await at.poll(codes)
    assert answer.json()["error"] == "invalid_grant"
    at.say(answer)


@trick("requests without number, of one address and of many")
async def flood(at: Front):
    for n in range(30):
        at.say(await at.ask(address=f"10.0.0.{n // 6}", client_id=f"asker{n}"))
    # what is waited by is the asker's own
    at.home.said[:] = [one[:1] for one in at.home.said]
    statuses = [one[0] for one in at.home.said]
    assert statuses == [*([200] * 5 + [429]) * 4, *[429] * 6]


UNKNOWN = (
    {"class": "everything"},
    {"granularity": "1min"},
    {"more": True},
    {"history": "P4Y"},
    {"history": "P99Y"},
    {"duration": "P50Y"},
    {"purpose": "advice\u202e"},
    {"purpose": "advice\x1b[2J"},
    {"channels": ["post"]},
    {"fluid": "steam"},
)


@trick("words that nobody knows, and lengths that nobody grants")
async def unknown(at: Front):
    for one in UNKNOWN:
        answer = await at.ask(LINE | one)
        assert answer.status_code == 400, (one, answer.text)
        at.say(answer)
    answer = await at.ask(LINE, LINE | {"more": True})
    assert answer.status_code == 400  # and not the half that is understood
    at.say(answer)
    twice = json.dumps([LINE]).replace('"day"', '"day", "granularity": "30min"')
    answer = await at.ask(authorization_details=twice)
    assert answer.status_code == 400, "two who read it might believe two things"
    at.say(answer)


@trick("names that a screen would not show as they are")
async def names(at: Front):
    for name in (
        "\x1b[31mCoach",
        "Coach\u202eSAS",
        "Co\u2800ach",
        "C\n",
        " C",
        "C" * 61,
    ):
        answer = await at.ask(client_name=name)
        assert answer.status_code == 400, name
        at.say(answer)


@trick("an address that a Host header makes")
async def by_host(at: Front):
    async with at.caller(Host="192.0.2.9:81") as caller:
        answer = await caller.get("/.well-known/oauth-authorization-server")
        assert {answer.json()["issuer"]} == {URL}
        at.say(answer)
    codes = (await at.ask()).json()
    assert codes["verification_uri"] == f"{URL}/consent"


@trick("a request that a web page sends")
async def by_page(at: Front):
    form = {"client_id": "asker", "authorization_details": "[]"}
    senders = (
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8081"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    )
    for sender in senders:
        async with at.caller(**sender) as caller:
            for path in ("device_authorization", "token", "revoke"):
                answer = await caller.post(f"/oauth/{path}", data=form)
                assert answer.status_code == 403, sender
                at.say(answer)
