"""The home as importing needs it: its meters, their numbers, what can flow there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from edge.catalogue import Fluid
from edge.config import Config
from edge.config.model import MeterConfig
from edge.gate.flow import qmax_l_h
from edge.importing.bounds import Flow
from edge.importing.meters import Place, Places
from edge.importing.reading import Home
from edge.journal.devices import Device
from edge.sample import Sample
from edge.sources.plugins import fluid_of


def home_of(
    config: Config,
    devices: Iterable[Device],
    last: Callable[[str], Sample | None],
) -> Home:
    """Give the home of a configuration; `last` gives a meter's last sample."""
    known = list(devices)
    fluids = {meter.id: fluid_of(meter.kind) for meter in config.meters}
    places = [
        Place(
            meter.id,
            fluids[meter.id],
            frozenset() if meter.identifier is None else frozenset({meter.identifier}),
            frozenset(one.identifier for one in known if one.meter == meter.id),
        )
        for meter in config.meters
    ]
    meters = {meter.id: meter for meter in config.meters}

    def flow(meter: str) -> Flow:
        return _flow(meters[meter], fluids[meter], last(meter))

    return Home(Places(places), config.zone, flow, config.demo)


def _flow(meter: MeterConfig, fluid: Fluid, sample: Sample | None) -> Flow:
    """Give what a meter lets through: its Qmax where it is configured, its contract."""
    flow = Flow(qmax_l_h(meter.model_extra or {}, fluid))
    kva = None if sample is None else sample.values.get("subscribed_power_kva")
    if isinstance(kva, int) and kva > flow.kva:
        flow = replace(flow, kva=kva)
    return flow
