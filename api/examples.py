"""The examples of the documentation; a test holds them against the shapes."""

from __future__ import annotations

from typing import Any

METERS: dict[str, Any] = {
    "zone": "Europe/Paris",
    "demo": False,
    "meters": [
        {
            "id": "linky",
            "kind": "linky",
            "fluid": "electricity",
            "place": "",
            "last_seen": "2026-10-25T02:30:01+01:00",
            "registers": [
                {
                    "name": "import_total_wh",
                    "kind": "index",
                    "unit": "Wh",
                    "title": {"en": "Drawn energy", "fr": "Énergie soutirée"},
                    "steps": ["raw", "1min", "30min", "hour", "day", "month", "year"],
                }
            ],
        }
    ],
}
LATEST: dict[str, Any] = {
    "meter": "linky",
    "at": "2026-10-25T02:30:01+01:00",
    "quality": "raw",
    "origin": "tic",
    "values": {"import_total_wh": 12345678, "apparent_power_va": 730},
    "units": {"import_total_wh": "Wh", "apparent_power_va": "VA"},
}
OWN_READINGS: dict[str, Any] = {
    "readings": [
        {
            "day": "2026-10-26",
            "channel": "rest",
            "meter": "linky",
            "class": "energy",
            "grain": "day",
            "first": "2026-10-26T07:00:04+01:00",
            "last": "2026-10-26T19:00:03+01:00",
            "from": "2026-09-26T00:00:00+02:00",
            "to": "2026-10-26T00:00:00+02:00",
            "rows": 31,
        }
    ]
}
ROWS: dict[str, Any] = {
    "meter": "linky",
    "register": "import_total_wh",
    "kind": "index",
    "unit": "Wh",
    "step": "30min",
    "zone": "Europe/Paris",
    "from": "2026-10-25T02:30:00+02:00",
    "to": "2026-10-25T03:00:00+01:00",
    "rows": [
        {
            "start": "2026-10-25T02:30:00+02:00",
            "end": "2026-10-25T02:00:00+01:00",
            "value": 214,
            "unit": "Wh",
            "quality": "raw",
            "coverage": 1.0,
            "revision": 1,
            "sources": "tic",
        },
        {
            "start": "2026-10-25T02:00:00+01:00",
            "end": "2026-10-25T02:30:00+01:00",
            "value": 198,
            "unit": "Wh",
            "quality": "interpolated",
            "coverage": 0.75,
            "revision": 2,
            "sources": "tic",
        },
    ],
    "next": None,
}
ROWS_CSV = (
    "start,end,value,unit,quality,coverage,revision,sources\r\n"
    "2026-10-25T02:30:00+02:00,2026-10-25T02:00:00+01:00,214,Wh,raw,1.0,1,tic\r\n"
)
SLICES: dict[str, Any] = {
    "meter": "gas",
    "register": "gas_energy_wh",
    "from": "2019-11-30T00:00:00+01:00",
    "to": "2019-12-01T00:00:00+01:00",
    "slices": [
        {
            "start": "2019-11-30T06:00:00+01:00",
            "end": "2019-12-01T06:00:00+01:00",
            "value": 75_000,
            "unit": "Wh",
            "quality": "raw",
            "origin": "file:grdf-portal-json",
            "index_end": None,
        }
    ],
    "more": False,
}
FACTS: dict[str, Any] = {
    "meter": "linky",
    "facts": [
        {
            "kind": "tariff",
            "start": "2019-09-02T00:00:00+02:00",
            "end": "2019-10-22T00:00:00+02:00",
            "origin": "file:enedis-daily-index",
            "detail": {
                "grid": "supplier",
                "calendar": "FC011827",
                "label": "Heures Creuses",
                "import_tariff01_wh": "HC",
                "import_tariff02_wh": "HP",
            },
        }
    ],
    "more": False,
}
RECONCILIATION: dict[str, Any] = {
    "meter": "linky",
    "register": "import_total_wh",
    "unit": "Wh",
    "step": "day",
    "zone": "Europe/Paris",
    "from": "2026-10-24T00:00:00+02:00",
    "to": "2026-10-26T00:00:00+01:00",
    "sources": [
        {
            "origin": "file:enedis-daily-energy",
            "register": "import_total_wh",
            "periods": 1,
            "differing": 1,
            "alone": 0,
            "own": 8123,
            "theirs": 8120,
            "difference": -3,
            "relative": -0.000369,
            "rows": [
                {
                    "start": "2026-10-24T00:00:00+02:00",
                    "end": "2026-10-25T00:00:00+02:00",
                    "own": 8123,
                    "theirs": 8120,
                    "difference": -3,
                    "relative": -0.000369,
                }
            ],
            "more": False,
        }
    ],
    "gaps": [
        {
            "start": "2026-10-25T00:00:00+02:00",
            "end": "2026-10-26T00:00:00+01:00",
            "intervals": 1,
            "filled": None,
        }
    ],
    "more_gaps": False,
}
STREAM = (
    "retry: 2000\n\n"
    "id: linky:1792891801000\n"
    "event: sample\n"
    'data: {"at":"2026-10-25T02:30:01+01:00","meter":"linky","quality":"raw",'
    '"origin":"tic","values":{"apparent_power_va":730}}\n\n'
    "event: gap\n"
    'data: {"from":"2026-10-25T02:10:00+01:00","to":"2026-10-25T02:20:00+01:00",'
    '"detail":"ask /api/v1/meters/{meter}/registers/{register} for this span"}\n\n'
)
HEALTH: dict[str, Any] = {
    "at": "2026-10-25T02:30:01+01:00",
    "ok": True,
    "parts": [
        {
            "name": "gate",
            "ok": True,
            "counters": {"accepted": 86400},
            "refused": {"checksum": 3},
            "gauges": {"held": 0},
            "oldest_age_ms": None,
            "detail": "",
        }
    ],
}
METRICS = (
    "# HELP releve_part_ok 1 when the part is well.\n"
    "# TYPE releve_part_ok gauge\n"
    'releve_part_ok{part="gate"} 1\n'
)
PROBLEM: dict[str, Any] = {
    "type": "/docs#unknown-parameter",
    "title": "There is no such parameter",
    "status": 422,
    "detail": "'form' is not a parameter here; did you mean 'from'?",
    "instance": "/api/v1/meters/linky/registers/import_total_wh",
    "parameter": "form",
}
IMPORTED: dict[str, Any] = {
    "id": 7,
    "dry_run": False,
    "file": "historique_jours_litres.csv",
    "format": "veolia_idf_csv",
    "series": [
        {
            "meter": "water",
            "register": "water_volume_l",
            "from": "2026-09-01T00:00:00+02:00",
            "to": "2026-10-01T00:00:00+02:00",
            "rows": 29,
            "total": 9310,
            "unit": "L",
        }
    ],
    "new": 29,
    "changed": 0,
    "unchanged": 0,
    "refused": [
        {
            "where": "line 5",
            "reason": "negative",
            "detail": {
                "en": "-1754359 l: an amount can't be negative",
                "fr": "une consommation ne peut être négative",
            },
        }
    ],
    "absent": 0,
    "measured": [],
}
IMPORTS: dict[str, Any] = {
    "imports": [
        {
            "id": 7,
            "at": "2026-10-25T02:30:01+01:00",
            "undone": None,
            "file": "historique_jours_litres.csv",
            "sha256": f"{0x9F86D081:064x}",
            "format": "veolia_idf_csv",
            "meters": ["water"],
            "new": 29,
            "changed": 0,
            "unchanged": 0,
            "refused": 1,
        }
    ]
}
UNDONE: dict[str, Any] = {"id": 7, "withdrawn": 29, "restored": 0, "kept": 0}
TAKEN: dict[str, Any] = {
    "accepted": 1,
    "unchanged": 1,
    "refused": [{"where": "readings[2]", "reason": "jump"}],
}
