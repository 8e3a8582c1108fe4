"""A topic as the topics' description has it (AsyncAPI 3.0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic: what stands there, what is said of it; `heard`: we listen there.

    `emptied` says what it means when we send nothing at all there, retained.
    """

    name: str
    address: str
    message: str
    summary: str
    qos: int = 1
    retain: bool = False
    heard: bool = False
    emptied: str = ""
    servers: Sequence[str] = ("home", "lan")

    @property
    def parameters(self) -> list[str]:
        """Give the names between braces in the address."""
        return [part[1:-1] for part in self.address.split("/") if part[0] == "{"]

    @property
    def messages(self) -> list[str]:
        """Give the names of what stands there."""
        return [self.message, *(["nothing"] if self.emptied else [])]

    def plain(self) -> dict[str, Any]:
        """Give it as the document has it."""
        parts = {"messages": self.messages, "parameters": self.parameters}
        return {
            "address": self.address,
            "summary": self.summary,
            "servers": [reference("servers", name) for name in self.servers],
            **{
                part: {name: reference(f"components/{part}", name) for name in names}
                for part, names in parts.items()
            },
        }

    def operations(self) -> dict[str, dict[str, Any]]:
        """Give what we do there."""
        action = "receive" if self.heard else "send"
        done = {self.name: self._operation(self.message, action, self.summary)}
        if self.emptied:
            emptied = replace(self, retain=True)._operation(  # noqa: SLF001 - of itself
                "nothing", "send", self.emptied
            )
            done[f"{self.name}Emptied"] = emptied
        return done

    def _operation(self, message: str, action: str, summary: str) -> dict[str, Any]:
        bindings = {"qos": self.qos, "retain": self.retain, "bindingVersion": "0.2.0"}
        return {
            "action": action,
            "channel": reference("channels", self.name),
            "summary": summary,
            "messages": [reference(f"channels/{self.name}/messages", message)],
            "bindings": {"mqtt": bindings},
        }


def reference(place: str, name: str) -> dict[str, str]:
    """Point to a part of the document."""
    return {"$ref": f"#/{place}/{name}"}
