"""The door to an InfluxDB: lines in, InfluxQL out, and what each answer means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson

from edge.errors import LinesRefused, StoreDown, StoreError
from edge.stores.influx.calls import Calls
from edge.stores.influx.http import ANSWER_S, CONNECT_S, Answer, Http

INIT = "`releve store init` makes its buckets and a token for them"
AGAIN = "it is asked again, and gets what waits"
DROPPED = re.compile(r"dropped=(\d+)")
REFUSALS = ("unable to parse", "partial write", "too large")
"""What InfluxDB says when a line is at fault: another's 400 proves nothing."""

NO_DATABASE = ("database not found", "not executed")
"""The latter is all that influxd 2.7 says of several statements on a missing one."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: its measurement, its tags, and rows in time order."""

    name: str
    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def whole(self, *columns: str) -> list[Sequence[Any]]:
        """Give the rows that have all of these.

        InfluxDB shows a point's fields one by one while it takes them: a point that
        lacks what every point has isn't there yet.
        """
        places = [self.columns.index(one) for one in columns]
        return [row for row in self.rows if None not in [row[at] for at in places]]


Token = Callable[[], str]
"""Gives the token, as it is in its file now; raises StoreError when it can't."""


class Server(Protocol):
    """An InfluxDB, as far as the store needs it; every method blocks."""

    def write(self, database: str, lines: Sequence[str]) -> None:
        """Write lines, durable on return; raise LinesRefused, or StoreDown."""
        ...

    def ask(self, database: str, text: str) -> list[list[Series]]:
        """Give each statement's series; raise StoreDown or StoreError."""
        ...

    def hang_up(self, *, for_good: bool = False) -> None:
        """Have those who wait raise StoreDown, and `for_good` all later ones."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Influx2:
    """InfluxDB 2.x through influxdb-client: v2 writes, InfluxQL reads through DBRP."""

    scheme = "Token"

    def __init__(
        self,
        url: str,
        org: str,
        token: Token,
        *,
        connect_s: float = CONNECT_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._org, self._token = org, token
        self._http = Http(
            url, connect_s=connect_s, answer_s=answer_s, scheme=self.scheme
        )
        self._calls = Calls()

    def write(self, database: str, lines: Sequence[str]) -> None:
        """Write lines, durable on return: 204 is the only yes."""
        body = "\n".join(lines).encode()
        answer = self._post(self._write_path(database), body)
        if answer.status == 204:
            return
        if answer.status in (400, 413, 422):
            message = _message(answer.text)
            if any(refusal in message.lower() for refusal in REFUSALS):
                found = DROPPED.search(message)
                dropped = None if found is None else int(found[1])
                raise LinesRefused(message, dropped=dropped)
        raise _down(answer, database)

    def _write_path(self, database: str) -> str:
        query = {"org": self._org, "bucket": database, "precision": "ms"}
        return f"/api/v2/write?{urlencode(query)}"

    def ask(self, database: str, text: str) -> list[list[Series]]:
        """Give each statement's series, instants in ms."""
        query = {"db": database, "epoch": "ms", "q": text}
        answer = self._post(f"/query?{urlencode(query)}", b"")
        if answer.status != 200:
            raise _down(answer, database)
        try:
            results = _results(answer.text)
            _confirm(results, database)
            return [_series(one) for one in results]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise StoreDown(
                "what answers at InfluxDB's address is no InfluxDB",
                hint="look at influxdb.url, and at a proxy in between",
            ) from error

    def _post(self, path: str, body: bytes) -> Answer:
        token = self._token()
        return self._calls.run(
            lambda: self._http.exchange(
                "POST", path, body, token=token, kind="text/plain"
            )
        )

    def hang_up(self, *, for_good: bool = False) -> None:
        """Have those who wait raise StoreDown, and `for_good` all later ones."""
        self._calls.hang_up(for_good=for_good)

    def close(self) -> None:
        """Let go of connections."""
        self.hang_up(for_good=True)
        self._http.close()


def _down(answer: Answer, database: str) -> StoreDown:
    """Say what an answer that is no yes means, and what to do about it."""
    status = answer.status
    if status in (401, 403):
        return StoreDown("InfluxDB doesn't take our token", hint=INIT)
    if status == 404:
        return StoreDown(f"InfluxDB has no bucket {database}", hint=INIT)
    if status == 429 or status >= 500:
        return StoreDown(
            f"InfluxDB is busy or unwell: it answered {status}",
            hint=AGAIN,
            retry_after_s=answer.retry_after_s,
        )
    return StoreDown(
        f"what answers at InfluxDB's address said {status}, as InfluxDB would not",
        hint="look at influxdb.url, and at a proxy in between",
    )


def _message(text: str) -> str:
    """Give what InfluxDB says is wrong; nothing when these aren't its words."""
    try:
        document = orjson.loads(text)
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    message = document.get("message", document.get("error", ""))
    return message if isinstance(message, str) else ""


def _results(text: str) -> list[Mapping[str, Any]]:
    """Give a result a statement; a deletion alone is answered by an empty object."""
    document = orjson.loads(text)
    results: list[Mapping[str, Any]] = document.get("results", [])
    if not results and document:
        raise ValueError("an answer that says something else")
    return results


def _confirm(results: Sequence[Mapping[str, Any]], database: str) -> None:
    """Raise what one of the statements failed by."""
    errors = [str(one["error"]) for one in results if "error" in one]
    if not errors:
        return
    if any(error.startswith(NO_DATABASE) for error in errors):
        raise StoreDown(f"InfluxDB has no bucket {database}", hint=INIT)
    raise StoreError(f"InfluxDB can't answer: {'; '.join(errors)}")


def _series(result: Mapping[str, Any]) -> list[Series]:
    return [
        Series(one.get("name", ""), one.get("tags", {}), one["columns"], one["values"])
        for one in result.get("series", [])
    ]
