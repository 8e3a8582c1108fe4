"""`releve decode`: what a meter said, one JSON object a frame."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from teleinfo import Decoder, Mode
from teleinfo.errors import SourceError
from teleinfo.json_form import JsonForm, outside
from teleinfo.source import file_chunks, is_port, stream_chunks

STDIN = "-"


class ModeChoice(StrEnum):
    """The modes that can be asked for; auto finds it, and follows a change."""

    AUTO = "auto"
    HISTORIC = "historic"
    STANDARD = "standard"

    @property
    def mode(self) -> Mode | None:
        """Give the mode; None for auto."""
        return None if self is ModeChoice.AUTO else Mode(self.value)


def decode(
    source: Annotated[
        str, typer.Argument(help="A capture, a serial port, or - for what is piped in.")
    ] = STDIN,
    mode: Annotated[
        ModeChoice, typer.Option(help="The meter's mode, if it is to be held to.")
    ] = ModeChoice.AUTO,
) -> None:
    """Decode a capture or a port: one JSON object a frame, refused groups included."""
    try:
        if is_port(source):
            _decode_port(source, mode.mode)
        else:
            _decode(_chunks(source), source, mode.mode)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        raise typer.Exit from None


def _chunks(source: str) -> Iterator[bytes]:
    if source != STDIN:
        return file_chunks(source)
    if sys.stdin.isatty():
        raise SourceError(
            "nothing to decode", hint="name a capture or a port, or pipe one in"
        )
    return stream_chunks(sys.stdin.buffer)


def _decode(chunks: Iterator[bytes], source: str, mode: Mode | None) -> None:
    decoder = Decoder(mode)
    form = JsonForm()
    size = 0
    for chunk in chunks:
        size += len(chunk)
        frames = decoder.feed(chunk)
        _print([*map(form.frame, frames), *_outside(decoder)])
    _print([*map(form.frame, decoder.flush()), *_outside(decoder)])
    if not decoder.counters.groups:
        refused = ", ".join(
            f"{count} {reason}" for reason, count in decoder.counters.refused.items()
        )
        name = "what was piped in" if source == STDIN else source
        typer.echo(
            f"releve: no whole group in {name}: {size} bytes, refused: "
            f"{refused or 'nothing'} (is it a raw capture? `releve record` makes one)",
            err=True,
        )
        raise typer.Exit(1)


def _outside(decoder: Decoder) -> Iterator[dict[str, Any]]:
    """Give what was refused outside any frame since the last time."""
    if decoder.stray:
        yield outside(decoder.stray, decoder.mode)
        decoder.stray.clear()


def _decode_port(path: str, mode: Mode | None) -> None:
    from teleinfo import port  # noqa: PLC0415 - only ports need pyserial

    form = JsonForm()
    for frame in port.frames(path, mode):
        _print([form.frame(frame)])


def _print(forms: Iterable[dict[str, Any]]) -> None:
    for form in forms:
        sys.stdout.buffer.write(orjson.dumps(form, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()  # what is live is shown when it comes
