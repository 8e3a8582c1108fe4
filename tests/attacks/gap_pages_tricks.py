"""The tricks of web pages, neighbour programs and guessers: rows of the table."""

from __future__ import annotations

from front import OWNER, PASSWORD, Front, front
from table import Attack
from twin_home import NOW_MS
from twin_house import Held, House

from api.owner_tokens import add

TRICKS: list[Attack] = []
DAY_MS = 86_400_000
MINE, METERS = "http://localhost", "/api/v1/meters"
NOBODY = (401, 403)


def trick(name: str):
    """Make a function a row of the table: done at a home's front."""

    def made(how):
        async def done(home: House):
            async with front(home) as at:
                await how(at)

        TRICKS.append(Attack("pages", name, done, (Held(),)))
        return how

    return made


@trick("a name of elsewhere that leads here")
async def rebound(at: Front):
    for host in ("evil.example", "localhost.evil.example", "192.0.2.1.nip.example", ""):
        for headers in (OWNER, {}):
            async with at.caller(**headers, Host=host) as caller:
                for path in (METERS, "/", "/api/v1/owner/sign-in"):
                    answer = await caller.get(path)
                    assert answer.status_code == 421, (host, path)
                    at.say(answer)


@trick("another origin that would read")
async def other_origin(at: Front):
    for origin in ("https://evil.example", "http://localhost:8081", "null"):
        async with at.caller(**OWNER, Origin=origin) as caller:
            for method in ("GET", "OPTIONS"):
                answer = await caller.request(method, METERS)
                allowed = [name for name in answer.headers if "access-control" in name]
                assert not allowed, origin
                at.home.say(answer.status_code)


@trick("a web app of a service, with the credential of somebody else")
async def web_apps(at: Front):
    own, other = "https://own.example", "https://other.example"
    tokens = [(await at.join(one, origin=one))["access_token"] for one in (own, other)]
    bearers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    for bearer in (bearers[1], OWNER):
        async with at.caller(**bearer, Origin=own) as caller:
            answer = await caller.get(METERS)
            assert "access-control-allow-origin" not in answer.headers
            at.home.say(answer.status_code)
    async with at.caller(**bearers[0], Origin=own) as caller:
        told = (await caller.get(METERS)).headers
        assert told["access-control-allow-origin"] == own
        assert "access-control-allow-credentials" not in told


@trick("another origin that would change something")
async def changing(at: Front):
    told = {"services": []}
    senders = (
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8081"},
        {"Sec_Fetch_Site": "cross-site"},
    )
    for sender in senders:
        answer = await at.owner("services/pause", told, **sender)
        assert answer.status_code == 403, sender
        at.say(answer)
    assert at.home.consents.grant(at.home.services["coach"]) is not None


@trick("the owner's cookie, by a program at another port")
async def neighbour(at: Front):
    cookie, page = await at.signed_in()
    shows = (
        {"Cookie": f"releve={cookie}"},
        {"Cookie": f"releve={cookie}", "Releve_Page": cookie},
        {"Cookie": f"releve={cookie}", "Releve_Page": ""},
        {"Cookie": f"releve={cookie}", "Releve_Page": "x" * 43},
        {"Releve_Page": page},
        {"Cookie": f"releve={page}", "Releve_Page": page},
        {"Authorization": f"Bearer {cookie}"},
        {"Authorization": f"Bearer {page}"},
    )
    for show in shows:
        async with at.caller(**show) as caller:
            answer = await caller.get(METERS)
            assert answer.status_code == 401, sorted(show)
            at.say(answer)


@trick("a page of elsewhere that has both secrets sent")
async def both(at: Front):
    cookie, page = await at.signed_in()
    shown = {"Cookie": f"releve={cookie}", "Releve_Page": page}
    async with at.caller(**shown) as caller:
        assert (await caller.get(METERS)).status_code == 200
        for of in (
            {"Origin": "https://evil.example"},
            {"Origin": "http://localhost:8081"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            answer = await caller.get(METERS, headers=of)
            assert answer.status_code == 403, of
            at.say(answer)


@trick("a browser that was signed out, or left alone for a month")
async def signed_out(at: Front):
    for leave in (False, True):
        cookie, page = await at.signed_in()
        shown = {"Cookie": f"releve={cookie}", "Releve_Page": page, "Origin": MINE}
        async with at.caller(**shown) as caller:
            assert (await caller.get(METERS)).status_code == 200
            if leave:
                at.home.at(at.home.clock.wall_ms + 30 * DAY_MS)
            else:
                gone = await caller.delete("/api/v1/owner/sessions/mine")
                assert gone.status_code == 200
            answer = await caller.get(METERS)
            assert answer.status_code == 401
            at.say(answer)


@trick("a page of ours in another's frame, or kept by who shares the browser")
async def framed(at: Front):
    async with at.caller(**OWNER) as caller:
        for path in ("/", "/consent", METERS):
            face = (await caller.get(path)).headers
            told = face["content-security-policy"].split("; ")
            assert {"default-src 'none'", "frame-ancestors 'none'"} <= {*told}
            assert face["x-frame-options"] == "DENY"
            assert face["referrer-policy"] == "no-referrer"
            at.home.say(path)
        assert (await caller.get(METERS)).headers["cache-control"] == "no-store"


@trick("passwords, guessed")
async def passwords(at: Front):
    await at.signed_in()
    async with at.caller("10.0.0.66", Origin=MINE) as caller:
        for n in range(5):
            told = {"password": f"{PASSWORD} {n}"}
            answer = await caller.post("/api/v1/owner/sign-in", json=told)
            assert answer.status_code == 403
        right = {"password": PASSWORD}
        answer = await caller.post("/api/v1/owner/sign-in", json=right)
        assert answer.status_code == 429
        at.home.say(answer.status_code)


@trick("pairing codes, guessed, used twice, or old")
async def pairing(at: Front):
    door = at.door.pairing
    code = door.make()
    assert [door.take(f"00000000{n}") for n in range(5)] == [False] * 5
    assert not door.take(code)
    code = door.make()
    assert door.take(code)
    assert not door.take(code)
    code = door.make()
    at.home.at(at.home.clock.wall_ms + 600_000)
    assert not door.take(code)
    at.home.say("shut")


@trick("a token of the owner's that has expired")
async def owner_token(at: Front):
    _, token = add(at.path, "tablet", 1, NOW_MS)
    async with at.caller(Authorization=f"Bearer {token}") as caller:
        assert (await caller.get(METERS)).status_code == 200
        at.home.at(NOW_MS + DAY_MS)
        answer = await caller.get(METERS)
        assert answer.status_code in NOBODY
        at.say(answer)
