"""Commands: what the owner asks for, serialisable, acknowledged once it is durable.

One of the three doors between parts (design: the way of a reading): whoever sends a
command may live in another process.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from edge.decisions import DECISIONS, Decision
from edge.errors import EdgeError


class CommandRefused(EdgeError):
    """Raised when a command can't be carried out; says why and what to do."""


class NoService(CommandRefused):
    """Raised when no service runs on the data directory."""


@dataclass(frozen=True, slots=True)
class ConfirmDevice:
    """Yes, another physical meter was fitted: take its indexes from now on."""

    meter: str


@dataclass(frozen=True, slots=True)
class Correct:
    """[start, end) of one register counted `value`; None: it is not known."""

    meter: str
    register: str
    start_ms: int
    end_ms: int
    value: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetIndex:
    """The dial of a meter whose pulses are counted here shows `index_l` now."""

    meter: str
    index_l: int


@dataclass(frozen=True, slots=True)
class AcceptQuarantined:
    """Let in what the gate refused, by its number in the quarantine."""

    number: int


@dataclass(frozen=True, slots=True)
class DismissQuarantined:
    """Forget what the gate refused, by its number in the quarantine."""

    number: int


@dataclass(frozen=True, slots=True)
class RebuildStore:
    """Make the stores anew from the journal, and from a backup's file if one is named.

    `backup` is where the service finds it: an absolute path.
    """

    backup: str | None = None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Import a file that was staged in the data directory, or preview it.

    `name` is the file's own; `mapping` the text of a TOML that names its columns.
    """

    staged: str
    name: str
    meter: str | None = None
    register: str | None = None
    mapping: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class WriteExtract:
    """Give somebody an extract: write it to a name in the data directory.

    Rows of [start_ms, end_ms) at a granularity, of these meters (none: all) and classes
    of consent; the recipient becomes a service that holds them for a day.
    """

    name: str
    recipient: str
    contact: str
    purpose: str
    granularity: str
    start_ms: int
    end_ms: int
    meters: list[Any]
    classes: list[Any]
    language: str


@dataclass(frozen=True, slots=True)
class TakePack:
    """Take a home's pack, which was opened and staged in the data directory."""

    staged: str


@dataclass(frozen=True, slots=True)
class UndoImport:
    """Take an import back, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase [start, end) of one meter, or of all for None; or say what that would be.

    From 0 on it is all that was ever known of it. What is to come is never erased.
    """

    meter: str | None
    start_ms: int
    end_ms: int
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """The household leaves, by its word in the home: take all back, and end."""


@dataclass(frozen=True, slots=True)
class Query:
    """What does the journal say? One statement of SQL, on a read-only connection."""

    sql: str
    parameters: list[Any]


@dataclass(frozen=True, slots=True)
class CopyJournal:
    """Copy the journal, as it is at one instant, to a name in the data directory."""

    name: str


@dataclass(frozen=True, slots=True)
class MakePairingCode:
    """Show me a code with which a browser becomes the owner's."""


Command: TypeAlias = (
    ConfirmDevice
    | Correct
    | SetIndex
    | AcceptQuarantined
    | DismissQuarantined
    | RebuildStore
    | ImportFile
    | WriteExtract
    | TakePack
    | UndoImport
    | Erase
    | HandOver
    | Query
    | CopyJournal
    | MakePairingCode
    | Decision
)
KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        ConfirmDevice,
        Correct,
        SetIndex,
        AcceptQuarantined,
        DismissQuarantined,
        RebuildStore,
        ImportFile,
        WriteExtract,
        TakePack,
        UndoImport,
        Erase,
        HandOver,
        Query,
        CopyJournal,
        MakePairingCode,
        *DECISIONS,
    )
}


class Commands(Protocol):
    """The door: carry a command out and give its acknowledgement."""

    async def execute(self, command: Command) -> dict[str, Any]:
        """Give what came of it once it is durable; raise CommandRefused."""
        ...


def to_json(command: Command) -> dict[str, Any]:
    """Give a command as plain JSON values."""
    return {"command": type(command).__name__, **asdict(command)}


def from_json(document: Any) -> Command:
    """Read a command; raise CommandRefused on anything that isn't one."""
    if not isinstance(document, dict) or document.get("command") not in KINDS:
        raise CommandRefused("this is not a command", hint=", ".join(sorted(KINDS)))
    kind = KINDS[document["command"]]
    given = {name: value for name, value in document.items() if name != "command"}
    wanted = {field.name: str(field.type) for field in fields(kind)}
    for name, value in given.items():
        expected = wanted.get(name)
        if expected is None:
            raise CommandRefused(f"{kind.__name__} takes no {name!r}")
        right = {
            "str": str,
            "int": int,
            "int | None": int | None,
            "str | None": str | None,
            "bool": bool,
            "list[Any]": list,
            "dict[str, Any]": dict,
        }[expected]
        if not isinstance(value, right) or (isinstance(value, bool) > (right is bool)):
            raise CommandRefused(f"{kind.__name__}: {name} must be {expected}")
    try:
        command: Command = kind(**given)
    except TypeError as error:
        raise CommandRefused(f"{kind.__name__}: {error}") from error
    return command


CONTROL_SOCKET = Path("control.sock")
"""Where the service takes commands, inside its data directory."""
