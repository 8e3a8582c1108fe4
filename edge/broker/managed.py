"""A private Mosquitto, started, guarded and put right by the service itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from edge.broker import passwords
from edge.broker.accounts import ADMIN, SHELL, Accounts
from edge.broker.address import Address, Login
from edge.broker.child import Child
from edge.broker.connection import Connection
from edge.broker.dynsec import FILE, Control, prepare, put_right
from edge.broker.guests import Guests
from edge.broker.mosquitto import Encrypted, Mosquitto, configuration, find
from edge.errors import BrokerError, EdgeError
from edge.health import PartHealth
from edge.journal.file import private_directory
from edge.private_file import write_private

log = logging.getLogger(__name__)

NAME = "broker"
FIRST_DELAY_S = 0.3
LAST_DELAY_S = 60.0
STEADY_S = 60.0
PROVISION_S = 10.0
RENEWED_S = 30.0
"""How often it is seen whether the certificate was renewed, months before its end."""
KEPT = "mosquitto.db"


class ManagedBroker:
    """Keeps a broker of the home's own running, and whoever uses it inside.

    `directory` holds all of it, 0700; `host` is where it listens, `address` where it
    is reached from here. `guests` are the services that come in by consent; without
    any the admin is gone once the accounts are right. `encrypted` lets the network in.
    """

    def __init__(  # noqa: PLR0913 - where it is, and who may use it
        self,
        directory: Path,
        host: str,
        address: Address,
        accounts: Accounts,
        *,
        guests: Guests | None = None,
        encrypted: Encrypted | None = None,
        finder: Callable[[], Mosquitto] = find,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._directory, self._host, self._address = directory, host, address
        self._accounts, self._finder, self._sleep = accounts, finder, sleep
        self._guests, self._secret = guests, dict[str, str]()
        self._all = accounts
        self._encrypted = encrypted
        self._up = asyncio.Event()
        self._child: Child | None = None
        self._starts = self._repairs = 0
        self._error = "not started yet"
        self._empty = False

    def login(self, user: str) -> Login:
        """Give a client's login, made at first use; raise BrokerError if it can't."""
        return login(self._directory, user)

    async def ready(self) -> None:
        """Wait until the broker runs with its accounts right."""
        await self._up.wait()

    async def run(self, inside: Callable[[], Awaitable[None]]) -> None:
        """Run the broker, and `inside` on it, which ends first when cancelled."""
        keeping = asyncio.create_task(self._keep(), name=NAME)
        using = asyncio.ensure_future(inside())
        try:
            await asyncio.wait([keeping, using], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (using, keeping):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        for task in (using, keeping):
            if not task.cancelled():
                task.result()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        delay_s = FIRST_DELAY_S
        while True:
            started = loop.time()
            try:
                await self._once()
            except (EdgeError, OSError) as error:
                self._tell(str(error))
            if loop.time() - started > STEADY_S:
                delay_s = FIRST_DELAY_S
            await self._sleep(delay_s * random.uniform(0.8, 1.2))  # noqa: S311 - not secret
            delay_s = min(delay_s * 2, LAST_DELAY_S)

    def _tell(self, error: str) -> None:
        # once an outage: what is said again and again is no longer read
        level = logging.DEBUG if error == self._error else logging.ERROR
        log.log(level, "managed broker: %s", error)
        self._error = error

    async def _once(self) -> None:
        """Start it, put its accounts right, and raise BrokerError when it ends."""
        mosquitto = await asyncio.to_thread(self._finder)
        await asyncio.to_thread(self._prepare, mosquitto)
        conf = self._directory / "mosquitto.conf"
        if self._empty:
            self._let_go()
        try:
            child = await Child.start(mosquitto, conf)
        except BrokerError as error:
            self._set_kept_aside(str(error))
            raise
        try:
            self._child = child
            self._starts += 1
            await self._provision()
            self._error = ""
            log.info("managed broker: listens at %s", self._address)
            self._up.set()
            await self._until_ended(child)
            raise child.error()
        finally:
            self._up.clear()
            self._child = None
            await child.end()

    async def _until_ended(self, child: Child) -> None:
        """Keep the services' door while it runs; raise BrokerError if it can't be."""
        ended = asyncio.ensure_future(child.ended())
        tasks = {ended, asyncio.ensure_future(self._renew(child))}
        if self._guests is not None:
            tasks.add(asyncio.ensure_future(self._guests.keep(self._admin)))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks - {ended}:
                if task.done() and not ended.done():
                    # who lost a right may still be in: nobody is, from now on
                    child.kill()
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _renew(self, child: Child) -> None:
        """Have it read its certificate again each time that there is another."""
        shown = _stamp(self._encrypted)
        while True:
            await asyncio.sleep(RENEWED_S)
            if (found := _stamp(self._encrypted)) != shown:
                shown = found
                child.reload()
                log.info("managed broker: shows its new certificate")

    def _prepare(self, mosquitto: Mosquitto) -> None:
        directory = self._directory
        private_directory(directory)
        try:
            self._all = self._accounts
            self._secret = {
                account.user: login(directory, account.user).password
                for account in self._accounts.accounts
            }
            if self._guests is not None:
                guests, passwords = self._guests.accounts()
                self._all, self._secret = self._all + guests, self._secret | passwords
            # before it listens: nobody comes in by what was true before
            self._repairs += prepare(directory / FILE, self._all, self._secret)
            # without a certificate this machine is served all the same
            network = self._encrypted if _stamp(self._encrypted) else None
            text = configuration(
                *(directory, mosquitto.plugin, self._host, self._address.port), network
            )
            write_private(directory / "mosquitto.conf", text.encode())
            write_shell(directory, self._address, self._accounts)
        except OSError as error:
            raise BrokerError(
                f"the broker's directory {directory} can't be used: {error.strerror}",
                hint="the service's user must be able to write there",
            ) from error

    async def _admin(self) -> Connection:
        client_id = self._accounts.account(ADMIN).client_id
        return await Connection.open(self._address, self.login(ADMIN), client_id)

    async def _provision(self) -> None:
        """See that the broker took its accounts as they are written."""
        try:
            async with asyncio.timeout(PROVISION_S):
                connection = await self._admin()
                try:
                    control = await Control.open(connection)
                    self._repairs += await put_right(control, self._all, self._secret)
                finally:
                    await connection.close()
        except (BrokerError, TimeoutError) as error:
            # what the broker has of its accounts is of no use: next time, from nothing
            (self._directory / FILE).unlink(missing_ok=True)
            raise BrokerError(f"its accounts can't be put right: {error}") from error

    def _set_kept_aside(self, said: str) -> None:
        """Put what the broker kept out of its way, when it can't start on it."""
        kept = self._directory / KEPT
        damaged = "persist" in said.lower() or "database" in said.lower()
        if damaged and kept.exists():
            log.warning("managed broker: what it kept was damaged; it begins empty")
            kept.replace(kept.with_name(f"{KEPT}.damaged"))

    async def forget(self) -> None:
        """End it without a word, and have it begin empty: it comes back by itself."""
        self._empty = True
        if self._child is not None:
            self._child.kill()
            await self._child.ended()
        self._let_go()

    def _let_go(self) -> None:
        for path in self._directory.glob(f"{KEPT}*"):
            path.unlink(missing_ok=True)
        self._empty = False

    def health(self) -> PartHealth:
        """Say whether the broker runs, and what went wrong last."""
        return PartHealth(
            name=NAME,
            ok=self._up.is_set(),
            counters={"starts": self._starts, "repairs": self._repairs},
            gauges={"running": int(self._child is not None)},
            detail=self._error,
        )


def _stamp(encrypted: Encrypted | None) -> int:
    """Give which certificate there is; 0 when there is none."""
    try:
        return 0 if encrypted is None else encrypted.file.stat().st_mtime_ns
    except OSError:
        return 0


def login(directory: Path, user: str) -> Login:
    """Give a client's login, its password made at first use."""
    private_directory(directory)
    return Login(user, passwords.load_or_create(directory / f"{user}.password"))


def write_shell(directory: Path, address: Address, accounts: Accounts) -> Path:
    """Write what mosquitto_sub needs to log in, 0600; give its XDG_CONFIG_HOME.

    In a file, for what stands on a command line is seen by all users of a machine.
    """
    home = directory / "shell"
    private_directory(home)
    shell = login(directory, SHELL)
    lines = (
        f"-h {address.host}",
        f"-p {address.port}",
        f"-i {accounts.account(SHELL).client_id}",
        f"-u {shell.user}",
        f"-P {shell.password}",
    )
    write_private(
        home / "mosquitto_sub", "".join(f"{line}\n" for line in lines).encode()
    )
    return home
