"""What `releve backup` and `releve restore` say."""

from __future__ import annotations

from cli.language import Words

MADE = Words(
    "{file} : {size:.1f} Mo, restaurée à blanc et trouvée identique.",
    "{file}: {size:.1f} MB, restored aside and found equal.",
)
SEALED = Words(
    "{file} : {size:.1f} Mo, restaurée à blanc et trouvée identique, scellée.\n"
    "Sans sa phrase secrète, personne ne l'ouvrira plus, vous non plus.",
    "{file}: {size:.1f} MB, restored aside and found equal, sealed.\n"
    "Without its passphrase nobody opens it again, you neither.",
)
DATABASE = Words(
    "  {name} : schéma {schema}, {rows} lignes",
    "  {name}: schema {schema}, {rows} rows",
)
RESTORED = Words(
    "Restauré dans {data_dir} ; démarrez-le par `releve run`.\n"
    "Chaque service reste en pause jusqu'à ce que vous le confirmiez : `releve services"
    " list`, puis `releve services resume` ; chaque nœud et passerelle jusqu'à `releve"
    " writers confirm`.",
    "Restored into {data_dir}; start it with `releve run`.\n"
    "Every service stays paused until you confirm it: `releve services list`,"
    " then `releve services resume`; each node and gateway until `releve writers"
    " confirm`.",
)
