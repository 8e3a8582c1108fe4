"""A Cozy's own routes, as a real one answers them (measured: docs/cozy.md).

Every answer is read as a stranger's: bounded, of the one form, else it is none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson

from edge.outgoing.destination import Destination, OutgoingRefused
from edge.outgoing.http import client
from edge.outgoing.places import Guard
from edge.outputs.cozy.account import Account, Asked
from edge.outputs.cozy.errors import (
    CozyDown,
    CozyError,
    CozyRefused,
    CozyWithdrawn,
    TokenOver,
)

PAGE, FOUND_MOST = 1_000, 20_000
BYTES_MOST = 8 << 20
WAIT = httpx.Timeout(60.0, connect=15.0)
"""A stack whose database hangs answers 500 after 42 s (measured)."""
SOFTWARE = "releve"
CLIENT_NAME = "Relevé"
TOKEN_WORDS = ("invalid jwt", "expired token", "invalid token")


@dataclass(frozen=True, slots=True)
class Stack:
    """One Cozy, spoken to over one connection."""

    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, ca_file: str = "", guard: Guard | None = None
    ) -> AsyncIterator[Stack]:
        """Give a Cozy by its address; raise OutgoingRefused, CozyError."""
        to = Destination.parse(url)
        try:
            trusting = ssl.create_default_context  # reads a few hundred certificates
            context = await asyncio.to_thread(trusting, cafile=ca_file or None)
        except OSError as error:
            raise CozyError(f"{ca_file} can't be read as certificates") from error
        async with client(to, guard, context) as http:
            http.timeout = WAIT
            yield cls(http)

    async def register(self, redirect: str) -> dict[str, str]:
        """Make ourselves known (RFC 7591); give client_id, secret and token."""
        status, found = await self._ask(
            "POST",
            "/auth/register",
            json={
                "redirect_uris": [redirect],
                "client_name": CLIENT_NAME,
                "software_id": SOFTWARE,
                "client_kind": "web",
            },
        )
        if status != 201:
            raise _no("takes nobody in", status)
        return _texts(found, "client_id", "client_secret", "registration_access_token")

    async def unregister(self, account: Account) -> None:
        """Have the Cozy forget us; one that doesn't know us any more is content."""
        path = f"/auth/register/{quote(account.client, safe='')}"
        status, _ = await self._ask("DELETE", path, token=account.registration)
        if status not in (204, 400, 401, 404):
            raise _no("does not forget us", status)

    async def tokens(self, asked: Asked, code: str) -> Account:
        """Give an account with the tokens that a consent's code is worth."""
        found = await self._tokens(
            asked.account,
            grant_type="authorization_code",
            code=code,
            code_verifier=asked.verifier,
        )
        told = _texts(found, "access_token", "refresh_token")
        return asked.account.renewed(told["access_token"], told["refresh_token"])

    async def renew(self, account: Account) -> Account:
        """Give an account with a new access token; raise CozyWithdrawn."""
        found = await self._tokens(
            account, grant_type="refresh_token", refresh_token=account.refresh
        )
        return account.renewed(_texts(found, "access_token")["access_token"])

    async def _tokens(self, account: Account, **form: str) -> Any:
        form |= {"client_id": account.client, "client_secret": account.secret}
        status, found = await self._ask("POST", "/auth/access_token", data=form)
        if status == 200:
            return found
        # nothing but the stack's own word: a proxy before it may say no as well
        if status == 400 and isinstance(found, dict) and "error" in found:
            raise CozyWithdrawn(
                "the Cozy lets us in no more: Relevé was revoked there",
                hint="`releve cozy connect` asks for it again",
            )
        raise _no("gives no token", status)

    async def write(
        self, account: Account, doctype: str, documents: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Send documents in bulk; give the row that is said of each, in order.

        The whole answer is a yes even where no row of it is.
        """
        path = f"/data/{doctype}/_bulk_docs"
        found = await self._data(account, path, {"docs": list(documents)})
        if not isinstance(found, list) or len(found) != len(documents):
            raise CozyDown("the Cozy's answer is not one for each document")
        return [row if isinstance(row, dict) else {} for row in found]

    async def read(
        self, account: Account, doctype: str, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Give what stands under ids: the whole document, `_deleted` for a former."""
        path = f"/data/{doctype}/_all_docs?include_docs=true"
        found = await self._data(account, path, {"keys": list(ids)})
        rows = found.get("rows") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise CozyDown("the Cozy's answer has no rows")
        told: dict[str, dict[str, Any]] = {}
        for row in rows:
            key = row.get("key") if isinstance(row, dict) else None
            if not isinstance(key, str):
                continue
            value, whole = row.get("value"), row.get("doc")
            if isinstance(whole, dict):
                told[key] = whole
            elif isinstance(value, dict) and value.get("deleted"):
                told[key] = {"_deleted": True, "_rev": value.get("rev")}
        return told

    async def find(
        self, account: Account, doctype: str, found: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Give all documents that have these values, by an index made for them.

        Without one a Cozy answers 400; one that exists already is no error.
        """
        index = {"index": {"fields": list(found)}}
        await self._data(account, f"/data/{doctype}/_index", index)
        told: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"selector": found, "limit": PAGE}
        while True:
            page = await self._data(account, f"/data/{doctype}/_find", asked)
            docs = page.get("docs") if isinstance(page, dict) else None
            if not isinstance(docs, list):
                raise CozyDown("the Cozy's answer has no documents")
            told += [one for one in docs if isinstance(one, dict)]
            if len(docs) < PAGE or len(told) > FOUND_MOST:
                return told
            asked["bookmark"] = page.get("bookmark")

    async def _data(self, account: Account, path: str, body: dict[str, Any]) -> Any:
        status, found = await self._ask("POST", path, token=account.access, json=body)
        if status in (200, 201):
            return found
        words = orjson.dumps(found).decode().lower()
        if status == 401 or (status == 400 and any(w in words for w in TOKEN_WORDS)):
            raise TokenOver("the access token is taken no more")
        raise _no("does not take documents", status)

    async def _ask(
        self, method: str, path: str, *, token: str = "", **sent: Any
    ) -> tuple[int, Any]:
        # as it is: a few packed bytes may hold any number
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if "json" in sent:
            sent["content"] = orjson.dumps(sent.pop("json"))
            headers["Content-Type"] = "application/json"
        request = self.http.build_request(method, path, headers=headers, **sent)
        try:
            answer = await self.http.send(request, stream=True)
            try:
                return answer.status_code, await _document(answer)
            finally:
                await answer.aclose()
        except (httpx.HTTPError, OSError) as error:
            # not chained: a request's words may hold its token
            raise CozyDown(f"the Cozy doesn't answer: {type(error).__name__}") from None
        except OutgoingRefused as error:
            raise CozyDown(str(error)) from error


def authorize(asked: Asked) -> str:
    """Give the address at which the household consents, at its Cozy (PKCE, S256)."""
    hashed = hashlib.sha256(asked.verifier.encode()).digest()
    account = asked.account
    query = {
        "client_id": account.client,
        "redirect_uri": account.redirect,
        "response_type": "code",
        "state": asked.state,
        "scope": account.scope,
        "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{account.url}/auth/authorize?{urlencode(query)}"


async def _document(answer: httpx.Response) -> Any:
    data = bytearray()
    if "content-encoding" in answer.headers:
        raise CozyDown("the Cozy's answer is packed, which was not asked for")
    async for piece in answer.aiter_raw():
        data += piece
        if len(data) > BYTES_MOST:
            raise CozyDown("the Cozy's answer is longer than any of its should be")
    try:
        return orjson.loads(data)
    except ValueError:
        return None


def _no(what: str, status: int) -> CozyError:
    if status >= 500 or status in (404, 408, 429):
        return CozyDown(f"the Cozy {what} now: {status}")
    return CozyRefused(f"the Cozy {what}: {status}")


def _texts(found: Any, *names: str) -> dict[str, str]:
    told = found if isinstance(found, dict) else {}
    texts = {name: told.get(name) for name in names}
    if not all(isinstance(one, str) and 0 < len(one) < 8_000 for one in texts.values()):
        raise CozyDown("this is not a Cozy's answer")
    return {name: str(one) for name, one in texts.items()}
