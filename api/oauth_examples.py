"""What the documentation shows of the services' addresses; invented, all of it."""

from __future__ import annotations

from typing import Any

DETAIL: dict[str, Any] = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P1Y",
    "channels": ["rest"],
    "purpose": "Advice on what runs at night",
    "duration": "P1Y",
}
CODES: dict[str, Any] = {
    "device_code": "example-of-a-device-code",
    "user_code": "BCDFG-HJKLM",
    "verification_uri": "http://127.0.0.1:8080/consent",
    "expires_in": 600,
    "interval": 5,
}
TOKENS: dict[str, Any] = {
    "access_token": "example-of-an-access-token",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": "example-of-a-refresh-token",
    "authorization_details": [{**DETAIL, "meters": ["linky"]}],
}
REFUSED: dict[str, Any] = {
    "error": "authorization_pending",
    "error_description": "the household has not decided yet",
}
METADATA: dict[str, Any] = {
    "issuer": "http://127.0.0.1:8080",
    "device_authorization_endpoint": "http://127.0.0.1:8080/oauth/device_authorization",
    "token_endpoint": "http://127.0.0.1:8080/oauth/token",
    "revocation_endpoint": "http://127.0.0.1:8080/oauth/revoke",
    "response_types_supported": [],
    "grant_types_supported": [
        "urn:ietf:params:oauth:grant-type:device_code",
        "refresh_token",
    ],
    "token_endpoint_auth_methods_supported": ["none"],
    "revocation_endpoint_auth_methods_supported": ["none"],
    "authorization_details_types_supported": ["releve"],
    "service_documentation": "http://127.0.0.1:8080/docs",
}
GRANT: dict[str, Any] = {
    "service": "s0123456789ab",
    "version": 1,
    "consents": [
        {
            "id": "c0123456789ab",
            **DETAIL,
            "meters": [{"id": "linky", "kind": "linky", "fluid": "electricity"}],
            "given": "2026-10-25T02:30:01+01:00",
            "expires": "2027-10-25T00:00:00+02:00",
        }
    ],
    "mqtt": None,
}
