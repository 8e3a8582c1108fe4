"""The home that a handover is of: its configuration, and what goes with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cli import handover_words as words
from cli.display import shown
from cli.lan import installed
from cli.language import Language
from collectors.past import directory_of
from edge.config import Config, load_config
from edge.config.load import DEFAULT_PATHS
from edge.errors import JournalError
from edge.handover.refusal import HandoverRefused
from edge.journal.file import JOURNAL
from edge.journal.leaving import handed

if TYPE_CHECKING:
    from edge.handover.handing import Handing
    from edge.handover.seen import Seen


COLLECTORS = "releve-collect.service"


@dataclass(frozen=True)
class Leaving:
    """A home; `path` is where its configuration is, None where variables say all."""

    config: Config
    path: Path | None

    @cached_property
    def seen(self) -> Seen:
        """Look at it once."""
        from edge.handover.seen import seen  # noqa: PLC0415 - `releve --help` needs none of it

        return seen(self.config, self.path, self.directories, self.stays)

    @property
    def is_new(self) -> bool:
        """Tell whether it was handed over, and nothing was kept since."""
        data_dir = self.config.data_dir
        return handed(data_dir) is not None and not (data_dir / JOURNAL).exists()

    @property
    def cozys(self) -> tuple[str, ...]:
        """Give the Cozys that are connected."""
        return self.seen.cozys

    @property
    def directories(self) -> tuple[Path, ...]:
        """Give what lies beside the home's own: what collectors keep of portals."""
        return (directory_of(self.config.data_dir),)

    @property
    def places(self) -> tuple[Path, ...]:
        """Give the directories of which all goes."""
        return (self.config.data_dir, *self.directories)

    @property
    def stays(self) -> tuple[str, ...]:
        """Give what outlives the home in its directory: a configuration there."""
        data_dir = self.config.data_dir.resolve()
        path = None if self.path is None else self.path.resolve()
        return (path.name,) if path is not None and path.parent == data_dir else ()

    @property
    def variables(self) -> str:
        """Name the variables that would win over the configuration."""
        known = tuple(f"RELEVE_{name.upper()}" for name in Config.model_fields)
        asked = {one: one.upper().partition("__")[0] for one in os.environ}
        return ", ".join(sorted(one for one, name in asked.items() if name in known))

    def end_collectors(self) -> bool:
        """End the process that has the portals' passwords; tell whether it has ended.

        The package's unit, which ends for good: nobody configures a portal any more.
        """
        if not self.config.collectors:
            return True
        systemctl = shutil.which("systemctl")
        ours = self.path is not None and installed(self.path.resolve())
        if systemctl is None or not ours or os.geteuid() != 0:
            return False
        asked = [systemctl, "disable", "--now", COLLECTORS]
        done = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 - ours, of constants
        return done.returncode == 0

    def preview(self, language: Language) -> Iterator[str]:
        """Say what will be done."""
        place = (self.config.data_dir, self.path)
        return words.preview(self.seen, *place, self.variables, language)

    def look_for_one(self) -> None:
        """Raise JournalError where nothing was ever kept."""
        if not (self.config.data_dir / JOURNAL).exists():
            raise JournalError(
                f"there is no journal in {self.config.data_dir}",
                hint="nothing was kept here yet: there is nothing to hand over",
            )

    def look_before(self, language: Language) -> None:
        """Raise HandoverRefused, ConfigError where it could not come to its end.

        As where something lies in the home that isn't ours.
        """
        if self.path is not None:
            from edge.handover.machine import look  # noqa: PLC0415 - as above

            look(self.path)
        if self.seen.strange:
            names = shown(", ".join(self.seen.strange))
            said = words.STRANGE.said(language)
            raise HandoverRefused(
                said.format(data_dir=self.config.data_dir, names=names),
                hint=words.MOVE_AWAY.said(language),
            )

    def handing(self, language: Language) -> Handing:
        """Give what does it."""
        from edge.handover.handing import Handing  # noqa: PLC0415 - as above

        remains = words.remains(language)
        return Handing(self.config, self.path, self.directories, remains)


def leaving_of(config: Path | None) -> Leaving:
    """Give the home of a configuration; raise ConfigError."""
    path = config or next((one for one in DEFAULT_PATHS if one.exists()), None)
    return Leaving(load_config(path), path)
