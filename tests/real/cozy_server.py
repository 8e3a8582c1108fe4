"""A Cozy as it was measured: its routes and statuses, by TLS, in a process of its own.

Run as `python -m tests.real.cozy_server HOST PORT PEM`. What its household does over
there, and what befalls it, is told it at /_control; what it holds is read at /_docs.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI()
CLIENTS: dict[str, dict] = {}
CODES: dict[str, dict] = {}
TOKENS: dict[str, dict] = {}
"""By token: its client, its scope, what it is for, and whether it has expired."""
DOCS: dict[str, dict[str, dict]] = {}
INDEXES: set[tuple[str, frozenset[str]]] = set()
BEFALLS: dict[str, object] = {"down": False, "lost": 0, "asked": []}


def told(status, document, **headers):
    data = b"" if document is None else orjson.dumps(document)
    return Response(data, status, headers=headers, media_type="application/json")


def refused(status, detail, **headers):
    return told(
        status, {"errors": [{"status": str(status), "detail": detail}]}, **headers
    )


def by_token(request):
    return request.headers.get("authorization", "").removeprefix("Bearer ")


@app.middleware("http")
async def befall(request, go_on):
    if request.url.path.startswith("/_"):
        return await go_on(request)
    BEFALLS["asked"].append(f"{request.method} {request.url.path}")
    if BEFALLS["down"]:  # CouchDB is, behind a stack that answers
        return told(500, {"error": "dial tcp: connection refused"})
    answer = await go_on(request)
    if BEFALLS["lost"] and request.url.path.endswith("/_bulk_docs"):
        BEFALLS["lost"] -= 1  # it hung, and the write landed all the same
        return told(500, {"error": "context deadline exceeded"})
    return answer


@app.post("/auth/register")
async def register(request: Request):
    asked = orjson.loads(await request.body())
    if not all(
        asked.get(one) for one in ("redirect_uris", "client_name", "software_id")
    ):
        return told(400, {"error": "invalid_client_metadata"})
    if urlsplit(asked["redirect_uris"][0]).hostname == request.url.hostname:
        return told(400, {"error": "invalid_redirect_uri"})
    made = {
        "client_id": secrets.token_hex(16),
        "client_secret": secrets.token_urlsafe(24),
        "registration_access_token": secrets.token_urlsafe(24),
        "grant_types": ["authorization_code", "refresh_token"],
    }
    CLIENTS[made["client_id"]] = made | asked
    return told(201, made)


@app.delete("/auth/register/{client}")
async def unregister(client: str, request: Request):
    known = CLIENTS.get(client, {})
    if by_token(request) != known.get("registration_access_token"):
        return refused(401, "invalid token")
    revoke(client)
    return told(204, None)


@app.api_route("/auth/authorize", methods=["GET", "POST"])
async def authorize(request: Request):
    asked = dict(request.query_params)
    client = CLIENTS.get(asked.get("client_id", ""), {})
    if asked.get("redirect_uri") not in client.get("redirect_uris", ()):
        return told(400, {"error": "the client must be registered"})
    if request.method == "GET":
        return Response(
            f"<h1>{client['client_name']} asks</h1>", media_type="text/html"
        )
    code = secrets.token_urlsafe(16)
    CODES[code] = asked
    back = urlencode({"access_code": code, "code": code, "state": asked["state"]})
    return told(302, None, Location=f"{asked['redirect_uri']}?{back}#")


@app.post("/auth/access_token")
async def access_token(request: Request):  # noqa: PLR0911 - a line a refusal
    form = dict(parse_qsl((await request.body()).decode()))
    client = CLIENTS.get(form.get("client_id", ""))
    if client is None:
        return told(400, {"error": "the client must be registered"})
    if form.get("client_secret") != client["client_secret"]:
        return told(400, {"error": "invalid client_secret"})
    if form.get("grant_type") == "refresh_token":
        held = TOKENS.get(form.get("refresh_token", ""), {})
        if held.get("client") != form["client_id"] or held["for"] != "refresh":
            return told(400, {"error": "invalid refresh token"})
        return told(200, issued(held["client"], held["scope"]))
    asked = CODES.pop(form.get("code", ""), None)
    if asked is None:
        return told(400, {"error": "invalid code"})
    hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    given = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    if given != asked["code_challenge"]:
        return told(400, {"error": "invalid code_verifier"})
    held = {"client": form["client_id"], "scope": asked["scope"]}
    refresh = secrets.token_urlsafe(24)
    TOKENS[refresh] = held | {"for": "refresh"}
    return told(200, issued(**held) | {"refresh_token": refresh})


def issued(client, scope):
    token = secrets.token_urlsafe(24)
    TOKENS[token] = {"client": client, "scope": scope, "for": "access", "over": False}
    return {"access_token": token, "token_type": "bearer", "scope": scope}


def revoke(client):
    CLIENTS.pop(client, None)
    for token in [one for one, held in TOKENS.items() if held["client"] == client]:
        del TOKENS[token]


def barred(request, kind, verb):
    """Say why a token doesn't open a whole doctype for a verb; None where it does."""
    held = TOKENS.get(by_token(request))
    wrong = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if held is None or held["for"] != "access":
        return refused(400, "Invalid JWT token", **wrong)
    if held["over"]:
        return refused(400, "Expired token", **wrong)
    for one in held["scope"].split():
        name, _, verbs = one.partition(":")
        wild = name.endswith(".*") and kind.startswith(name[:-1])
        if (name == kind or wild) and (not verbs or verb in verbs.split(",")):
            return None
    return refused(403, "the permission doesn't allow it")


@app.post("/data/{kind}/_bulk_docs")
async def bulk(kind: str, request: Request):
    if (no := barred(request, kind, "POST")) is not None:
        return no
    docs, rows = DOCS.setdefault(kind, {}), []
    for one in orjson.loads(await request.body())["docs"]:
        stands = docs.get(one["_id"])
        gone = stands is not None and stands.get("_deleted")
        if stands is not None and not gone and one.get("_rev") != stands["_rev"]:
            rows.append(
                {
                    "id": one["_id"],
                    "error": "conflict",
                    "reason": "Document update conflict.",
                }
            )
            continue
        if gone and one.get("_rev"):
            rows.append(
                {
                    "id": one["_id"],
                    "error": "conflict",
                    "reason": "Document update conflict.",
                }
            )
            continue
        number = 1 + int(stands["_rev"].partition("-")[0]) if stands else 1
        rev = f"{number}-{secrets.token_hex(16)}"
        docs[one["_id"]] = {**one, "_rev": rev}
        rows.append({"ok": True, "id": one["_id"], "rev": rev})
    return told(201, rows)


@app.post("/data/{kind}/_all_docs")
async def all_docs(kind: str, request: Request):
    if (no := barred(request, kind, "GET")) is not None:
        return no
    rows, docs = [], DOCS.get(kind, {})
    for key in orjson.loads(await request.body())["keys"]:
        found = docs.get(key)
        if found is None:
            rows.append({"key": key, "error": "not_found"})
            continue
        gone = bool(found.get("_deleted"))
        value = {"rev": found["_rev"]} | ({"deleted": True} if gone else {})
        rows.append(
            {"id": key, "key": key, "value": value, "doc": None if gone else found}
        )
    return told(200, {"total_rows": len(docs), "offset": 0, "rows": rows})


@app.post("/data/{kind}/_index")
async def index(kind: str, request: Request):
    if (no := barred(request, kind, "GET")) is not None:
        return no
    fields = tuple(orjson.loads(await request.body())["index"]["fields"])
    INDEXES.add((kind, frozenset(fields)))
    return told(200, {"result": "created"})


@app.post("/data/{kind}/_find")
async def find(kind: str, request: Request):
    if (no := barred(request, kind, "GET")) is not None:
        return no
    asked = orjson.loads(await request.body())
    wanted = asked["selector"]
    if (kind, frozenset(wanted)) not in INDEXES:
        return told(400, {"error": "no_index"})
    first = int(asked.get("bookmark") or 0)
    found = [
        one
        for one in DOCS.get(kind, {}).values()
        if not one.get("_deleted") and wanted.items() <= one.items()
    ]
    page = found[first : first + asked["limit"]]
    after = str(first + len(page))
    return told(200, {"docs": page, "limit": asked["limit"], "bookmark": after})


@app.post("/_control")
async def control(request: Request):
    asked = orjson.loads(await request.body())
    if asked.pop("expire", False):
        for held in TOKENS.values():
            held["over"] = True
    if asked.pop("revoke", False):
        for client in list(CLIENTS):
            revoke(client)
    for kind, docs in asked.pop("put", {}).items():
        for one in docs:
            rev = f"9-{secrets.token_hex(16)}"
            DOCS.setdefault(kind, {})[one["_id"]] = {**one, "_rev": rev}
    BEFALLS.update(asked)
    return told(200, {})


@app.get("/_docs")
async def docs():
    return told(
        200, {"docs": DOCS, "asked": BEFALLS["asked"], "clients": list(CLIENTS)}
    )


if __name__ == "__main__":
    HOST, PORT, PEM = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    uvicorn.run(
        app,
        host=HOST,
        port=PORT,
        log_level="error",
        ssl_certfile=PEM,
        ssl_keyfile=PEM,
    )
