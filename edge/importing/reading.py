"""A file read and judged: what it is, which meter it is of, what of it is let in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid, Register
from edge.importing import bounds, formats, mapping, own, plan
from edge.importing.bounds import Flow, Judged, Series
from edge.importing.meters import Places
from edge.importing.refusal import ImportRefused
from edge.registers import CATALOGUE
from edge.turn import TURN
from exports.errors import ExportError
from exports.reading.ask import Ask, Reader
from exports.said import Amount, Export

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


def read(data: bytes, asked: Asked, home: Home, now_ms: int, reader: Reader) -> Read:
    """Have a file's bytes read, and judge them; raise ImportRefused. Blocks."""
    modules = tuple(formats.MODULES)
    by_plan = None
    try:
        if asked.mapping is not None:
            by_plan, modules = plan.read(asked.mapping), (formats.PLANNED,)
        ask = Ask(modules, home.zone.key, asked.name, asked.mapping)
        with TURN.aside():
            found = reader(data, ask)
    except ExportError as error:
        raise _refused(error) from error
    export, title = found.export, found.title
    if asked.register is not None:
        export = _as_register(export, asked.register)
    _check_units(export, asked.register)
    if len(export.amounts) > MOST:
        raise ImportRefused("too-large", f"more than {MOST:,} rows", hint="part it")
    if not export.amounts and not export.refused and not export.absent:
        raise ImportRefused("no-readings", f"a file of {title}, without any reading")
    if by_plan is not None:
        fluids: dict[Fluid, list[Amount]] = {by_plan.fluid: list(export.amounts)}
    else:
        fluids = _by_fluid(export.amounts, formats.MODULES[found.module])
    origin = mapping.origin(export.format, demo=home.demo)
    slices, refused = [], list(export.refused)
    for fluid, amounts in fluids.items():
        place = (
            home.places.of(fluid, export.meter)
            if asked.meter is None
            else home.places.named(asked.meter, fluid)
        )

        def of(quantity: str, fluid: Fluid = fluid, meter: str = place.meter) -> Series:
            register = _register(fluid, quantity)
            return bounds.series(meter, fluid, register, export.format, origin)

        judged = bounds.judge(amounts, of, now_ms, home.flow(place.meter))
        slices += judged.slices
        refused += judged.refused
    return Read(export, title, Judged(slices, refused))


def _refused(error: ExportError) -> ImportRefused:
    if error.reason != "unknown-format":
        return ImportRefused.of(error)
    return ImportRefused(
        "unknown-format",
        "no known layout of Enedis, GRDF or a water company, nor of ours",
        hint="`--mapping` reads any CSV whose columns you name",
    )


def _register(fluid: Fluid, quantity: str) -> Register:
    found = mapping.register(fluid, quantity)
    if found is None:
        raise ImportRefused(
            "unknown-quantity", f"there is no register for {quantity!r} of {fluid}"
        )
    return found


def _by_fluid(
    amounts: Sequence[Amount], fluid: Fluid | None
) -> dict[Fluid, list[Amount]]:
    """Part amounts by fluid; of our own exports each register says which it is of."""
    if fluid is not None:
        return {fluid: list(amounts)}
    parted: dict[Fluid, list[Amount]] = {}
    for one in amounts:
        if one.quantity == own.ANY:
            raise ImportRefused(
                "which-register",
                "rows of ours as CSV don't say of which register they are",
                hint="name it, as in --register import_total_wh",
            )
        if one.quantity not in CATALOGUE:
            raise ImportRefused(
                "unknown-quantity", f"no register is named {one.quantity!r}"
            )
        parted.setdefault(CATALOGUE[one.quantity].fluid, []).append(one)
    return parted


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
