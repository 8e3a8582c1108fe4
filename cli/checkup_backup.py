"""What `releve doctor` finds of backups: how old the last is, and when it was read."""

from __future__ import annotations

from pathlib import Path

from cli.checkup import Finding, Level
from cli.language import Words
from edge.backup.noted import Noted
from edge.config import Config

DAY_MS = 86_400_000
OLD_DAYS = 8
"""Without a table of its own: a week passed, and nobody made one."""


def backup(config: Config, now_ms: int) -> Finding:
    """Look at the last backup that was made here, by the service or by hand."""
    noted = Noted.read(config.data_dir)
    if noted is None:
        return Finding(
            Level.WARN,
            Words(
                "aucune sauvegarde encore : releve backup FICHIER, ou [backup] dans la"
                " configuration",
                "no backup yet: releve backup FILE, or [backup] in the configuration",
            ),
        )
    name = Path(noted.file).name
    if config.backup is not None and not noted.there:
        return Finding(
            Level.WARN,
            Words(
                f"la dernière sauvegarde n'est plus où elle fut faite : {noted.file}",
                f"the last backup is no longer where it was made: {noted.file}",
            ),
        )
    if noted.bad:
        return Finding(
            Level.WARN,
            Words(
                f"la dernière sauvegarde {name} a été relue et trouvée abîmée :"
                " faites-en une autre, et regardez le disque où elle est",
                f"the last backup {name} was read back and found damaged: make another,"
                " and look at the disk it lies on",
            ),
        )
    most_ms = OLD_DAYS * DAY_MS if config.backup is None else 2 * config.backup.every_ms
    made, read = (_ago(now_ms - at) for at in (noted.made_ms, noted.verified_ms))
    fresh = now_ms - noted.made_ms <= most_ms
    hint = Words("", "")
    if not fresh:
        hint = Words(
            " ; faites-en une, ou voyez /api/v1/health",
            "; make one, or see /api/v1/health",
        )
    return Finding(
        Level.GOOD if fresh else Level.WARN,
        Words(
            f"dernière sauvegarde {name} il y a {made.fr}, relue et trouvée bonne il y"
            f" a {read.fr}{hint.fr}",
            f"last backup {name} {made.en} ago, read back and found good"
            f" {read.en} ago{hint.en}",
        ),
    )


def _ago(ms: int) -> Words:
    """Give a duration in its largest unit."""
    hours = max(0, ms) // 3_600_000
    if hours < 1:
        return Words("moins d'une heure", "less than an hour")
    if hours < 48:
        return Words(f"{hours} h", f"{hours} h")
    return Words(f"{hours // 24} jours", f"{hours // 24} days")
