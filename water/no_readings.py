"""Files that water companies and radios give too and that hold no dated reading.

Each is known by what is in it and refused with what it is, so that a household isn't
left with "unknown format".
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from exports import Document, Export, FileRefused, Format
from water.answers import has_objects_with

HISTORY_HINT = "the readings themselves come by MQTT; the months here have no dates"
ACCOUNT_HINT = "export the consumption, not the account"


@dataclass(frozen=True, slots=True)
class Known:
    """One such file: what it is, and the keys of an object in it (any tuple of)."""

    name: str
    title: str
    reason: str
    message: str
    hint: str
    keys: tuple[tuple[str, ...], ...]

    def recognises(self, document: Document) -> bool:
        """Tell by an object with one of the sets of keys."""
        return any(has_objects_with(document, *keys) for keys in self.keys)

    def read(self, document: Document, zone: ZoneInfo) -> Export:
        """Refuse it."""
        del document, zone
        raise FileRefused(self.reason, self.message, hint=self.hint)


KNOWN = (
    Known(
        "everblu_history",
        "EverBlu Cyble : liters_attributes",
        "no-dates",
        "thirteen monthly indexes of an EverBlu reader, without their dates",
        HISTORY_HINT,
        (("history", "monthly_usage"), ("history", "months_available")),
    ),
    Known(
        "everblu_message",
        "EverBlu Cyble : message json",
        "live-message",
        "one live message of an EverBlu reader, not a history",
        "let the reader publish it by MQTT",
        (("liters", "counter", "battery"),),
    ),
    Known(
        "wmbusmeters_message",
        "wmbusmeters : message",
        "live-message",
        "live messages of wmbusmeters, not a history",
        "let wmbusmeters publish them by MQTT",
        (("media", "meter", "id", "timestamp"),),
    ),
    Known(
        "wmbusmeters_discovery",
        "wmbusmeters : découverte Home Assistant",
        "no-readings",
        "what wmbusmeters tells Home Assistant of a meter, no reading",
        "let wmbusmeters publish its messages by MQTT",
        (("component", "discovery_payload"),),
    ),
    Known(
        "water_account",
        "Veolia, Suez : compte client",
        "no-readings",
        "a contract, an invoice, alerts or a sign-in of a water company, no reading",
        ACCOUNT_HINT,
        (
            ("AccessToken", "ExpiresIn"),
            ("id_contact", "tiers"),
            ("numero_pds", "date_debut_abonnement"),
            ("moyen_contact", "valeur"),
            ("prelevements_echeancier",),
            ("libelle", "type_commune"),
            ("clientCompteursPro",),
            ("list_num_abt",),
        ),
    ),
)


def _radio_capture(document: Document) -> bool:
    if document.is_sheet or document.looks_json:
        return False
    lines = [line for line in document.text[:4000].splitlines() if line.strip()]
    return any(
        line.startswith(("telegram=|", "T1;", "C1;", "S1;"))
        or ("Wireless-MBus" in line and "," in line)
        for line in lines
    )


def _refuse_capture(document: Document, zone: ZoneInfo) -> Export:
    del document, zone
    raise FileRefused(
        "no-readings",
        "raw radio telegrams, not decoded",
        hint="wmbusmeters decodes them and publishes readings by MQTT",
    )


RADIO_CAPTURE = Format(
    "radio_capture", "rtl_433, rtl-wmbus : capture", _radio_capture, _refuse_capture
)
NO_READINGS = (
    *(Format(one.name, one.title, one.recognises, one.read) for one in KNOWN),
    RADIO_CAPTURE,
)
