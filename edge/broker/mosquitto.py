"""Mosquitto on this machine: where it is, whether it will do, what it is told."""

from __future__ import annotations

import os
import platform
import pwd
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import BrokerError

PACKAGE = "sudo apt install mosquitto (Debian 12, Raspberry Pi OS 12 or newer)"
LEAST = (2, 0)
PLUGIN = "mosquitto_dynamic_security.so"
TRIPLETS = {
    "x86_64": ("x86_64-linux-gnu",),
    "aarch64": ("aarch64-linux-gnu", "arm-linux-gnueabihf"),
    "armv7l": ("arm-linux-gnueabihf",),
    "armv6l": ("arm-linux-gnueabihf",),
    "i686": ("i386-linux-gnu",),
}
"""Debian's directories for each machine, the likelier first."""
PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin")
"""Debian keeps the broker where an ordinary user's PATH doesn't look."""
AUTOSAVE_S = 300
"""What a broker that is killed may forget, at most; each save wears the card."""
VERSION = re.compile(r"mosquitto version (\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """An installed broker that will do, and its plugin."""

    program: Path
    plugin: Path


STRANGERS = 128
"""The most connections of other machines: of a process's 1,024 descriptors all others
are for this one's, however many connect and say nothing."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Where a broker listens by TLS, and the file of its key and certificate."""

    host: str
    port: int
    file: Path


def find(
    roots: Sequence[Path] = (Path("/usr/lib"), Path("/usr/local/lib")),
) -> Mosquitto:
    """Give the installed Mosquitto; raise BrokerError naming what to install.

    Blocks while the program says its version.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), *PLACES])
    program = shutil.which("mosquitto", path=path)
    if program is None:
        raise BrokerError(
            'mqtt.url = "managed" needs Mosquitto, which is not installed',
            hint=PACKAGE,
        )
    version = _version(program)
    if version is None or version < LEAST:
        said = "does not run" if version is None else f"is {version[0]}.{version[1]}"
        raise BrokerError(
            f"{program} {said}; Mosquitto 2.0 or newer is needed", hint=PACKAGE
        )
    return Mosquitto(Path(program), _plugin(roots))


def _version(program: str) -> tuple[int, int] | None:
    try:
        told = subprocess.run(  # noqa: S603 - the program found on the path
            [program, "-h"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    found = VERSION.search(told.stdout)
    return (int(found[1]), int(found[2])) if found else None


def _plugin(roots: Sequence[Path]) -> Path:
    # what the interpreter was built for comes first: a 64-bit kernel may run 32-bit
    # programs, and then the machine's name says nothing
    own: str | None = sysconfig.get_config_var("MULTIARCH")
    triplets = ([own] if own else []) + list(TRIPLETS.get(platform.machine(), ()))
    for root in roots:
        for folder in (*triplets, ".", "mosquitto"):
            if (plugin := root / folder / PLUGIN).is_file():
                return plugin
    raise BrokerError(
        f"Mosquitto is installed without its plugin {PLUGIN}", hint=PACKAGE
    )


def configuration(
    directory: Path,
    plugin: Path,
    host: str,
    port: int,
    encrypted: Encrypted | None = None,
) -> str:
    """Give mosquitto.conf for a private broker that keeps all in one directory.

    `encrypted` is a listener more, for other machines: TLS 1.2 or newer, which is all
    that Mosquitto speaks unless it is told otherwise. Logins and rights are the same.
    """
    # as root it would become the user mosquitto, who can't enter the directory
    user = f"user {pwd.getpwuid(0).pw_name}\n" if os.geteuid() == 0 else ""
    network = (
        f"listener {encrypted.port} {encrypted.host}\n"
        f"certfile {encrypted.file}\nkeyfile {encrypted.file}\n"
        f"max_connections {STRANGERS}\n"
        if encrypted is not None
        else ""
    )
    return f"""# Made by Relevé at each start; what is changed here is lost.
{user}per_listener_settings false
allow_anonymous false
listener {port} {host}
{network}plugin {plugin}
plugin_opt_config_file {directory}/dynamic-security.json
persistence true
persistence_location {directory}/
autosave_interval {AUTOSAVE_S}
autosave_on_changes false
persistent_client_expiration 14d
set_tcp_nodelay true
max_inflight_messages 20
max_queued_messages 50000
max_queued_bytes 16000000
max_packet_size 262144
log_dest stderr
log_timestamp false
log_type error
log_type warning
log_type notice
log_type information
connection_messages false
"""
