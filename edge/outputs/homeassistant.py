"""What Home Assistant is told of a meter: one device, a sensor a register.

The form is that of its MQTT discovery by device (2024.11 and later): `dev` and `o` at
the root, `cmps` below, each with its platform and `unique_id`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from edge.catalogue import ConsentClass, Kind, Register
from edge.outputs.topics import Topics
from edge.registers import CATALOGUE

ORIGIN = "releve"
PLATFORM = "sensor"
LAST_READING = "last_reading"
UNKNOWN = "{{ value or 'None' }}"
"""An empty value is one that isn't known: that is how to tell it."""
PROMINENT = frozenset({"tariff_period", "tariff_index"})
"""What a household looks at, though it is of the contract."""
WORDS: Mapping[str, str] = {"fr": "Dernier relevé", "en": "Last reading"}
DEMO: Mapping[str, str] = {"fr": "Démo – ", "en": "Demo – "}
"""What the names of invented devices begin with."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Announcing:
    """How meters are announced: where their values stand, in which language."""

    topics: Topics
    discovery_prefix: str
    language: str
    version: str
    demo: bool = False

    @property
    def birth(self) -> str:
        """Give where Home Assistant says that it has started."""
        return f"{self.discovery_prefix}/status"

    @property
    def every(self) -> str:
        """Give the filter of all that is announced, by us and others."""
        return f"{self.discovery_prefix}/device/+/config"

    def topic(self, device: str) -> str:
        """Give where a device is announced."""
        return f"{self.discovery_prefix}/device/{device}/config"

    def device(self, meter: str, count: int) -> str:
        """Give a device's id: ours, and another for each physical meter in turn."""
        return f"{self.topics.prefix}_{meter}" + (f"_{count + 1}" if count else "")

    def document(
        self,
        meter: str,
        kind: str,
        count: int,
        registers: Collection[str],
        expiry_s: int,
    ) -> Document:
        """Give what announces a meter by these registers."""
        device = self.device(meter, count)
        told = CATALOGUE.ordered(dict.fromkeys(registers, expiry_s))
        components = {
            name: self._sensor(meter, device, CATALOGUE[name], expiry_s)
            for name in told
            if name in CATALOGUE
        }
        components[LAST_READING] = self._last_reading(meter, device)
        mark = DEMO[self.language] if self.demo else ""
        return {
            "dev": {
                "ids": [device],
                "name": mark + meter.replace("-", " ").capitalize(),
                "mdl": kind.capitalize(),
            },
            "o": {"name": ORIGIN, "sw": self.version},
            "avty": [{"t": self.topics.status}],
            "cmps": components,
        }

    def _sensor(
        self, meter: str, device: str, register: Register, expiry_s: int
    ) -> Document:
        french = self.language == "fr"
        sensor = self._named(
            device,
            register.name,
            register.title_fr if french else register.title_en,
            self.topics.bare(meter, register.name),
        )
        if register.kind is not Kind.INDEX:
            sensor["val_tpl"] = UNKNOWN
        if register.kind is Kind.INSTANT:
            sensor["exp_aft"] = expiry_s
        optional = {
            "dev_cla": register.device_class,
            "stat_cla": register.state_class,
            "unit_of_meas": register.unit,
            "ops": list(register.options) or None,
            "ent_cat": "diagnostic" if _diagnostic(register) else None,
        }
        return sensor | {name: word for name, word in optional.items() if word}

    def _last_reading(self, meter: str, device: str) -> Document:
        return self._named(
            device, LAST_READING, WORDS[self.language], self.topics.live(meter)
        ) | {
            "val_tpl": "{{ value_json.at }}",
            "dev_cla": "timestamp",
            "ent_cat": "diagnostic",
            # each frame would be a row in its database: for who asks for it
            "en": False,
        }

    def _named(self, device: str, name: str, title: str, topic: str) -> Document:
        entity = f"{device}_{name}".replace("-", "_")
        return {
            "p": PLATFORM,
            "unique_id": f"{device}_{name}",
            "def_ent_id": f"{PLATFORM}.{entity}",
            "name": title,
            "stat_t": topic,
        }

    def ours(self, document: object) -> bool:
        """Tell whether a document is one that we, or an older of us, announced."""
        if not isinstance(document, dict):
            return False
        origin, places = document.get("o"), document.get("avty")
        return (
            isinstance(origin, dict)
            and origin.get("name") == ORIGIN
            and places == [{"t": self.topics.status}]
        )


def places(document: Document) -> set[str]:
    """Give the topics on which the bare values of a document's components stand."""
    found = document.get("cmps")
    told = found.values() if isinstance(found, dict) else ()
    topics = {str(each.get("stat_t")) for each in told if isinstance(each, dict)}
    return {topic for topic in topics if "/live/" in topic}


def components(document: Document | None) -> set[str]:
    """Give the names of a document's components."""
    found = None if document is None else document.get("cmps")
    return set(found) if isinstance(found, dict) else set()


def leaving(before: Document, after: Document) -> Document | None:
    """Give what takes away the components that `after` lacks; None when it lacks none.

    Home Assistant removes one that comes with its platform alone; it is left out later.
    """
    gone = components(before) - components(after)
    if not gone:
        return None
    bare = {name: {"p": PLATFORM} for name in sorted(gone)}
    return {**after, "cmps": {**after["cmps"], **bare}}


def _diagnostic(register: Register) -> bool:
    return (
        register.coarse is ConsentClass.CONTRACT
        and not register.options
        and register.name not in PROMINENT
    ) or register.name == "status_register"
