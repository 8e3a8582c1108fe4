"""A handover that was begun: what is known of it, durable in the home's own word."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from edge.handover.refusal import HandoverRefused
from edge.journal import leaving
from edge.private_file import write_private


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done of it; `place` is where the household's pack and receipt are.

    `pack` is what the receipt says of it, `held` how much was granted; it is taken back
    once `withdrawn_ms` says when; all goes since `erasing_ms`. `cozys` is what is to
    become of what each Cozy holds, `outside` how each place elsewhere was left, by its
    name. `stays` are names that outlive the home.
    """

    begun_ms: int
    place: str
    pack: Mapping[str, Any]
    language: str
    number: str = field(default_factory=lambda: secrets.token_hex(8))
    held: Mapping[str, int] = field(default_factory=dict)
    withdrawn_ms: int = 0
    cozys: Mapping[str, str] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    erasing_ms: int = 0
    emptying: bool = False

    @classmethod
    def of(cls, data_dir: Path) -> Self | None:
        """Give the one that a home is in; None where it is in none."""
        word = leaving.word_of(data_dir)
        if word is None:
            return None
        try:
            return cls(**{**word, "stays": tuple(word.get("stays", ()))})
        except TypeError as error:
            raise HandoverRefused(
                f"{data_dir / leaving.WORD} is of another version of Relevé",
                hint="go on with the version that began it",
            ) from error

    def begin(self, data_dir: Path) -> None:
        """Have it be the home's word, where it has none; raise HandoverRefused."""
        try:
            self._write(data_dir, replace=False)
        except FileExistsError as error:
            raise HandoverRefused(
                "another handover was begun meanwhile",
                hint="`releve handover` goes on with it",
            ) from error

    def keep(self, data_dir: Path) -> None:
        """Have it be the home's word: from then on nobody opens it; OSError."""
        self._write(data_dir, replace=True)

    def _write(self, data_dir: Path, *, replace: bool) -> None:
        content = json.dumps(asdict(self), indent=1).encode()
        write_private(data_dir / leaving.WORD, content, replace=replace)

    def left(self, name: str, how: str) -> Self:
        """Give it with one more place elsewhere that is left."""
        return replace(self, outside={**self.outside, name: how})
