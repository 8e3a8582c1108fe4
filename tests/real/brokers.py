"""Real brokers for the real tests: a plain Mosquitto, and one that Relevé manages."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from contextlib import asynccontextmanager

from edge.broker import open_session
from edge.broker.address import Address, Login
from edge.broker.connection import Connection
from edge.config import Config
from tests.real.home import free_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")


async def until(true, seconds=60):
    """Ask until it is so; give what was found."""
    async with asyncio.timeout(seconds):
        while not (found := true()):  # noqa: ASYNC110 - what is asked has no event
            await asyncio.sleep(0.02)  # asks until it is so; never hopes that it is
    return found


class Plain:
    """A Mosquitto as others run it, with the lines of configuration that are given."""

    def __init__(self, path, *lines, anonymous=True, port=None):
        self.port = port or free_port()
        self.address = Address("127.0.0.1", self.port)
        self.conf = path / f"mosquitto-{self.port}.conf"
        said = [f"listener {self.port} 127.0.0.1", *lines]
        said.append(f"allow_anonymous {str(anonymous).lower()}")
        self.conf.write_text("".join(f"{line}\n" for line in ["user root", *said]))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.conf)],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end(self, number=signal.SIGKILL):
        if self.process is not None:
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)  # it may be stopped
            self.process.wait(timeout=60)
            self.process = None

    async def up(self):
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)  # asks until it listens
                else:
                    writer.close()
                    await writer.wait_closed()
                    return


@asynccontextmanager
async def running(path, *lines, **words):
    broker = Plain(path, *lines, **words)
    broker.start()
    try:
        await broker.up()
        yield broker
    finally:
        broker.end()


@asynccontextmanager
async def connected(address, login=None, client_id="", **words):
    connection = await Connection.open(address, login, client_id, **words)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def kept_up(session):
    """Run a part for the time of a test, and stop it as the service does."""
    task = asyncio.create_task(session.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Managed:
    """A home whose broker is Relevé's own: its parts, its files, its logins."""

    def __init__(self, path, outputs=(), lan=None):
        self.port = free_port()
        self.address = Address("127.0.0.1", self.port)
        self.config = Config(
            data_dir=path / "data",
            mqtt={"url": "managed", "listen": f"127.0.0.1:{self.port}"},
            lan=lan or {},
            meters=[{"id": "linky", "port": "/dev/null"}],
        )
        self.directory = path / "data" / "broker"
        self.outputs = outputs
        self.parts = open_session(self.config, outputs)

    def again(self):
        """Be a new process, as far as the parts can tell."""
        self.parts = open_session(self.config, self.outputs)

    async def run(self):
        await self.parts.run()

    @property
    def broker(self):
        return self.parts.health()[0]

    @property
    def session(self):
        return self.parts.health()[1]

    async def up(self):
        await until(lambda: self.broker.ok and self.session.ok)

    @property
    def pid(self):
        return int((self.directory / "mosquitto.pid").read_text().split()[0])

    def login(self, user):
        return Login(user, (self.directory / f"{user}.password").read_text().strip())

    def connected(self, user, client_id=None):
        ids = {
            "owner": "releve-owner",
            "owner-shell": "releve-owner-shell",
            "releve-edge": "releve-edge",
            "releve-admin": "releve-admin",
        }
        return connected(self.address, self.login(user), client_id or ids[user])

    def connected_else(self, user):
        """Listen as the owner, through the login that a test does not use."""
        return self.connected("owner" if user == "owner-shell" else "owner-shell")
