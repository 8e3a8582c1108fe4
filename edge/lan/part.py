"""The local network as one part of the service: certificates renewed, mDNS said."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import suppress

from zeroconf import Error as ZeroconfError

from edge.config import Config
from edge.health import PartHealth
from edge.host import Clock
from edge.lan.announcing import Announcer
from edge.lan.certificates import Certificates, LanError, moment
from edge.lan.names import Names, names_of

log = logging.getLogger(__name__)

NAME = "lan"
LOOK_S = 60.0
"""How often it is seen whether a certificate ends, or an address has changed."""
SOON_MS = 365 * 86_400_000


class Lan:
    """One home's face on its network; opened before anything listens there.

    Without certificates nothing listens on the network, and health says why.
    """

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._error = self._silent = ""
        self._uncovered: tuple[str, ...] = ()
        self._port = int(config.lan.https.rpartition(":")[2])
        self.certificates: Certificates | None = None
        try:
            self.certificates = Certificates.open(
                config.data_dir, self._names(), moment(clock.now().wall_ms)
            )
            self._uncovered = self.certificates.uncovered(self._names())
        except LanError as error:
            self._tell(str(error))

    def context(self) -> ssl.SSLContext | None:
        """Give what the API speaks TLS by; None when there are no certificates."""
        return None if self.certificates is None else self.certificates.context()

    @property
    def url(self) -> str:
        """Give the address by which other machines reach the API."""
        return f"https://{self._names().host}:{self._port}"

    async def run(self) -> None:
        """Renew and announce for ever; take the announcement back at the end."""
        announcer = Announcer(self._names().host, self._port)
        try:
            while True:
                await self.look(announcer)
                await asyncio.sleep(LOOK_S)
        finally:
            with suppress(OSError, ZeroconfError):
                await announcer.close()

    async def look(self, announcer: Announcer) -> None:
        """Renew what ends soon, and announce what has changed."""
        names = self._names()
        if self.certificates is None:
            return
        try:
            now = moment(self._clock.now().wall_ms)
            if await asyncio.to_thread(self.certificates.renew, names, now):
                self.certificates.show()
                log.info("a new certificate for %s", ", ".join(names.hosts))
            self._tell("")
        except LanError as error:
            self._tell(str(error))
        self._uncovered = self.certificates.uncovered(names)
        try:
            await announcer.say(names.addresses)
            self._silent = ""
        except (OSError, ZeroconfError) as error:
            # other machines find it by its address all the same
            self._silent = f"mDNS can't be spoken: {error}"

    def _names(self) -> Names:
        return names_of(self._config.lan.name, self._config.api.hosts)

    def _tell(self, error: str) -> None:
        if error and error != self._error:
            log.error("nothing listens safely on the network: %s", error)
        self._error = error

    def health(self) -> PartHealth:
        """Say until when the certificates are good, and what is amiss."""
        held = self.certificates
        now_ms = self._clock.now().wall_ms
        told = [self._error, self._silent]
        gauges, counters = {}, {}
        if held is not None:
            counters["renewals"] = held.renewals
            gauges["certificate_days"] = (held.ends_ms - now_ms) // 86_400_000
            if held.authority_ends_ms - now_ms < SOON_MS:
                told.append("the authority ends soon: releve lan on --new-ca")
            if self._uncovered:
                names = ", ".join(self._uncovered)
                told.append(
                    f"the authority is not for {names}: call it by another name, or"
                    " releve lan on --new-ca"
                )
        return PartHealth(
            name=NAME,
            ok=not self._error,
            counters=counters,
            gauges=gauges,
            detail="; ".join(filter(None, told)),
        )
