"""Requests to an InfluxDB through its own client: an answer, or StoreDown for none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from edge.errors import StoreDown
from edge.turn import TURN

CONNECT_S = 3.0
ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, its body as text, how long it asks to be left alone."""

    status: int
    text: str
    retry_after_s: float | None = None


class Http:
    """One InfluxDB's address; any thread may ask."""

    def __init__(
        self,
        url: str,
        *,
        connect_s: float = CONNECT_S,
        answer_s: float = ANSWER_S,
        scheme: str = "Token",
    ) -> None:
        from influxdb_client.client.influxdb_client import (  # noqa: PLC0415 - 12 MB, once needed
            InfluxDBClient,
        )

        self.url, self._scheme = url, scheme
        self._wait_ms = (connect_s * 1000, answer_s * 1000)
        self._client: Any = InfluxDBClient(url, token="")

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] | None = None,
        *,
        token: str = "",
        kind: str = "application/json",
    ) -> Answer:
        """Make one request, whatever its answer; raise StoreDown when there is none."""
        from influxdb_client.rest import ApiException  # noqa: PLC0415 - see __init__
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - same

        heads = {"Content-Type": kind}
        if token:
            heads["Authorization"] = f"{self._scheme} {token}"
        try:
            with TURN.aside():
                said = self._client.api_client.rest_client.request(
                    method,
                    self.url + path,
                    headers=heads,
                    body=body,
                    _request_timeout=self._wait_ms,
                )
            return Answer(said.status, said.data)
        except ApiException as error:
            if not error.status:
                raise self._silent(error) from error
            given: Mapping[str, str] = error.headers or {}
            text = error.body if isinstance(error.body, str) else ""
            wait_s = seconds(given.get("Retry-After"))
            return Answer(int(error.status), text, wait_s)
        except (HTTPError, OSError, ValueError) as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> StoreDown:
        return StoreDown(
            f"InfluxDB doesn't answer at {self.url} ({type(error).__name__})",
            hint="start it, or mend influxdb.url: it is asked again",
        )

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def seconds(text: str | None) -> float | None:
    """Read a Retry-After: seconds, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None
