"""What a home knows besides readings: its physical meters, its words, its decisions."""

from __future__ import annotations

import json
from dataclasses import asdict, fields

from edge.consent.read_journal import Line
from edge.consent.receipts import CONTEXT, records
from edge.facts import FactKind
from edge.journal.devices import REFERENCE, Device
from edge.portability.gathered import Home
from edge.portability.opening import Opened
from edge.portability.readings import plain
from edge.portability.refusal import PackRefused
from edge.portability.words import Words

HOME = "home.json"
CONSENTS = "consents.jsonld"
READ_JOURNAL = "read_journal.csv"
MOST = 4 << 20
"""Bytes of HOME: five thousand facts are one."""
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
    return "" if value is None else plain(str(value))


def read(pack: Opened) -> Words:
    """Read it; raise PackRefused on what is none. Numbers of ours are given anew."""
    try:
        return Words.from_document(pack.json(HOME, MOST))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackRefused(f"{HOME} isn't as ours are") from error
