"""The examples of what the owner's pages are answered."""

from __future__ import annotations

from typing import Any

SIGNED_IN: dict[str, Any] = {
    "page": "kJ0SxWnq2m8V3u1oYfUOQp4cX7LrEa9hGd5bTzMvN6I",
    "session": "5f2c1a9be0d47380",
}
SESSIONS: dict[str, Any] = {
    "sessions": [
        {
            "id": "5f2c1a9be0d47380",
            "begun": "2026-10-25T02:30:01+01:00",
            "used": "2026-10-26T20:15:00+01:00",
            "agent": "Mozilla/5.0 (Android 15; Mobile; rv:150.0) Firefox/150.0",
            "mine": True,
        }
    ]
}
ENDED: dict[str, Any] = {"ended": "5f2c1a9be0d47380"}

TERMS: dict[str, Any] = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P1Y",
    "channels": ["rest"],
    "purpose": "Tells you what your days cost",
    "duration": "P1Y",
}
DECLARED: dict[str, Any] = {
    "name": "Coach",
    "controller": "Les Économes, association",
    "contact": "contact@economes.example",
    "leaves_home": False,
    "recipients": "",
    "retention": "P1Y",
    "outside_eu": False,
    "origin": "https://app.coach.example",
}
REQUEST: dict[str, Any] = {
    "request": "q1XJ0m5Vd3k8Yc2Zb7Nw9A",
    "digest": f"{0x9F86D081:064x}",
    "declared": DECLARED,
    "service": None,
    "lines": [
        {
            "terms": TERMS,
            "presence": False,
            "meters": [{"id": "linky", "place": ""}],
        }
    ],
}
PREVIEW: dict[str, Any] = {
    "meter": "linky",
    "registers": [
        {
            "name": "import_total_wh",
            "title": {"en": "Drawn energy", "fr": "Énergie soutirée"},
            "unit": "Wh",
            "step": "day",
            "rows": [{"start": "2026-10-25T00:00:00+02:00", "value": 9134}],
        }
    ],
}
APPROVED: dict[str, Any] = {"service": "s0123456789ab", "consents": ["c0123456789ab"]}
REFUSED: dict[str, Any] = {"refused": "q1XJ0m5Vd3k8Yc2Zb7Nw9A"}
HOME: dict[str, Any] = {
    "at": "2026-10-26T12:00:00+01:00",
    "demo": False,
    "meters": [
        {
            "id": "linky",
            "fluid": "electricity",
            "place": "",
            "seen": "2026-10-26T11:59:59+01:00",
            "age_s": 1,
            "quiet": False,
            "unit": "Wh",
            "today": 4210,
            "yesterday": 9134,
            "month": 241870,
            "until": "2026-10-26T12:00:00+01:00",
        }
    ],
    "collectors": [{"name": "grdf", "age_s": 21600}],
    "troubles": [],
}
SERVICES: dict[str, Any] = {
    "services": [
        {
            "id": "s0123456789ab",
            "declared": DECLARED,
            "paused": False,
            "restored": False,
            "consents": [
                {
                    "id": "c0123456789ab",
                    "terms": TERMS,
                    "presence": False,
                    "meters": ["linky"],
                    "given": "2026-10-25T18:00:00+01:00",
                    "expires": "2027-10-25T00:00:00+02:00",
                }
            ],
        }
    ]
}
READS: dict[str, Any] = {
    "reads": [
        {
            "day": "2026-10-26",
            "service": "s0123456789ab",
            "channel": "rest",
            "meter": "linky",
            "consent_class": "energy",
            "grain": "day",
            "rows": 30,
            "first": "2026-10-26T08:00:00+01:00",
            "last": "2026-10-26T08:00:00+01:00",
            "start": "2026-09-26T00:00:00+02:00",
            "end": "2026-10-26T00:00:00+01:00",
            "name": "Coach",
        }
    ]
}
RECEIPT: dict[str, Any] = {
    "@type": "dpv:ConsentReceipt",
    "@id": "urn:uuid:0d6b6f2c-7c1f-5d5e-9b7d-3f1a2b4c5d6e",
    "releve:ledgerHead": f"{0x9F86D081:064x}",
}
WITHDRAWN: dict[str, Any] = {"withdrawn": ["c0123456789ab"]}
NARROWED: dict[str, Any] = {"consent": "cba9876543210"}
PAUSED: dict[str, Any] = {"paused": []}
RESUMED: dict[str, Any] = {"resumed": []}

COZY_ASKED: dict[str, Any] = {"url": "https://alice.cozy.example"}
COZY_CONNECTED: dict[str, Any] = {"connected": "https://alice.cozy.example"}

WOULD_GO: dict[str, Any] = {
    "places": {"copies": 7, "readings": 1288, "services": 12, "broker": 0}
}
BEGUN: dict[str, Any] = {"erasures": [1]}
ERASURES: dict[str, Any] = {
    "erasures": [
        {
            "id": 1,
            "meter": "linky",
            "since": "2026-10-24T00:00:00+02:00",
            "until": "2026-10-26T00:00:00+01:00",
            "at": "2026-10-26T20:15:00+01:00",
            "finished": None,
            "places": {"copies": 7, "readings": 1288, "influxdb": "it doesn't answer"},
        }
    ]
}


def shown(value: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Give what OpenAPI says of an answer, by its example."""
    content = {"schema": {"type": "object"}, "example": value}
    return {200: {"content": {"application/json": content}}}
