"""`releve record`: what comes of a port, and when, in a file that can be shown."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from teleinfo.anonymise import Anonymiser
from teleinfo.aport import AsyncPort
from teleinfo.capture import CaptureWriter
from teleinfo.errors import SourceError
from teleinfo.listener import Listener
from teleinfo.port import Port
from teleinfo.uart import LineSetting, Parity


def record(
    port: Annotated[str, typer.Argument(help="The serial port to listen to.")],
    file: Annotated[Path, typer.Argument(help="The capture to write.")],
    *,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; else at Ctrl-C.")
    ] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Replace numbers by invented ones.")
    ] = False,
    parity: Annotated[Parity, typer.Option(help="Who checks it.")] = Parity.HARDWARE,
) -> None:
    """Record a raw capture with timings, at the speed found."""
    try:
        stream = file.open("xb")
    except FileExistsError as error:
        raise SourceError(f"{file} exists", hint="name another file") from error
    except OSError as error:
        raise SourceError(f"{file} can't be written: {error.strerror}") from error
    with stream:
        rewrite = Anonymiser() if anonymise else None
        try:
            bytes_, frames = asyncio.run(
                _record(port, stream, seconds, rewrite, parity)
            )
        except BaseException:
            if stream.tell() == 0:
                file.unlink()
            raise
    typer.echo(f"{file}: {bytes_} bytes, {frames} frames")
    if not anonymise:
        typer.echo("It holds the meter's number: --anonymise replaces it.", err=True)


async def _record(
    path: str,
    stream: BinaryIO,
    seconds: float | None,
    rewrite: Anonymiser | None,
    parity: Parity,
) -> tuple[int, int]:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - we run in one
    for stop in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(stop, task.cancel)
    with Port.open(path, LineSetting(parity=parity)) as port:
        aport, listener = AsyncPort(port), Listener(loop.time())
        port.tune(listener.baud)
        writer = CaptureWriter(stream, _now_ms(), listener.baud)
        frames = 0
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(seconds):
                while True:
                    heard = await aport.read()
                    shown = rewrite.feed(heard) if rewrite else heard
                    writer.write(shown, _now_ms(), port.setting.baud)
                    frames += len(listener.take(heard, loop.time()))
                    port.tune(listener.baud)
        frames += len(listener.flush())
        writer.write(rewrite.flush() if rewrite else b"", _now_ms())
        return writer.bytes, frames


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
