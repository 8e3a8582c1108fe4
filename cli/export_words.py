"""What `releve export` and the taking of a pack say, in French and English."""

from __future__ import annotations

from cli.language import Words

WRITTEN = Words("{file} : {size:.1f} Mo, scellé.", "{file}: {size:.1f} MB, sealed.")
METER = Words("  {meter} : {rows} lignes", "  {meter}: {rows} rows")
TAKEN = Words(
    "{file} : {rows} lignes reprises, {kept} déjà là ; compteurs : {meters}.",
    "{file}: {rows} rows taken, {kept} there already; meters: {meters}.",
)
WHAT_STAYS = Words(
    "  Les consentements restent dans le paquet : chaque service demande à nouveau.",
    "  Consents stay in the pack: each service asks anew.",
)
