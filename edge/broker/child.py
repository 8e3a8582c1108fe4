"""One run of a broker of ours, as a child that never outlives us for long."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import shutil
import signal
from collections import deque
from contextlib import suppress
from pathlib import Path

from edge.broker.mosquitto import Mosquitto
from edge.errors import BrokerError

log = logging.getLogger(__name__)

START_S = 10.0
END_S = 2.0
"""For its SIGTERM, when it saves what it keeps; then it is killed."""
REMEMBERED = 20
LINE_BYTES = 8192
RUNNING = " running"
MEMORY_BYTES = 96 << 20
"""What it may hold. Not by its own memory_limit: Mosquitto 2.0.11 takes off what each
answer of the control topic holds without having counted it, and once that is below
nothing it refuses all memory (measured: after some ten commands)."""
AS_ROOT = "Warning: Mosquitto should not be run as root/administrator."
"""It drops no rights since it has its own directory: no news where we are root."""
PID_FILE = "mosquitto.pid"


class Child:
    """A running Mosquitto; `start` makes one, `end` reaps it."""

    def __init__(self, process: asyncio.subprocess.Process, pid_file: Path) -> None:
        self._process, self._pid_file = process, pid_file
        self._running = asyncio.Event()
        self._said: deque[str] = deque(maxlen=REMEMBERED)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, mosquitto: Mosquitto, configuration: Path) -> Child:
        """Start it and wait until it listens; raise BrokerError saying why not."""
        pid_file = configuration.with_name(PID_FILE)
        await end_orphan(pid_file, configuration)
        words = [str(mosquitto.program), "-c", str(configuration)]
        # The kernel ends it with us, even when we are killed: it must not hold the
        # port for ever. The pid file is for where there is no setpriv.
        if (setpriv := shutil.which("setpriv")) is not None:
            words = [setpriv, "--pdeathsig", "TERM", "--", *words]
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                limit=LINE_BYTES,
                # nothing of ours: neither a password that came as a variable, nor
                # systemd's socket; and errors are read in English below
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            )
        except OSError as error:
            raise BrokerError(
                f"{mosquitto.program} can't be started: {error.strerror}"
            ) from error
        self = cls(process, pid_file)
        with suppress(OSError):  # it has ended already, which is told below
            limits = (MEMORY_BYTES, MEMORY_BYTES)
            resource.prlimit(process.pid, resource.RLIMIT_DATA, limits)
        try:
            pid_file.write_text(f"{process.pid} {_started(process.pid)}\n")
            await self._until_it_listens()
        except BaseException:
            await self.end()
            raise
        return self

    async def _until_it_listens(self) -> None:
        listening = asyncio.create_task(self._running.wait())
        try:
            await asyncio.wait(
                [listening, self._reading],
                timeout=START_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            listening.cancel()
        if self._reading.done():
            # its log ended, and so does it: its code is worth waiting for
            await asyncio.wait([asyncio.create_task(self._process.wait())], timeout=1)
        if not self._running.is_set() or self._reading.done():
            raise self.error()

    @property
    def pid(self) -> int:
        """Give its process id."""
        return self._process.pid

    def error(self) -> BrokerError:
        """Say why it ended, or doesn't listen."""
        text = "\n".join(self._said)
        if "Address already in use" in text:
            return BrokerError(
                "another program listens at the managed broker's port",
                hint="set mqtt.listen (and lan.mqtt) to a free port; or stop Debian's "
                "own Mosquitto: sudo systemctl disable --now mosquitto",
            )
        if "Cannot assign requested address" in text:
            return BrokerError(
                "mqtt.listen or lan.mqtt is no address of this machine",
                hint='mqtt.listen is "127.0.0.1:1883", lan.mqtt "0.0.0.0:8883"',
            )
        said = list(self._said)
        errors = [line for line in said if line.startswith("Error")] or said[-2:]
        code = self._process.returncode
        return BrokerError(
            f"Mosquitto ended by itself (code {code})"
            if code is not None
            else "Mosquitto does not say that it listens",
            hint="; ".join(errors) or "it said nothing",
        )

    async def ended(self) -> None:
        """Wait until it is no more, whatever ended it."""
        await asyncio.shield(self._reading)
        await self._process.wait()

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self._signal(signal.SIGKILL)

    def reload(self) -> None:
        """Have it read its certificates again; who is connected stays so."""
        self._signal(signal.SIGHUP)

    async def end(self) -> None:
        """Stop it, and reap it."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._pid_file.unlink(missing_ok=True)

    def _signal(self, number: int) -> None:
        # Not by Popen, which would reap it behind the back of asyncio's watcher.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def _read(self) -> None:
        """Read its log to the end: a pipe that nobody reads would hold it up."""
        stream = self._process.stderr
        assert stream is not None  # noqa: S101 - it was asked for
        while True:
            try:
                line = (await stream.readline()).decode(errors="replace")
            except ValueError:
                continue  # a line without an end: passed over
            if not line:
                return
            self._hear(line.strip())

    def _hear(self, line: str) -> None:
        self._said.append(line)
        bad = line.startswith(("Error", "Warning")) and line != AS_ROOT
        log.log(logging.WARNING if bad else logging.DEBUG, "mosquitto: %s", line)
        if line.startswith("mosquitto version") and line.endswith(RUNNING):
            self._running.set()


async def end_orphan(pid_file: Path, configuration: Path) -> None:
    """End a broker of ours that outlived a Relevé that was killed, if there is one."""
    noted = _noted(pid_file)
    if noted is None:
        return
    pid, started = noted
    for signal_ in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(int(END_S / 0.05)):
            if not _is_ours(pid, started, configuration):
                return
            with suppress(ProcessLookupError):
                os.kill(pid, signal_)
            await asyncio.sleep(0.05)
    log.warning("a former Mosquitto (process %d) can't be ended", pid)


def _noted(pid_file: Path) -> tuple[int, str] | None:
    try:
        number, started = pid_file.read_text().split()
        return int(number), started
    except (OSError, ValueError):
        return None


def _is_ours(pid: int, started: str, configuration: Path) -> bool:
    """Tell whether a process still is the one noted: pids are used again."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(configuration) in words and _started(pid) == started


def _started(pid: int) -> str:
    """Give when a process began, in ticks since the boot (proc(5), stat, 22)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "?"
    return stat.rpartition(")")[2].split()[19]
