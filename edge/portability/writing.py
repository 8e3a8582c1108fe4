"""Writing a home's pack: to my new Pi, whole, and sealed by who asks for it."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid, Kind
from edge.interval import Step
from edge.portability import enedis_csv, green_button, kept, parquet, readings
from edge.portability.gathered import Home
from edge.portability.pack import FORMAT, Pack
from edge.portability.sealed import Sink
from edge.registers import CATALOGUE

HOME_PROFILE = "home"
JSON = {"format": "json", "mediatype": "application/json", "encoding": "utf-8"}
LINKED = {"format": "jsonld", "mediatype": "application/ld+json", "encoding": "utf-8"}
CSV = {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}

Tell = Callable[[str, float], None]


def write_home(
    home: Home, to: Sink, tell: Tell, *, columns: bool = False
) -> dict[str, int]:
    """Write everything; give the rows of each meter. Blocks, and holds a page.

    With `columns` the readings a second time, as Parquet; raises PackRefused.
    """
    if columns:
        parquet.check()
    head = {
        "name": "releve-home",
        "title": "Relevé: what a home has",
        "profile": "tabular-data-package",
        "releve": {"format": FORMAT, "profile": HOME_PROFILE},
    }
    pack = Pack(to, home.now_ms, head)
    rows = _readings(home, pack, tell)
    if columns:
        _columns(home, pack, tell)
    _others(home, pack, tell)
    for path, resource, text in (
        (kept.HOME, JSON, kept.home_document(home)),
        (kept.CONSENTS, LINKED, kept.consents_document(home)),
        (kept.READ_JOURNAL, CSV, kept.read_journal_lines(home)),
    ):
        with pack.member(path, resource) as member:
            member.write(text)
    pack.close()
    tell("done", 1.0)
    return rows


def _readings(home: Home, pack: Pack, tell: Tell) -> dict[str, int]:
    registers, fitted = home.registers(), home.fitted()
    counts: dict[str, int] = {}
    with pack.member(readings.PATH, readings.RESOURCE) as member:
        member.write(readings.HEAD)
        for number, (meter, register) in enumerate(registers):
            tell(f"{meter} {register}", 0.6 * number / len(registers))
            of = fitted.get(meter, readings.Fitted())
            for step, page in home.own(meter, register):
                text = readings.own_lines(meter, register, step, page, of)
                counts[meter] = counts.get(meter, 0) + text.count("\n")
                member.write(text)
            for some in home.said(meter, register):
                text = readings.said_lines(some, of)
                counts[meter] = counts.get(meter, 0) + text.count("\n")
                member.write(text)
    return counts


def _columns(home: Home, pack: Pack, tell: Tell) -> None:
    fitted = home.fitted()
    with pack.member(parquet.PATH, parquet.RESOURCE) as member:
        written = parquet.Columns(member)
        for meter, register in home.registers():
            tell(f"{parquet.PATH} {register}", 0.6)
            of = fitted.get(meter, readings.Fitted())
            for step, page in home.own(meter, register):
                written.own(meter, register, step, page, of)
            for some in home.said(meter, register):
                written.said(some, of)
        written.close()


def _others(home: Home, pack: Pack, tell: Tell) -> None:
    """Write the half-hours again, as tools of others read them."""
    zone = ZoneInfo(home.zone)
    electric = [
        meter
        for meter, register in home.registers()
        if register == enedis_csv.REGISTER
        and home.fluids.get(meter) is Fluid.ELECTRICITY
    ]
    for number, meter in enumerate(electric):
        tell(enedis_csv.PATH, 0.6)
        stem, _, end = enedis_csv.PATH.rpartition(".")
        path = enedis_csv.PATH if number == 0 else f"{stem}_{meter}.{end}"
        rows = home.merged(meter, enedis_csv.REGISTER, Step.MIN30)
        with pack.member(path, enedis_csv.RESOURCE) as member:
            for text in enedis_csv.lines(rows, zone, home.now_ms):
                member.write(text)
    feed = green_button.Feed(home.now_ms)
    with pack.member(green_button.PATH, green_button.RESOURCE) as member:
        member.write(feed.begin())
        for meter, name in home.registers():
            register = CATALOGUE[name]
            if register.kind is not Kind.INDEX or register.green_button is None:
                continue
            tell(f"{green_button.PATH} {name}", 0.7)
            rows = home.merged(meter, name, Step.MIN30)
            for text in feed.register(meter, register, Step.MIN30, rows):
                member.write(text)
        member.write(feed.end())
