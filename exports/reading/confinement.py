"""What a process gives up before it looks at a file: memory, time, the network."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from exports.reading.calls import MACHINES

MEMORY = 62_000_000
"""What may be resident at once, Python itself included."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
FILTER = 2
NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
CALL, MACHINE = 0, 4
"""Where struct seccomp_data has the call's number and the machine's."""
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Let through; fail with EPERM; end the process."""

Call = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The three doors to the kernel that Python has none for; each gives 0 or fails."""

    prctl: Call
    unshare: Call

    @classmethod
    def real(cls) -> Kernel:
        """Give the C library's own."""
        libc = ctypes.CDLL(None, use_errno=True)
        word = ctypes.c_ulong
        libc.prctl.argtypes = (ctypes.c_int, word, ctypes.c_char_p, word, word)
        return cls(libc.prctl, libc.unshare)


def room(status: str = "") -> int:
    """Give how far the address space may reach, so that MEMORY stays resident.

    What is mapped and was never touched is not resident, and doesn't count.
    """
    if not status:
        with open("/proc/self/status") as file:  # noqa: PTH123 - pathlib costs memory
            status = file.read()
    sizes = {
        name: int(value.split()[0]) << 10
        for name, _, value in (line.partition(":") for line in status.splitlines())
        if name in ("VmSize", "VmRSS")
    }
    return sizes["VmSize"] + MEMORY - sizes["VmRSS"]


def limit(address_space: int, cpu_s: int) -> list[str]:
    """Bound this process; give what could not be bounded."""
    failed: list[str] = []
    wanted = (
        ("memory", resource.RLIMIT_AS, address_space, address_space),
        # at the first the process is told, so that it can be told from others
        ("time", resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        ("files written", resource.RLIMIT_FSIZE, 0, 0),
        ("files opened", resource.RLIMIT_NOFILE, 0, 0),
        ("processes", resource.RLIMIT_NPROC, 0, 0),
        ("memory shown", resource.RLIMIT_CORE, 0, 0),
    )
    for name, which, soft, hard in wanted:
        try:
            resource.setrlimit(which, (soft, hard))
        except (OSError, ValueError):
            failed.append(name)
    return failed


def confine(kernel: Kernel, machine: str) -> list[str]:
    """Deny this process every call but those of reading; give what was not denied.

    Where the kernel has no filter, a network of its own without any way out.
    """
    kernel.prctl(PR_SET_DUMPABLE, 0, None, 0, 0)
    kernel.prctl(PR_SET_NO_NEW_PRIVS, 1, None, 0, 0)
    found = MACHINES.get(machine)
    if found is not None:
        code = program(found.audit, sorted(found.calls.values()))
        lines = ctypes.create_string_buffer(code)
        held = struct.pack("@HP", len(code) // 8, ctypes.addressof(lines))
        if kernel.prctl(PR_SET_SECCOMP, FILTER, held, 0, 0) == 0:
            return []
    if kernel.unshare(NEW_USER_AND_NETWORK) == 0:
        return ["files"]
    return ["files", "the network"]


def program(audit: int, calls: Sequence[int]) -> bytes:
    """Give the filter that lets these calls of one machine through (seccomp(2))."""

    def line(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, k)

    last = len(calls)
    return b"".join(
        (
            line(LOAD, MACHINE),
            line(EQUAL, audit, 1, 0),
            line(RETURN, KILL),
            line(LOAD, CALL),
            *(line(EQUAL, one, last - at) for at, one in enumerate(calls)),
            line(RETURN, DENY),
            line(RETURN, ALLOW),
        )
    )


def end_with_parent(kernel: Kernel) -> None:
    """Have the kernel end this process once the thread that started it has ended."""
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, None, 0, 0)


def step_back() -> None:
    """Let a meter's frames, and whoever waits for an answer, go first."""
    with suppress(OSError):
        os.nice(10)
