"""The shapes of what the owner's pages post, to document it."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from api.oauth_shapes import TermsShape
from api.schemas import Instant, Shape


class Body(Shape):
    """Base of what is posted: nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid")


class ChoiceShape(Body):
    """Terms within those that were shown, and the meters."""

    terms: TermsShape
    meters: list[str]


class PreviewBody(Body):
    """Of which meter, by which terms."""

    meter: str
    terms: TermsShape


class ApproveBody(Body):
    """What was chosen of a request, as it was shown."""

    request: str
    digest: str
    choices: list[ChoiceShape]
    language: str
    """In which the household read it: `en` or `fr`."""


class NarrowBody(Body):
    """Which consent, and what stands in its place."""

    consent: str
    choice: ChoiceShape


class HomeBody(Body):
    """By which passphrase the file is opened again, and whether it has Parquet."""

    passphrase: str
    parquet: bool = False


class ExtractBody(Body):
    """Which readings are given to whom: rows that start in [since, until)."""

    recipient: str
    contact: str
    purpose: str
    granularity: Literal["30min", "hour", "day", "month"]
    since: Instant
    until: Instant
    language: str
    meters: list[str] = Field(default=[], max_length=16)
    classes: list[Literal["energy", "energy_by_tariff", "max_power"]] = Field(
        default=["energy"], max_length=3
    )


class WithdrawBody(Body):
    """Which consents end."""

    consents: list[str] = Field(max_length=500)


class NamedBody(Body):
    """Which services; all when none is named."""

    services: list[str] = Field(max_length=500)


class SpanBody(Body):
    """What of the past: of every meter, from the first reading, until now."""

    meter: str | None = None
    since: Instant | None = None
    until: Instant | None = None


class EraseBody(SpanBody):
    """What is to go for good, and the word for it."""

    word: Literal["erase"]
