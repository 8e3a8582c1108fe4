"""What `releve export` and the taking of a pack say, in French and English."""

from __future__ import annotations

from cli.language import Words

WRITTEN = Words("{file} : {size:.1f} Mo, scellé.", "{file}: {size:.1f} MB, sealed.")
GIVEN = Words("{file} : {size:.1f} Mo, à remettre.", "{file}: {size:.1f} MB, to give.")
METER = Words("  {meter} : {rows} lignes", "  {meter}: {rows} rows")
NOTHING = Words(
    "  Rien à montrer : ni mesure sur cette période, ni rien d'accordé.",
    "  Nothing to show: no reading over that time, or none that is granted.",
)
RECEIPT = Words("  reçu : {file}", "  receipt: {file}")
NOT_SAID = Words("non indiqué", "not said")
EXTRACT = Words("extrait remis en fichier", "an extract, given as a file")
TAKEN = Words(
    "{file} : {rows} lignes reprises, {kept} déjà là ; compteurs : {meters}.",
    "{file}: {rows} rows taken, {kept} there already; meters: {meters}.",
)
REFUSED = Words("{file} : refusé. {why}", "{file}: refused. {why}")
NO_PREVIEW = Words(
    "{file} : un paquet scellé n'a pas d'aperçu ; il ne change rien de ce qui est là.",
    "{file}: a sealed pack has no preview; it changes nothing that stands.",
)
WHAT_STAYS = Words(
    "  Les consentements restent dans le paquet : chaque service demande à nouveau.",
    "  Consents stay in the pack: each service asks anew.",
)
