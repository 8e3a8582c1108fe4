"""What is known of the last backup: where it is, and when it was found good."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from edge.private_file import write_private

NOTE = "backup.json"


@dataclass(frozen=True, slots=True)
class Noted:
    """The last backup that was made of a home, by whomever."""

    file: str
    bytes: int
    sealed: bool
    made_ms: int
    verified_ms: int

    @classmethod
    def read(cls, data_dir: Path) -> Noted | None:
        """Give what a home knows of its last backup; nothing where it knows none."""
        with suppress(OSError, ValueError, TypeError):
            return cls(**json.loads((data_dir / NOTE).read_text()))
        return None

    def write(self, data_dir: Path) -> None:
        """Note it durably; raise OSError."""
        write_private(data_dir / NOTE, json.dumps(asdict(self), indent=1).encode())

    @property
    def bad(self) -> bool:
        """Tell whether it was found to be other than it was made."""
        return self.verified_ms < self.made_ms

    @property
    def there(self) -> bool:
        """Tell whether its file is where it was made."""
        return Path(self.file).is_file()
