"""What a collector is: it asks one portal for a window of days. One file each.

[project.entry-points."releve.collectors"]
grdf = "collectors.grdf:Grdf"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from collectors.window import Window

if TYPE_CHECKING:  # every command knows our errors; httpx is for those that ask
    from collectors.web import Web

Table: TypeAlias = Mapping[str, Any]
"""A [[collectors]] table of the configuration; `number` is its meter's, if known."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a portal is asked: at these local hours, plus up to `spread_s`.

    `days` are read anew each time, `ahead` of them still to come.
    """

    days: int = 21
    ahead: int = 0
    hours: tuple[int, ...] = (7,)
    spread_s: int = 3 * 3600


@dataclass(frozen=True, slots=True)
class Credentials:
    """The lines of a secret file; no text of it says them."""

    lines: tuple[str, ...] = field(default=(), repr=False)

    @property
    def user(self) -> str:
        """Give the first line: a user's name, a client's id, or a token."""
        return self.lines[0]

    @property
    def password(self) -> str:
        """Give the second line."""
        return self.lines[1]


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt: which days, the secrets, and the way to the Internet."""

    window: Window
    secret: Credentials
    web: Web


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with readings in it, as it came, and a name by which formats know it.

    The process that asked for it doesn't look into it.
    """

    data: bytes
    name: str


class Collector(Protocol):
    """Asks one portal; made of its table anew at each attempt, in a process apart.

    `secret_lines` are those of its secret file: 0 none, 1 a token, 2 a name and a
    password. `keys` are what its table may hold besides the common keys. `formats` are
    the modules whose FORMATS read its answers, or one of them: `module:name`.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    fluid: ClassVar[str]
    rhythm: ClassVar[Rhythm]
    secret_lines: ClassVar[int]
    keys: ClassVar[frozenset[str]]
    formats: ClassVar[Sequence[str]]

    @classmethod
    def from_table(cls, table: Table) -> Collector:
        """Make one; raise Unusable, naming the key."""
        ...

    def fetch(self, task: Task) -> Iterable[Answered]:
        """Give the portal's answers, which `formats` read; raise NotCollected.

        What was given before it is raised counts.
        """
        ...
