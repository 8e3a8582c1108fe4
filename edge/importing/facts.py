"""What a file tells besides amounts, as dated facts of a meter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from edge.catalogue import Fluid
from edge.facts import Fact, FactKind
from edge.importing import mapping
from edge.importing.refusal import ImportRefused
from edge.sample import Value, millis

MOST = 20_000
"""Facts of one file: a day each for 54 years."""
LONG_NUMBER = re.compile(r"[0-9]{9,}")
LONGEST_TEXT = 200
KINDS = {kind.value: kind for kind in (FactKind.TARIFF, FactKind.INDEX, FactKind.ANEW)}
OURS = frozenset({"kind", "start", "end", "at", "place"})
"""What a fact is dated by, or where in its file it stands."""


def told(
    said: Iterable[Mapping[str, Value]], meter: str, fluid: Fluid, origin: str
) -> list[Fact]:
    """Give the facts of a file; raise ImportRefused where there are too many.

    One of a kind that isn't known, or without a date, is left out.
    """
    found = [
        fact for one in said if (fact := _fact(one, meter, fluid, origin)) is not None
    ]
    if len(found) > MOST:
        raise ImportRefused("too-large", f"more than {MOST:,} facts", hint="part it")
    return found


def _fact(
    one: Mapping[str, Value], meter: str, fluid: Fluid, origin: str
) -> Fact | None:
    kind = KINDS.get(str(one.get("kind")))
    if kind is None:
        return None
    start = _instant(one.get("start", one.get("at")))
    end = _instant(one.get("end"))
    if start is None or (end is not None and end < start):
        return None
    if kind is FactKind.INDEX:
        end = start + 1
    detail = {name: _plain(value) for name, value in one.items() if name not in OURS}
    quantity = detail.pop("quantity", None)
    if quantity is not None:
        register = mapping.register(fluid, str(quantity))
        if register is None:
            return None
        detail["register"] = register.name
    return Fact(meter, kind, start, end, origin, detail)


def _instant(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        return millis(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _plain(value: Value) -> Value:
    """Hide what may be a meter's number: no fact is about who is whose."""
    if isinstance(value, str):
        return LONG_NUMBER.sub("…", value)[:LONGEST_TEXT]
    return value
