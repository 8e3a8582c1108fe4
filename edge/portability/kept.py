"""What a home knows besides readings: its physical meters, its words, its decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from edge.consent.read_journal import Line
from edge.consent.receipts import CONTEXT, records
from edge.facts import Fact, FactKind
from edge.journal.devices import REFERENCE, Device
from edge.portability.gathered import Home
from edge.portability.refusal import PackRefused
from edge.record import Baseline

HOME = "home.json"
CONSENTS = "consents.jsonld"
READ_JOURNAL = "read_journal.csv"
OURS = "home"
"""The origin of facts that are made out of baselines, when they are read."""


def home_document(home: Home) -> str:
    """Write the meters, what was fitted when, and the words that indexes stand on."""
    meters = sorted(set(home.fluids) | set(home.reads.meters()))
    numbers = {f"{REFERENCE}{one.number}": one.identifier for one in home.devices}
    document = {
        "zone": home.zone,
        "meters": {one: home.fluids[one].value for one in meters if one in home.fluids},
        "devices": [
            {name: getattr(one, name) for name in Device._fields if name != "number"}
            for one in home.devices
        ],
        "baselines": [
            asdict(one) | {"device": numbers.get(one.device or "")}
            for meter in meters
            for one in home.reads.baselines(meter)
        ],
        "corrections": [
            asdict(one) for meter in meters for one in home.reads.corrections(meter)
        ],
        "facts": [
            asdict(one)
            for meter in meters
            for one in home.reads.facts(meter)
            if not (one.kind is FactKind.DEVICE and one.origin == OURS)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def consents_document(home: Home) -> str:
    """Write every consent as ISO/IEC TS 27560 has it, in JSON-LD."""
    graph = records(home.ledger.entries)
    return json.dumps(
        {"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1
    )


def read_journal_lines(home: Home) -> str:
    """Write who read what."""
    names = [field.name for field in fields(Line)]
    head = ",".join(names) + "\n"
    return head + "".join(
        ",".join(_cell(getattr(line, name)) for name in names) + "\n"
        for line in home.ledger.lines
    )


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    text = str(value)
    if not text.replace("-", "").replace("_", "").isalnum():
        raise PackRefused(f"{text[:40]!r} can't be written in a table")
    return text


def devices_of(document: Mapping[str, Any]) -> list[Device]:
    """Read the physical meters; the numbers are given anew where they are taken."""
    return [Device(number=0, **one) for one in document["devices"]]


def baselines_of(document: Mapping[str, Any]) -> list[Baseline]:
    """Read the baselines."""
    return [Baseline(**one) for one in document["baselines"]]


def facts_of(document: Mapping[str, Any]) -> list[Fact]:
    """Read the dated facts."""
    return [Fact(**{**one, "kind": FactKind(one["kind"])}) for one in document["facts"]]
