"""What `releve cloud` says, in French and English."""

from __future__ import annotations

from cli.language import Words

PASSWORD = Words("Mot de passe de {user} sur {url}", "Password of {user} at {url}")
REACHED = Words(
    "✓ {url} répond, son certificat est le bon, et {prefix} est à ce foyer.",
    "✓ {url} answers, its certificate is right, and {prefix} is this home's.",
)
ADDED = Words(
    "Accordé à {name} : {what}.\nCe qui est envoyé ne pourra pas être rappelé.",
    "Granted to {name}: {what}.\nWhat is sent can't be called back.",
)
WALLS = Words(
    "Le service installé n'atteint que le réseau de la maison. Pour un courtier"
    " ailleurs : sudo systemctl edit releve, et ces deux lignes :\n[Service]\n"
    "IPAddressAllow=any",
    "The installed service reaches the home's network alone. For a broker elsewhere:"
    " sudo systemctl edit releve, and these two lines:\n[Service]\n"
    "IPAddressAllow=any",
)
NONE = Words(
    "Rien ne part : aucun nuage n'est configuré. Pour en ajouter un : releve cloud add",
    "Nothing goes out: no cloud is configured. To add one: releve cloud add",
)
COLUMNS = (
    Words("nom", "name"),
    Words("où", "where"),
    Words("ce qui part", "what goes out"),
)
NOTHING = Words("rien n'est accordé", "nothing is granted")
PAUSED = Words("en pause", "paused")
REMOVED = Words(
    """Retiré : plus aucun envoi vers {name} ne commence.
Ce qui était déjà en route n'a pas pu être rappelé, et ce qui a été envoyé reste chez
{where} : demandez-y l'effacement, ou effacez-le vous-même.""",
    """Withdrawn: no message to {name} starts any more.
What was on its way already could not be called back, and what was sent stays at
{where}: have it erased there, or erase it yourself.""",
)
NOT_RELEASED = Words(
    "! {prefix} y reste au nom de ce foyer : {why}",
    "! {prefix} stays in this home's name there: {why}",
)
CLAIMED = Words(
    "{prefix} est maintenant à ce foyer ; l'autre n'y publie plus.",
    "{prefix} is this home's now; the other publishes there no more.",
)
REALLY = Words(
    "Un autre foyer publie peut-être sous {prefix} : il sera arrêté. Vraiment ?",
    "Another home may be publishing under {prefix}: it will be stopped. Really?",
)
LIVE_OUT = Words(
    "Votre puissance à la seconde quitterait la maison : on y lit quand vous êtes là et"
    " ce que vous faites. Vraiment ?",
    "Your power each second would leave the home: it tells when you are there and what"
    " you do. Really?",
)
STATES = {
    True: Words("✓ {name} : connecté", "✓ {name}: connected"),
    False: Words("! {name} : {why}", "! {name}: {why}"),
}
COUNTS = Words(
    "  {delivered} lignes et événements, {live} valeurs en direct, {answered} réponses"
    " depuis le démarrage du service",
    "  {delivered} rows and events, {live} live values, {answered} answers since the"
    " service started",
)
