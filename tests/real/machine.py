"""A clean Debian to install on, with a real systemd, made of this machine's packages.

It has Debian's essential ones and what `packages` depend on, no other, with dpkg's
database reduced to these: what the .deb fails to depend on is not there. Nothing is
fetched. It boots in namespaces of its own (systemd-nspawn), without any network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DPKG = Path("/var/lib/dpkg")
MERGED = ("bin", "sbin", "lib", "lib64")
UNREAD = ("/usr/share/man/", "/usr/share/doc/", "/usr/share/locale/")
EMPTY = ("proc", "sys", "dev", "run", "tmp", "root", "home", "etc", "var/lib")


def installed() -> dict[str, str]:
    """Give {package: its stanza} of this machine."""
    stanzas = (DPKG / "status").read_text().split("\n\n")
    found = {}
    for stanza in stanzas:
        name = re.search(r"^Package: (.+)$", stanza, re.MULTILINE)
        if name and "\nStatus: install ok installed" in stanza:
            found[name[1]] = stanza
    return found


def field(stanza: str, *names: str) -> str:
    lines = re.findall(rf"^(?:{'|'.join(names)}): (.*)$", stanza, re.MULTILINE)
    return ", ".join(lines)


def closure(wanted: list[str], stanzas: dict[str, str]) -> set[str]:
    """Give the packages that these and the essential ones depend on, and themselves."""
    provided: dict[str, str] = {}
    for name, stanza in stanzas.items():
        virtuals = re.findall(r"[a-z0-9.+-]+(?= *[(,]|$)", field(stanza, "Provides"))
        for virtual in virtuals:
            provided.setdefault(virtual, name)
    found: set[str] = set()
    ahead = [*wanted, *(n for n, s in stanzas.items() if "\nEssential: yes" in s)]
    while ahead:
        name = ahead.pop()
        name = name if name in stanzas else provided[name]
        if name in found:
            continue
        found.add(name)
        for needed in field(stanzas[name], "Depends", "Pre-Depends").split(","):
            ways = [re.split(r"[ :(]", way.strip())[0] for way in needed.split("|")]
            there = [way for way in ways if way in stanzas or way in provided]
            if there:
                ahead.append(there[0])
    return found


def files_of(package: str) -> Iterator[str]:
    listed = subprocess.run(
        ["dpkg", "-L", package], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for path in listed:
        if path.startswith("/") and path != "/." and not path.startswith(UNREAD):
            yield path


def make(root: Path, packages: list[str]) -> None:
    """Make a clean root in an empty directory, as root; seconds and 200 MB."""
    stanzas = installed()
    names = sorted(closure(packages, stanzas))
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in (*EMPTY, "var/lib/dpkg/info", "var/lib/dpkg/updates"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    paths = dict.fromkeys(path[1:] for name in names for path in files_of(name))
    there = [path for path in paths if os.path.lexists(f"/{path}")]
    copied = subprocess.run(
        ["tar", "-C", "/", "--create", "--no-recursion", "--null", "--files-from=-"],
        input="\0".join(there).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    subprocess.run(
        ["tar", "--extract", "--keep-directory-symlink", "-p", "-C", str(root)],
        input=copied,
        check=True,
    )
    _configure(root, {name: stanzas[name] for name in names})


def _configure(root: Path, stanzas: dict[str, str]) -> None:
    """Do what the packages' own scripts did on this machine, as far as is needed."""
    database = root / "var/lib/dpkg"
    (database / "status").write_text("\n\n".join(stanzas.values()) + "\n\n")
    (database / "available").touch()
    for info in (DPKG / "info").iterdir():
        if info.stem.partition(":")[0] in stanzas or info.name == "format":
            shutil.copy(info, database / "info" / info.name)
    (database / "triggers").mkdir()
    heard = [
        line
        for line in (DPKG / "triggers/File").read_text().splitlines(keepends=True)
        if re.split(r"[ :/]", line.rpartition(" ")[2].strip())[0] in stanzas
    ]
    (database / "triggers/File").write_text("".join(heard))
    for named in (DPKG / "triggers").iterdir():
        waiting = named.read_text().split()
        keeping = [one for one in waiting if re.split("[:/]", one)[0] in stanzas]
        if named.name not in ("File", "Lock", "Unincorp") and keeping:
            (database / "triggers" / named.name).write_text("\n".join(keeping) + "\n")
    for kind in ("passwd", "group"):
        shutil.copy(f"/usr/share/base-passwd/{kind}.master", root / "etc" / kind)
    shutil.copy("/usr/share/libc-bin/nsswitch.conf", root / "etc/nsswitch.conf")
    (root / "usr/bin/awk").symlink_to("mawk")
    (root / "etc/hostname").write_text("pi\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    (root / "etc/machine-id").touch()
    (root / "var/log").mkdir(exist_ok=True)
    subprocess.run(["ldconfig", "-r", str(root)], check=True)
    inside = ["chroot", str(root), "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin"]
    for command in (
        "pwconv",
        "adduser --system --group --quiet --home /var/lib/mosquitto mosquitto",
        "install -d -o mosquitto -m 740 /var/lib/mosquitto",
        "systemctl --quiet enable mosquitto.service",
    ):
        subprocess.run([*inside, *command.split()], check=True, capture_output=True)


class Machine:
    """One machine that boots from a root, runs commands, and is switched off."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._leader = 0
        self._nspawn: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        self._nspawn = subprocess.Popen(
            [
                "systemd-nspawn",
                f"--directory={self.root}",
                "--boot",
                "--private-network",
                "--register=no",
                "--keep-unit",
                "--console=pipe",
                "--resolv-conf=off",
                "--timezone=off",
                "--quiet",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.until(
            "systemctl is-system-running", lambda said: said in ("running", "degraded")
        )

    def run(
        self, command: str, *, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as its root, in its namespaces."""
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        clean += [f"{name}={value}" for name, value in environment.items()]
        done = subprocess.run(
            [
                "nsenter",
                "-t",
                str(self._leader),
                "-a",
                "-r",
                "-w",
                *clean,
                "sh",
                "-c",
                command,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
        return done

    def said(self, command: str) -> str:
        return self.run(command, check=False).stdout.strip()

    def until(
        self, command: str, true: Callable[[str], object], seconds: float = 60
    ) -> str:
        """Ask until the answer satisfies; give it."""
        end = time.monotonic() + seconds
        while True:
            answer = self.said(command) if self._found() else ""
            if answer and true(answer):
                return answer
            assert self._nspawn is not None
            if self._nspawn.poll() is not None:
                assert self._nspawn.stdout is not None
                raise AssertionError(self._nspawn.stdout.read().decode())
            assert time.monotonic() < end, f"{command}: {answer}"
            # asks until it is so; most of what it asks starts a Python of its own
            time.sleep(0.5 if self._leader else 0.05)

    def _found(self) -> bool:
        """Find the first process within, and tell whether it is systemd already."""
        assert self._nspawn is not None
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        if not self._leader and children.exists():
            for child in children.read_text().split():
                with suppress(OSError):  # it ended meanwhile
                    if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                        self._leader = int(child)
        return bool(self._leader)

    def off(self) -> None:
        if self._nspawn is None:
            return
        self._nspawn.terminate()
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
        assert self._nspawn.stdout is not None
        self._nspawn.stdout.close()
        self._nspawn, self._leader = None, 0


ASK = """
import sys, urllib.request
token = open("/var/lib/releve/owner.token").read().strip()
request = urllib.request.Request("http://127.0.0.1:8080" + sys.argv[1],
                                 headers={"Authorization": "Bearer " + token})
print(urllib.request.urlopen(request, timeout=60).read().decode())
"""


def asking(path: str) -> str:
    """Give the command that asks the machine's API, with its owner's token."""
    return f"python3 -c '{ASK}' '{path}'"


@contextmanager
def booted(place: Path, *below: Path) -> Iterator[Machine]:
    """Boot a machine on the disks `below`, topmost first; changes go to `place`."""
    for name in ("upper", "work", "root"):
        (place / name).mkdir(parents=True)
    layers = ":".join(map(str, below))
    options = f"lowerdir={layers},upperdir={place / 'upper'},workdir={place / 'work'}"
    subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", options, place / "root"], check=True
    )
    machine = Machine(place / "root")
    try:
        machine.boot()
        yield machine
    finally:
        machine.off()
        subprocess.run(["umount", place / "root"], check=True)
        shutil.rmtree(place / "work")
