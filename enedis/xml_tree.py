"""XML as plain nodes: no entity, no external thing, no depth without end."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from exports import FileRefused

DECLARED = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DEEPEST = 40


class _Nodes:
    """A target of ElementTree's parser: names without namespaces, attributes by `@`."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[dict[str, Any], list[str]]] = [(self.root, [])]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise FileRefused("not-text", "the XML is nested too deep")
        node: dict[str, Any] = {f"@{_local(k)}": v for k, v in attributes.items()}
        self._open[-1][0].setdefault(_local(tag), []).append(node)
        self._open.append((node, []))

    def data(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, _tag: str) -> None:
        node, texts = self._open.pop()
        said = "".join(texts).strip()
        if said:
            node["#"] = said

    def close(self) -> None:
        """End: nothing is left to do."""


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def xml_tree(text: str) -> dict[str, Any]:
    """Give the document as nodes; raise FileRefused.

    "unsafe-xml": it declares a DOCTYPE, which no answer of SGE has and attacks need.
    "truncated": it breaks off, or is no XML.
    """
    if DECLARED.search(text):
        raise FileRefused(
            "unsafe-xml", "the file declares a DOCTYPE: it is no answer of Enedis's"
        )
    nodes = _Nodes()
    parser = ET.XMLParser(target=nodes)  # noqa: S314 - see above
    try:
        parser.feed(text)
        parser.close()
    except ET.ParseError as error:
        raise FileRefused(
            "truncated",
            f"the XML breaks off or is damaged: {error}"[:200],
            hint="download it again",
        ) from error
    return nodes.root
