"""What the home has put elsewhere, or is known by there: each place is left in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from edge.outputs.cozy import account as cozys

if TYPE_CHECKING:
    from edge.config import Config
    from edge.outgoing.places import Guard

LEFT, ERASED, ENDED_THERE, UNREACHED = "left", "erased", "ended there", "unreached"
"""How a place was left: as it is, emptied of ours, ended by its own side, or not."""


class Place(Protocol):
    """One place; to leave it twice is to leave it once."""

    @property
    def name(self) -> str:
        """Give what it is called, with its kind before a colon."""
        ...

    async def leave(self) -> str:
        """Leave it, and say how; raise EdgeError where it can't be reached."""
        ...


def places(config: Config, endings: Mapping[str, str], guard: Guard) -> list[Place]:
    """Give those that a home has, each kind imported where there is one of it.

    `endings` is what is to become of what each Cozy holds.
    """
    found: list[Place] = []
    data_dir = config.data_dir
    for name in cozys.names(data_dir):
        from edge.handover.cozy import Cozy  # noqa: PLC0415 - HTTP is not small

        found.append(Cozy(data_dir, name, endings.get(name, ""), guard))
    for cloud in config.cloud:
        from edge.handover.cloud import Cloud  # noqa: PLC0415 - MQTT is not small

        found.append(Cloud(data_dir, cloud, guard))
    if config.mqtt.url not in (None, "managed"):
        from edge.handover.broker import Broker  # noqa: PLC0415 - same

        found.append(Broker(config))
    if config.influxdb is not None:
        from edge.handover.influx import Influx  # noqa: PLC0415 - HTTP is not small

        found.append(Influx(config, config.influxdb))
    return found
