"""What `releve transfer` says, in French and English."""

from __future__ import annotations

from cli.language import Words

OFFERED = Words(
    """Ce Relevé attend un envoi, jusqu'au {until}, de {size} au plus.
À l'autre foyer, donnez l'adresse et le code, par une voie que vous croyez :
  releve transfer send {url}
  code : {code}
Le code ne vaut qu'une fois, et prouve aussi à l'autre que c'est bien ce Relevé.
Rien n'est repris sans votre accord : releve transfer list""",
    """This Relevé waits for a transfer until {until}, of {size} at most.
Tell the other home the address and the code, by a way that you trust:
  releve transfer send {url}
  code: {code}
The code is good once, and proves to the other that it is this very Relevé.
Nothing is taken unless you say so: releve transfer list""",
)
ALSO = Words("  ou bien : {urls}", "  or: {urls}")
NETWORK_SHUT = Words(
    "le réseau est fermé : personne n'atteint ce Relevé",
    "the network is closed: nobody reaches this Relevé",
)
SILENT = Words(
    "Mais personne ne répond à ce port : lancez le service. {why}",
    "But nobody answers at that port: start the service. {why}",
)
CODE = Words("Le code donné par l'autre Relevé", "The code that the other Relevé gave")
SEAL = Words(
    "Tout ce foyer part scellé : l'autre foyer demandera cette phrase.",
    "All of this home goes sealed: the other home will ask for this passphrase.",
)
REACHED = Words(
    "✓ {url} connaît le code ; il prend {size} au plus.",
    "✓ {url} knows the code; it takes {size} at most.",
)
GOES_ON = Words(
    """On continue l'envoi {id}, préparé le {when} ({size}).
Pour l'abandonner : releve transfer cancel {id}""",
    """Going on with transfer {id}, made on {when} ({size}).
To give it up: releve transfer cancel {id}""",
)
SENT = Words(
    "✓ {size} remis à {url}, reçu signé : releve transfer receipt {id}",
    "✓ {size} handed to {url}, with a signed receipt: releve transfer receipt {id}",
)
RECEIPT = Words("  reçu de l'accord : {file}", "  receipt of the consent: {file}")
AWAY = Words(
    "{url} ne répond plus. Rien n'est perdu : la même commande continue. {why}",
    "{url} doesn't answer any more. Nothing is lost: the same command goes on. {why}",
)
ENDED = Words(
    "L'envoi {id} est abandonné : ce qui restait ici est effacé.",
    "Transfer {id} is given up: what was left of it here is erased.",
)
STEPS = {
    "sending": Words("envoi", "sending"),
    "waiting": Words(
        "l'autre foyer ne répond pas : on attend", "waiting for the other"
    ),
    "done": Words("remis", "handed over"),
}
NONE = Words("Aucun transfert, ni reçu ni envoyé.", "No transfer, neither way.")
COLUMNS = (
    Words("transfert", "transfer"),
    Words("sens", "way"),
    Words("état", "state"),
    Words("quoi", "what"),
    Words("taille", "size"),
    Words("depuis", "since"),
)
COMES, GOES = Words("reçu", "in"), Words("envoyé", "out")
STATES = {
    "open": Words("code donné, rien n'est venu", "code given, nothing came"),
    "coming": Words("arrive : {part} %", "coming: {part} %"),
    "whole": Words("attend votre accord", "waits for your word"),
    "taken": Words("repris", "taken"),
    "refused": Words("refusé", "refused"),
    "over": Words("terminé : {why}", "over: {why}"),
    "sends": Words("en cours", "under way"),
    "sent": Words("remis", "handed over"),
}
WHYS = {
    "its time": Words("délai passé", "its time passed"),
    "nobody accepted it": Words("sans réponse de votre part", "nobody accepted it"),
    "cancelled": Words("annulé", "cancelled"),
    "too many wrong codes": Words("trop de faux codes", "too many wrong codes"),
    "what came is not what was announced": Words(
        "ce qui est venu n'est pas ce qui était annoncé",
        "what came is not what was announced",
    ),
}
PROFILES = {
    "home": Words("un foyer, scellé", "a home, sealed"),
    "extract": Words("un extrait", "an extract"),
}
HOME_PREVIEW = Words(
    """  Un foyer entier. Compteurs : {meters}. Heure civile : {zone}.
  Accords du foyer d'origine : {consents}, qui n'accordent rien ici.""",
    """  A whole home. Meters: {meters}. Civil time: {zone}.
  Consents of the home it is from: {consents}, which grant nothing here.""",
)
FILE = Words("  {path} : {size}", "  {path}: {size}")
NOTHING_YET = Words(
    "  Rien n'est repris : releve transfer accept {id}, ou refuse {id}.",
    "  Nothing is taken: releve transfer accept {id}, or refuse {id}.",
)
TAKEN = Words(
    "✓ {rows} lignes reprises, {kept} déjà là ; compteurs : {meters}.",
    "✓ {rows} rows taken, {kept} there already; meters: {meters}.",
)
CONSENTS = Words(
    "  {count} accords de l'autre foyer sont gardés pour lecture, et n'accordent rien :"
    " releve transfer consents {id}",
    "  {count} consents of the other home are kept to be read, and grant nothing:"
    " releve transfer consents {id}",
)
NO_CONSENTS = Words(
    "Aucun accord n'est venu avec ce transfert.", "No consent came with this transfer."
)
INACTIVE = Words(
    "Accordés dans l'autre foyer ; rien de cela ne vaut ici :",
    "Granted in the other home; nothing of it holds here:",
)
CONSENT_COLUMNS = (
    Words("accord", "consent"),
    Words("à qui", "to whom"),
    Words("quoi", "what"),
    Words("pour", "for"),
    Words("état", "state"),
    Words("depuis", "since"),
)
REFUSED = Words(
    "Le transfert {id} est refusé : ce qui était venu est effacé.",
    "Transfer {id} is refused: what had come is erased.",
)
