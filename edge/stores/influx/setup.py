"""Making an InfluxDB ready: organisation, buckets, DBRP names, a token for these alone.

Everything is looked for before it is made, so that it may be done again. The token of
an administrator is needed for it, and for nothing that runs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from edge.errors import LinesRefused, StoreError
from edge.stores.influx.http import Answer, Http
from edge.stores.influx.names import BEGUN, Databases
from edge.stores.influx.sender import PROBE
from edge.stores.influx.server import Influx2
from edge.stores.influx.token import keep_secret, load_secret
from edge.stores.influx.words import select

DAY_S = 86_400
WEEK_S, YEAR_S = 7 * DAY_S, 365 * DAY_S
MARGIN_DAYS = 7
"""Beyond what Relevé keeps: it lets readings go itself, InfluxDB only makes sure."""
USER = "releve"
OPERATOR = "give an operator's token, as `influx auth list` shows it"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket wanted: how long it and each of its shards last; 0 is for ever."""

    name: str
    keep_s: int
    shard_s: int

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Give its retention rules, as the API has them."""
        return [
            {
                "type": "expire",
                "everySeconds": self.keep_s,
                "shardGroupDurationSeconds": self.shard_s,
            }
        ]


def buckets(databases: Databases, raw_days: int, minute_days: int) -> list[Bucket]:
    """Give the buckets of a home: few shards, since each is files and memory."""
    raw_s, minutes_s = (
        (days + MARGIN_DAYS) * DAY_S for days in (raw_days, minute_days)
    )
    return [
        Bucket(databases.lasting, 0, 52 * WEEK_S),
        Bucket(databases.raw, raw_s, WEEK_S),
        Bucket(databases.minutes, minutes_s, WEEK_S * (4 if minutes_s > YEAR_S else 1)),
    ]


class Setup:
    """Prepares one InfluxDB; `token` is an administrator's, once it is known."""

    def __init__(self, url: str, org: str, *, token: str = "") -> None:
        self._url, self._org, self.token = url, org, token
        self._http = Http(url)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def fresh(self) -> bool:
        """Tell whether this InfluxDB was never set up; raise StoreError on silence."""
        return bool(self._call("GET", "/api/v2/setup").get("allowed"))

    def begin(self, bucket: str, secret_file: Path) -> None:
        """Set a fresh InfluxDB up; its secrets are on the disk before it has them."""
        self.token = secrets.token_urlsafe(48)
        told = {"username": USER, "password": _password(), "token": self.token}
        keep_secret(secret_file, orjson.dumps(told).decode())
        asked = {**told, "org": self._org, "bucket": bucket}
        self._call("POST", "/api/v2/setup", {**asked, "retentionPeriodSeconds": 0})

    def prepare(self, wanted: list[Bucket], token_file: Path) -> list[str]:
        """Make what is missing, and a token for these alone; say what was done."""
        org = self._organisation()
        done = []
        ids = {}
        for bucket in wanted:
            ids[bucket.name], step = self._bucket(org, bucket)
            done.append(step)
        for bucket in wanted:
            self._mapping(org, bucket.name, ids[bucket.name])
        done.append(self._token(org, ids, token_file))
        return done

    def unmake(self, names: Sequence[str]) -> None:
        """Delete these buckets with all that is in them, and the token for them.

        Raises StoreError. What isn't there is gone already.
        """
        org = self._organisation()
        self._end_tokens(org, names)
        for name in names:
            path = f"/api/v2/buckets?orgID={org}&name={name}"
            for one in self._call("GET", path, missing={}).get("buckets", []):
                self._call("DELETE", f"/api/v2/buckets/{one['id']}", missing={})

    def renew(self, secret_file: Path) -> None:
        """Give the administrator another token and password, and end all it had.

        They are on the disk before the old ones end. Raises StoreError.
        """
        every = self._call("GET", "/api/v2/authorizations")["authorizations"]
        mine = next(one for one in every if one["token"] == self.token)
        asked = {name: mine[name] for name in ("orgID", "userID", "permissions")}
        made = self._call("POST", "/api/v2/authorizations", asked)
        told = {"username": USER, "password": _password()}
        self.token = made["token"]
        keep_secret(secret_file, orjson.dumps({**told, "token": self.token}).decode())
        path = f"/api/v2/users/{mine['userID']}/password"
        self._call("POST", path, {"password": told["password"]})
        for one in every:
            if one["userID"] == mine["userID"]:
                self._call("DELETE", f"/api/v2/authorizations/{one['id']}", missing={})

    def _end_tokens(self, org: str, names: Iterable[str]) -> str:
        """End the tokens that were made for buckets; give what they are called."""
        description = f"releve: {', '.join(names)}"
        before = self._call("GET", f"/api/v2/authorizations?orgID={org}")
        for one in before.get("authorizations", []):
            if one.get("description") == description:
                self._call("DELETE", f"/api/v2/authorizations/{one['id']}")
        return description

    def _organisation(self) -> str:
        found = self._call("GET", f"/api/v2/orgs?org={self._org}", missing={})
        for one in found.get("orgs", []):
            if one["name"] == self._org:
                return str(one["id"])
        return str(self._call("POST", "/api/v2/orgs", {"name": self._org})["id"])

    def _bucket(self, org: str, wanted: Bucket) -> tuple[str, str]:
        path = f"/api/v2/buckets?orgID={org}&name={wanted.name}"
        found = self._call("GET", path, missing={}).get("buckets", [])
        rules = {"retentionRules": wanted.rules}
        kept = f"{wanted.keep_s // DAY_S} days" if wanted.keep_s else "for ever"
        if not found:
            named = {"orgID": org, "name": wanted.name}
            made = self._call("POST", "/api/v2/buckets", {**named, **rules})
            return str(made["id"]), f"bucket {wanted.name} made, kept {kept}"
        number = str(found[0]["id"])
        self._call("PATCH", f"/api/v2/buckets/{number}", rules)
        return number, f"bucket {wanted.name} is there, kept {kept}"

    def _mapping(self, org: str, name: str, bucket: str) -> None:
        """Have InfluxQL find a bucket by its name, where it doesn't by itself."""
        path = f"/api/v2/dbrps?orgID={org}&db={name}"
        found = self._call("GET", path, missing={}).get("content", [])
        if any(one["bucketID"] == bucket and not one.get("virtual") for one in found):
            return
        asked = {
            "orgID": org,
            "bucketID": bucket,
            "database": name,
            "retention_policy": "autogen",
            "default": True,
        }
        self._call("POST", "/api/v2/dbrps", asked)

    def _token(self, org: str, ids: Mapping[str, str], token_file: Path) -> str:
        if token_file.exists() and self._works(load_secret(token_file), ids):
            return f"the token in {token_file} works"
        description = self._end_tokens(org, ids)
        permissions = [
            {"action": action, "resource": {"type": "buckets", "id": i, "orgID": org}}
            for i in ids.values()
            for action in ("read", "write")
        ]
        asked = {"orgID": org, "description": description, "permissions": permissions}
        made = self._call("POST", "/api/v2/authorizations", asked)
        keep_secret(token_file, made["token"])
        return f"a token for these buckets alone is in {token_file}"

    def _works(self, token: str, ids: Mapping[str, str]) -> bool:
        server = Influx2(self._url, self._org, lambda: token)
        try:
            for name in ids:
                # SHOW is answered to everybody, with nothing
                server.ask(name, select('"probe"', f'"{BEGUN}"'))
                with suppress(LinesRefused):  # too old for the bucket, but read
                    server.write(name, [PROBE])
        except StoreError:
            return False
        finally:
            server.close()
        return True

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        missing: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Make one request of the administrator; `missing` is what a 404 means."""
        said = self._http.exchange(method, path, body, token=self.token)
        if said.status == 404 and missing is not None:
            return missing
        if not 200 <= said.status < 300:
            raise _refused(self._url, said)
        try:
            found = orjson.loads(said.text) if said.text else {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StoreError(
                f"what answers at {self._url} is no InfluxDB 2",
                hint="mend influxdb.url",
            )
        return found


def _password() -> str:
    """Draw one that `strong-passwords` takes: of three kinds of signs at least."""
    return f"{secrets.token_urlsafe(24)}-0aA"


def _refused(url: str, said: Answer) -> StoreError:
    if said.status == 401:
        return StoreError("InfluxDB doesn't take this token", hint=OPERATOR)
    if said.status == 403:
        return StoreError("this token may not make buckets and tokens", hint=OPERATOR)
    return StoreError(f"InfluxDB answered {said.status} at {url}: {said.text[:200]}")
