"""The shapes of what services ask and are answered, to document it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas import Shape
from edge.catalogue import ConsentClass, Fluid
from edge.consent.terms import Channel, Grain


class TermsShape(Shape):
    """One line of `authorization_details`: what, how fine, how, what for, how long."""

    type: Literal["releve"]
    fluid: Fluid
    class_: ConsentClass = Field(alias="class")
    granularity: Grain
    history: str = "P1Y"
    """How far back from today; P3Y at most."""
    channels: list[Channel] = Field(default=[Channel.REST])
    purpose: str = Field(max_length=200)
    """What for, in the household's words."""
    duration: str = "P1Y"
    """For how long; P3Y at most."""


class GrantedShape(TermsShape):
    """A line as it was granted: perhaps less than was asked."""

    meters: list[str]


class CodesShape(Shape):
    """The two codes of a request."""

    device_code: str
    """The service's own, to poll by."""
    user_code: str
    """The household's, to type at `verification_uri`."""
    verification_uri: str
    expires_in: int
    interval: int
    """The seconds between two polls."""


class TokensShape(Shape):
    """A pair of tokens, and what they open."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """For how many seconds the access token is good."""
    refresh_token: str
    """Good once: keep the new one before it is used."""
    authorization_details: list[GrantedShape]


class OAuthErrorShape(Shape):
    """An error as RFC 6749 and RFC 8628 have it."""

    error: str
    """As `authorization_pending`, `slow_down`, `access_denied`, `invalid_grant`."""
    error_description: str


class AddressesShape(Shape):
    """Where and how to ask (RFC 8414)."""

    issuer: str
    device_authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    authorization_details_types_supported: list[str]
    service_documentation: str


class RevokedShape(Shape):
    """Nothing: what isn't a token is no error."""


Truth = Literal["true", "false"]


class AskForm(Shape):
    """Who asks, and for what."""

    client_id: str
    authorization_details: str = Field(
        json_schema_extra={
            "contentMediaType": "application/json",
            "contentSchema": {
                "type": "array",
                "minItems": 1,
                "maxItems": 16,
                "items": {"$ref": "#/components/schemas/Terms"},
            },
        }
    )
    """1 to 16 lines (RFC 9396), as JSON."""
    client_name: str
    controller: str
    """Who answers for it before the law."""
    contact: str
    leaves_home: Truth | None = None
    """Whether data leaves the home."""
    recipients: str | None = None
    """Then to whom."""
    retention: str | None = None
    """For how long it is kept there, as P1Y."""
    outside_eu: Truth | None = None
    origin: str | None = None
    """Of a web app that reads from here, as `https://app.example`."""


class TokenForm(Shape):
    """What tokens are asked by."""

    grant_type: Literal[
        "urn:ietf:params:oauth:grant-type:device_code", "refresh_token"
    ] = Field(json_schema_extra={"x-enum-varnames": ["DEVICE_CODE", "REFRESH_TOKEN"]})
    client_id: str | None = None
    """With a device code."""
    device_code: str | None = None
    refresh_token: str | None = None


class RevokeForm(Shape):
    """Which token ends, and with it what came with it."""

    token: str
    token_type_hint: str | None = None
    client_id: str | None = None


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a schema of what can be left out and is never null, as a form's fields."""
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) != 1:
        return schema
    rest = {name: said for name, said in schema.items() if name != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    return {**rest, **options[0]}
