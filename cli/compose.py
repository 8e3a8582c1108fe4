"""The whole service composed: the edge, and the API on top of it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from api.app import create_app
from api.deps import Authority, Deps, MeterInfo, Transfers
from api.owner_tokens import OwnerTokens
from api.server import Secure, serve
from api.sign_in import SignIn
from api.tokens import load_or_create
from edge.config import Config
from edge.lan.names import own_name
from edge.portability.gathered import Home, Ledger
from edge.portability.served import Served
from edge.receiving import Receiver
from edge.service.exporting import extracting_of
from edge.service.hub import Hub, counting_of
from edge.service.interpreter import settle, tuned
from edge.service.service import Service
from edge.sources.plugins import fluid_of
from edge.sources.protocol import Source

Told = Callable[[Hub, str], Coroutine[Any, Any, None]]
"""Called once the API listens, with its address."""


def listen_to(config: Config, hub: Hub) -> Deps:
    """Give the API what it needs of the hub."""
    meters = tuple(
        MeterInfo(meter.id, meter.kind, fluid_of(meter.kind)) for meter in config.meters
    )
    return Deps(
        reads=hub.served,
        bus=hub.bus,
        health=hub.health,
        meters=meters,
        zone=config.zone,
        token=load_or_create(config.data_dir / "owner.token"),
        consents=hub.consents,
        credentials=hub.credentials,
        asking=hub.asking,
        read_journal=hub.readings,
        owner_tokens=OwnerTokens(config.data_dir),
        sign_in=SignIn.open(config.data_dir, hub.pairing),
        hosts=(_name(config), *config.api.hosts),
        cors=config.api.cors,
        url=_url(config, hub),
        authority=_authority(hub),
        imports=hub.importer,
        erasure=hub.erasure,
        exports=Served(lambda: _home(config, hub), extracting_of(hub)),
        readings=Receiver(
            *(hub.journal, hub.reads, hub.clock, hub.gates, hub.intakes),
            {info.id: info.fluid for info in meters},
        ),
        service_login=None if hub.mqtt is None else hub.mqtt.service_login,
        cozy=hub.cozy,
        transfers=_transfers(hub),
        version=version("releve"),
        demo=config.demo,
    )


def _home(config: Config, hub: Hub) -> Home:
    """Give the home as it is exported."""
    fluids = dict(counting_of(config).fluids)
    entries = tuple(hub.consents.ledger.entries())
    kept = Ledger(entries, hub.readings.lines())
    now_ms = hub.clock.now().wall_ms
    devices = hub.journal.devices()
    return Home(fluids, hub.reads, devices, kept, config.zone.key, now_ms)


def _name(config: Config) -> str:
    """Give what this machine is called on its own network, open or not."""
    return f"{config.lan.name or own_name()}.local"


def _url(config: Config, hub: Hub) -> str:
    """Give the address that others are told: as configured, or the network's."""
    if config.api.url is None and hub.lan is not None:
        return hub.lan.url
    return config.api.address


def _authority(hub: Hub) -> Authority | None:
    if hub.lan is None or hub.lan.certificates is None:
        return None
    held = hub.lan.certificates
    return Authority(held.public_pem, held.fingerprint, held.names.host, hub.lan.url)


def _transfers(hub: Hub) -> Transfers | None:
    """Give what receives from other homes, where the network is let in."""
    if hub.lan is None or hub.lan.certificates is None:
        return None
    from edge.transfer.offers import Offers  # noqa: PLC0415 - not in use
    from edge.transfer.receiving import Receiving  # noqa: PLC0415 - same

    data_dir = Path(hub.config.data_dir)
    return Receiving(Offers(data_dir, lambda: hub.clock.now().wall_ms))


def _secure(config: Config, hub: Hub) -> Secure | None:
    context = None if hub.lan is None else hub.lan.context()
    return None if context is None else Secure(config.lan.https, context)


async def run_service(
    config: Config,
    *,
    sources: Sequence[Source] | None = None,
    replay: bool = False,
    told: Told | None = None,
) -> None:
    """Run the whole service until SIGTERM or Ctrl-C; a replay ends with its sources."""
    logging.basicConfig(
        level=config.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def serve_api(hub: Hub, stop: asyncio.Event) -> None:
        ready: asyncio.Future[list[str]] = loop.create_future()
        app = create_app(listen_to(config, hub))
        serving = asyncio.create_task(
            serve(
                *(app, config.api.listen, stop),
                secure=_secure(config, hub),
                ready=ready,
            )
        )
        if told is None:
            await serving
            return
        first: list[asyncio.Future[Any]] = [serving, ready]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        telling = (
            asyncio.create_task(told(hub, ready.result()[0])) if ready.done() else None
        )
        await serving
        if telling is not None:
            telling.cancel()

    service = Service(config, sources=sources, replay=replay)
    with tuned():  # the process is ours, and runs nothing else
        await service.run(stop, {"api": serve_api}, started=settle)
