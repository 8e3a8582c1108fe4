"""A file read and judged: what it is, which meter it is of, what of it is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid, Register
from edge.importing import bounds, columns, formats, mapping, own, plan
from edge.importing.bounds import Flow, Judged, Series
from edge.importing.meters import Places
from edge.importing.refusal import ImportRefused
from edge.registers import CATALOGUE
from exports.document import Document
from exports.errors import ExportError
from exports.said import Export

MOST = 1_000_000
"""Amounts of one file: half-hours of 57 years, minutes of two."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner says of a file: its name, whose it is, how to read a plain CSV."""

    name: str
    meter: str | None = None
    register: str | None = None
    mapping: str | None = None
    """The text of a TOML (plan.py)."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of a format says, judged."""

    export: Export
    title: str
    judged: Judged


@dataclass(frozen=True, slots=True)
class Home:
    """What reading asks of the home; `flow` is by meter, where more is known of it.

    `demo`: what its files say is invented, and marked so.
    """

    places: Places
    zone: ZoneInfo
    flow: Callable[[str], Flow] = field(default=lambda _meter: Flow())
    demo: bool = False


def read(data: bytes, asked: Asked, home: Home, now_ms: int) -> Read:
    """Read a file's bytes; raise ImportRefused. Blocks for as long as it computes."""
    try:
        document = Document(data, asked.name)
        known = _format(document, asked)
        export = known.format.read(document, home.zone)
    except ExportError as error:
        raise ImportRefused.of(error) from error
    if asked.register is not None:
        export = _as_register(export, asked.register)
    _check_units(export, asked.register)
    if len(export.amounts) > MOST:
        raise ImportRefused("too-large", f"more than {MOST:,} rows", hint="part it")
    if not export.amounts and not export.refused and not export.absent:
        raise ImportRefused(
            "no-readings", f"a file of {known.format.title}, without any reading"
        )
    found = {one.quantity for one in export.amounts}
    fluid = known.fluid or _fluid_of(found)
    if fluid is None:
        return Read(export, known.format.title, Judged([], list(export.refused)))
    place = (
        home.places.of(fluid, export.meter)
        if asked.meter is None
        else home.places.named(asked.meter, fluid)
    )

    origin = mapping.origin(export.format, demo=home.demo)

    def of(quantity: str) -> Series:
        register = _register(fluid, quantity)
        return bounds.series(place.meter, fluid, register, export.format, origin)

    judged = bounds.judge(export.amounts, of, now_ms, home.flow(place.meter))
    refused = [*export.refused, *judged.refused]
    return Read(export, known.format.title, Judged(judged.slices, refused))


def _format(document: Document, asked: Asked) -> formats.Known:
    if asked.mapping is not None:
        made = plan.read(asked.mapping)
        return formats.Known(columns.format_of(made), made.fluid)
    return formats.recognised(document, formats.known())


def _register(fluid: Fluid, quantity: str) -> Register:
    found = mapping.register(fluid, quantity)
    if found is None:
        raise ImportRefused(
            "unknown-quantity", f"there is no register for {quantity!r} of {fluid}"
        )
    return found


def _fluid_of(quantities: set[str]) -> Fluid | None:
    """Give what our own export is about; None when it has no row at all."""
    if own.ANY in quantities:
        raise ImportRefused(
            "which-register",
            "rows of ours as CSV don't say of which register they are",
            hint="name it, as in --register import_total_wh",
        )
    for one in quantities:
        if one not in CATALOGUE:
            raise ImportRefused("unknown-quantity", f"no register is named {one!r}")
        return CATALOGUE[one].fluid
    return None


def _as_register(export: Export, register: str) -> Export:
    """Say of which register rows are that don't say it."""
    named = {one.quantity for one in export.amounts}
    if register not in CATALOGUE:
        raise ImportRefused("unknown-quantity", f"no register is named {register!r}")
    if named - {own.ANY, register}:
        raise ImportRefused(
            "other-register", "the file says itself of which register its rows are"
        )
    amounts = tuple(replace(one, quantity=register) for one in export.amounts)
    return replace(export, amounts=amounts)


def _check_units(export: Export, register: str | None) -> None:
    """Refuse rows of ours that are in another unit than their register's."""
    for fact in export.facts:
        name = register or str(fact.get("quantity"))
        if fact["kind"] != own.UNIT or name not in CATALOGUE:
            continue
        found = CATALOGUE[name]
        if fact["unit"] != found.unit:
            raise ImportRefused(
                "other-unit",
                f"its rows are in {str(fact['unit'])[:10]!r}, and {found.name} is in"
                f" {found.unit}",
            )
