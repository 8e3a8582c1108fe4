"""A backup made or read back by a process of its own: the readers go first.

`python -m edge.backup.child make|read DATA_DIR FILE [PASSPHRASE_FILE]`; what it says
is one line of JSON. Its memory goes back when it ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from edge.errors import BackupError, EdgeError

KEPT = ("LANG", "LC_ALL", "TZ", "PATH")
"""What it gets of the environment."""
NICE = 10
MEMORY_BYTES = 192 << 20
MOST = 1 << 12
"""Characters of a passphrase's line, and bytes of an answer."""


async def told(what: str, data_dir: Path, file: Path, secret: Path | None) -> None:
    """Have a process do it; raise BackupError, and end it where nobody waits."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    words = [what, str(data_dir), str(file), *([] if secret is None else [str(secret)])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "edge.backup.child", *words),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,  # a traceback is for nobody; the answer says what is wrong
        env=kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = await process.stdout.read(MOST)
        await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        why = json.loads(said)["why"]
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(
            f"{file.name} was not finished: its process ended ({process.returncode})",
            hint="it is tried again in an hour; the memory may be short",
        ) from error
    if why is not None:
        raise BackupError(why)


def passphrase_of(file: Path | None) -> str | None:
    """Give a file's first line, fit to seal with; raise EdgeError."""
    if file is None:
        return None
    from edge.portability.sealed import fit  # noqa: PLC0415 - cryptography, where it is wanted

    try:
        with file.open(encoding="utf-8") as text:
            if os.fstat(text.fileno()).st_mode & 0o077:
                raise BackupError(f"others may read {file}", hint=f"chmod 600 {file}")
            secret = text.read(MOST).partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"{file} can't be read",
            hint="[backup] passphrase_file is a text of one line, the service's, 0600",
        ) from error
    fit(secret)
    return secret


def do(what: str, data_dir: Path, file: Path, secret: Path | None) -> None:
    """Make a backup, or read one back; raise EdgeError."""
    from edge.backup.making import backup  # noqa: PLC0415 - for the process that does it
    from edge.backup.reading_back import read_back  # noqa: PLC0415 - same

    passphrase = passphrase_of(secret)
    if what == "make":
        backup(data_dir, file, passphrase=passphrase)
    else:
        read_back(file, data_dir, passphrase)


def main(what: str, data_dir: str, file: str, *secret: str) -> None:
    """Do it, and say why not."""
    os.nice(NICE)
    # A stick that somebody prepared takes this process down, and not the service.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    why = None
    try:
        do(what, Path(data_dir), Path(file), Path(secret[0]) if secret else None)
    except EdgeError as error:
        why = str(error)[:1000]
    print(json.dumps({"why": why}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
