"""`green_button.xml`: NAESB REQ.21 ESPI 4.0, what North America's tools read.

An Atom feed: for each supply point a usage point, for each of its indexes a meter
reading with its type, and blocks of interval readings. The codes are the catalogue's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape

from edge.catalogue import Fluid, Register
from edge.interval import Step
from edge.portability.readings import instants
from edge.sample import Quality
from edge.stores.protocol import IntervalColumns

PATH = "green_button.xml"
RESOURCE = {
    "format": "xml",
    "mediatype": "application/atom+xml",
    "encoding": "utf-8",
    "description": "Amounts as Green Button (NAESB REQ.21 ESPI 4.0) has them",
}
SERVICES: Mapping[Fluid, int] = {Fluid.ELECTRICITY: 0, Fluid.GAS: 1, Fluid.WATER: 2}
COMMODITIES: Mapping[Fluid, int] = {Fluid.ELECTRICITY: 1, Fluid.GAS: 7, Fluid.WATER: 9}
VOLUME = 58
"""The kind that readers in use don't know: a volume's unit says it all, and `kind` may
be left out."""
DELTA, FORWARD, REVERSE = 4, 1, 19
QUALITIES: Mapping[str, int] = {
    Quality.CORRECTED.value: 7,
    Quality.ESTIMATED.value: 8,
    Quality.INTERPOLATED.value: 9,
    Quality.RAW.value: 14,
    Quality.VALIDATED.value: 17,
}
QUESTIONABLE = 10
"""Of a period of which a part is unknown."""
LENGTHS: Mapping[Step, int] = {Step.MIN30: 1800, Step.HOUR: 3600, Step.DAY: 86_400}
"""A month has none: its readings have each their own duration."""
BLOCK = 1_500
"""Readings of one block: a month of half-hours."""
NAMES = uuid.UUID("3a4b4f5e-5e0c-4c0e-9d6a-6a5d1d7c2b11")
BASE = "/espi/1_1/resource"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom">\n'
)


class Feed:
    """Writes a feed piece by piece; ids are the same whenever it is written."""

    def __init__(self, updated_ms: int) -> None:
        self._updated = instants([updated_ms])[0]
        self._points: dict[str, int] = {}
        self._readings = 0

    def begin(self) -> str:
        """Open the feed."""
        return (
            f"{HEAD}<id>{_urn('feed')}</id><title>Relevé</title>"
            f"<updated>{self._updated}</updated>"
            "<author><name>Relevé</name></author>\n"
        )

    def end(self) -> str:
        """Close it."""
        return "</feed>\n"

    def register(
        self,
        meter: str,
        register: Register,
        step: Step,
        pages: Iterable[IntervalColumns],
    ) -> Iterator[str]:
        """Write an index of a meter; nothing where there are no rows."""
        if register.green_button is None:
            return
        blocks = 0
        for page in pages:
            for at in range(0, len(page), BLOCK):
                readings = _readings(page, at, at + BLOCK)
                if not readings:
                    continue
                if not blocks:
                    yield self._reading(meter, register, step)
                blocks += 1
                end = page.end_ms[at : at + BLOCK][-1]
                span = _period("interval", page.start_ms[at], end)
                content = f"<IntervalBlock {ESPI}>{span}{readings}</IntervalBlock>"
                up = f"{self._here(meter)}/IntervalBlock"
                yield self._entry(f"{up}/{blocks}", up, (), register.title_en, content)

    def _here(self, meter: str) -> str:
        point = f"{BASE}/RetailCustomer/1/UsagePoint/{self._points[meter]}"
        return f"{point}/MeterReading/{self._readings}"

    def _reading(self, meter: str, register: Register, step: Step) -> str:
        """Write what comes before an index's blocks."""
        point = ""
        if meter not in self._points:
            self._points[meter] = len(self._points) + 1
            point = self._point(meter, register.fluid)
        self._readings += 1
        here = self._here(meter)
        kind = f"{BASE}/ReadingType/{self._readings}"
        up = here.rpartition("/")[0]
        related = (f"{here}/IntervalBlock", kind)
        reading = f"<MeterReading {ESPI}/>"
        return (
            point
            + self._entry(here, up, related, register.title_en, reading)
            + self._entry(
                kind, f"{BASE}/ReadingType", (), register.name, _type(register, step)
            )
        )

    def _point(self, meter: str, fluid: Fluid) -> str:
        here = f"{BASE}/RetailCustomer/1/UsagePoint/{self._points[meter]}"
        content = (
            f"<UsagePoint {ESPI}><ServiceCategory><kind>{SERVICES[fluid]}</kind>"
            "</ServiceCategory></UsagePoint>"
        )
        up = here.rpartition("/")[0]
        return self._entry(here, up, (f"{here}/MeterReading",), meter, content)

    def _entry(
        self, here: str, up: str, related: Iterable[str], title: str, content: str
    ) -> str:
        links = "".join(f'<link rel="related" href="{one}"/>' for one in related)
        return (
            f'<entry><id>{_urn(here)}</id><link rel="self" href="{here}"/>'
            f'<link rel="up" href="{up}"/>{links}<title>{escape(title)}</title>'
            f"<content>{content}</content><published>{self._updated}</published>"
            f"<updated>{self._updated}</updated></entry>\n"
        )


ESPI = 'xmlns="http://naesb.org/espi"'


def _type(register: Register, step: Step) -> str:
    kind, unit, multiplier = register.green_button or (0, 0, 0)
    length = LENGTHS.get(step)
    flow = REVERSE if register.name.startswith("export") else FORWARD
    return (
        f"<ReadingType {ESPI}><accumulationBehaviour>{DELTA}</accumulationBehaviour>"
        f"<commodity>{COMMODITIES[register.fluid]}</commodity>"
        f"<defaultQuality>{QUALITIES['raw']}</defaultQuality>"
        f"<flowDirection>{flow}</flowDirection>"
        + ("" if length is None else f"<intervalLength>{length}</intervalLength>")
        + ("" if kind == VOLUME else f"<kind>{kind}</kind>")
        + f"<powerOfTenMultiplier>{multiplier}</powerOfTenMultiplier>"
        f"<uom>{unit}</uom></ReadingType>"
    )


def _readings(page: IntervalColumns, first: int, last: int) -> str:
    cut = slice(first, last)
    rows = zip(
        page.start_ms[cut],
        page.end_ms[cut],
        page.value[cut],
        page.quality[cut],
        page.coverage[cut],
        strict=True,
    )
    return "".join(
        f"<IntervalReading>{_quality(quality, coverage)}"
        f"{_period('timePeriod', start, end)}<value>{value}</value></IntervalReading>"
        for start, end, value, quality, coverage in rows
        if value is not None
    )


def _quality(quality: str, coverage: float) -> str:
    code = QUALITIES[quality] if coverage >= 1 else QUESTIONABLE
    if code == QUALITIES["raw"]:
        return ""
    return f"<ReadingQuality><quality>{code}</quality></ReadingQuality>"


def _period(name: str, start_ms: int, end_ms: int) -> str:
    start, end = start_ms // 1000, end_ms // 1000
    return f"<{name}><duration>{end - start}</duration><start>{start}</start></{name}>"


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMES, name)}"
