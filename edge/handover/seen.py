"""What a home has to hand over: looked at, and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.config import Config
from edge.consent.view import ledger_view
from edge.errors import ConsentError
from edge.handover.elsewhere import given, laid
from edge.handover.machine import before
from edge.handover.ours import size_of, strange
from edge.outputs.cozy import account as cozys


@dataclass(frozen=True, slots=True)
class Seen:
    """`held` is how much is granted; `cozys` those whose documents wait for a word."""

    meters: tuple[str, ...]
    held: Mapping[str, int]
    cozys: tuple[str, ...]
    clouds: tuple[str, ...]
    broker: bool
    influxdb: bool
    files: int
    size: int
    elsewhere: tuple[Path, ...]
    strange: tuple[str, ...]


def seen(
    config: Config,
    path: Path | None,
    directories: Sequence[Path] = (),
    stays: Sequence[str] = (),
) -> Seen:
    """Look at a home, a service running on it or not."""
    files, size = size_of(config.data_dir)
    copies = () if path is None else [one.name for one in before(path)]
    return Seen(
        meters=tuple(one.id for one in config.meters),
        held=held(config.data_dir),
        cozys=tuple(cozys.names(config.data_dir)),
        clouds=tuple(one.name for one in config.cloud),
        broker=config.mqtt.url not in (None, "managed"),
        influxdb=config.influxdb is not None,
        files=files,
        size=size,
        elsewhere=(*laid(config, directories), *given(config, path)),
        strange=tuple(strange(config.data_dir, {*stays, *copies})),
    )


def held(data_dir: Path) -> dict[str, int]:
    """Give how many consents are live, of how many services, and how many writers."""
    with suppress(ConsentError), ledger_view(data_dir) as view:
        standing = view.standing
        live = [one for one in standing.consents.values() if one.ended_ms is None]
        return {
            "consents": len(live),
            "services": len({one.service for one in live}),
            "writers": len(standing.writers),
        }
    return {"consents": 0, "services": 0, "writers": 0}
