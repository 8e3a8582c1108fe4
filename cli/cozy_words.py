"""What `releve cozy` says, in French and English."""

from __future__ import annotations

from cli.language import Words

OPEN = Words(
    """{url} attend votre accord. Ouvrez cette adresse dans votre navigateur, dites oui
là-bas, puis vérifiez sur la page de ce boîtier que l'adresse est celle de votre Cozy :

{address}

(dix minutes ; Ctrl-C abandonne)""",
    """{url} waits for your consent. Open this address in your browser, say yes over
there, then check on this box's page that the address is your own Cozy's:

{address}

(ten minutes; Ctrl-C gives up)""",
)
CONNECTED = Words("✓ {url} laisse entrer ce boîtier.", "✓ {url} lets this box in.")
REALLY = Words(
    "Envoyer à {url} : {what} ? Ce qui est envoyé ne pourra pas être rappelé.",
    "Send to {url}: {what}? What is sent can't be called back.",
)
GRANTED = Words(
    "Accordé. Les jours écoulés partent maintenant, les suivants chaque matin après"
    " 7 h.",
    "Granted. The days before go now, the next each morning after 7.",
)
GIVEN_UP = Words("Rien n'est connecté.", "Nothing is connected.")
NONE = Words(
    "Aucun Cozy n'est connecté. Pour en connecter un : releve cozy connect",
    "No Cozy is connected. To connect one: releve cozy connect",
)
STATES = {
    True: Words("✓ {name} : {url}", "✓ {name}: {url}"),
    False: Words("! {name} : {url}, {why}", "! {name}: {url}, {why}"),
}
COUNTS = Words(
    "  {sent} documents envoyés depuis le démarrage du service",
    "  {sent} documents sent since the service started",
)
ERASE = Words(
    "Effacer là-bas ce que Relevé y a envoyé ?",
    "Delete over there what Relevé has sent?",
)
WAITS = Words(
    "Retiré : plus rien n'est envoyé. {url} ne répond pas : le service s'y efface dès"
    " qu'il répond. Refaites alors releve cozy disconnect pour en lire la fin.",
    "Withdrawn: nothing is sent any more. {url} doesn't answer: the service lets go of"
    " it as soon as it does. Type releve cozy disconnect then, to read how it ended.",
)
ENDS = {
    "erased": Words(
        "Retiré. Ce que Relevé avait envoyé à {url} y est effacé ; les copies que"
        " d'autres applications en ont prises, ses révisions et ses sauvegardes"
        " dépendent de son hébergeur.",
        "Withdrawn. What Relevé had sent to {url} is deleted there; copies that other"
        " apps took, its revisions and its backups are its host's.",
    ),
    "left": Words(
        "Retiré. Ce qui a été envoyé reste à {url} : vous pouvez l'y effacer.",
        "Withdrawn. What was sent stays at {url}: you can delete it there.",
    ),
    "revoked": Words(
        "Relevé avait déjà été révoqué à {url} : il n'a rien pu y effacer. Ce qui a été"
        " envoyé y reste ; vous pouvez l'y effacer.",
        "Relevé had been revoked at {url} already: it could delete nothing there. What"
        " was sent stays; you can delete it there.",
    ),
}
