"""One XML part of an archive, element by element: no DTD, no entity, a known depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from exports.errors import FileRefused

DEEPEST = 40
LONGEST_TEXT = 1 << 16
"""A cell holds 32,767 letters at most."""
CHUNK = 1 << 16
NO_MEMORY = 1
"""What expat says when it gets none."""

Start = Callable[[str, Mapping[str, str]], None]
"""Is given each element's name, and its attributes by theirs, without namespaces."""
End = Callable[[str, str], None]
"""Is given the name of the element that ends, and the text that came before."""


class _Walk:
    """Counts the depth, gathers text, and strips names of their namespaces."""

    def __init__(self, start: Start, end: End) -> None:
        self._start, self._end = start, end
        self._depth = 0
        self._text: list[str] = []
        self._length = 0
        self._names: dict[str, str] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FileRefused("unsafe-xml", "its XML is nested too deep")
        self._forget()
        self._start(
            self._local(name), {self._local(k): v for k, v in attributes.items()}
        )

    def data(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise FileRefused("too-large", "a text in it is longer than a cell's")
        self._text.append(text)

    def finish(self, name: str) -> None:
        self._depth -= 1
        self._end(self._local(name), "".join(self._text))
        self._forget()

    def doctype(self, *_: object) -> None:
        raise FileRefused("unsafe-xml", "its XML declares a DOCTYPE, which none needs")

    def _forget(self) -> None:
        self._text.clear()
        self._length = 0

    def _local(self, name: str) -> str:
        found = self._names.get(name)
        if found is None:
            found = name.rpartition(" ")[2]
            if len(self._names) < 1_000:
                self._names[name] = found
        return found


def walk(part: IO[bytes], start: Start, end: End) -> None:
    """Go through a part; raise FileRefused ("unsafe-xml", "too-large"), ExpatError."""
    steps = _Walk(start, end)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = steps.begin
    parser.EndElementHandler = steps.finish
    parser.CharacterDataHandler = steps.data
    parser.StartDoctypeDeclHandler = steps.doctype
    try:
        while piece := part.read(CHUNK):
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003 - same
    except expat.ExpatError as error:
        if error.code == NO_MEMORY:
            raise MemoryError from error
        raise
