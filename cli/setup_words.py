"""What `releve setup` says and writes, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

from cli.language import Words
from teleinfo.errors import NotAPort, PortBusy, PortError, PortForbidden, PortMissing

HELLO = Words(
    "Bienvenue. Quelques questions, puis {path} est écrit. Entrée garde la réponse\n"
    "proposée ; Ctrl-C arrête tout, et rien n'est écrit.",
    "Welcome. A few questions, then {path} is written. Enter keeps the answer\n"
    "that is proposed; Ctrl-C stops, and nothing is written.\n"
    "(En français : releve setup --language fr)",
)
DAMAGED = Words(
    "! {path} ne se lit pas comme une configuration : il sera gardé de côté, et un"
    " autre commence.",
    "! {path} does not read as a configuration: it will be kept aside, and another is"
    " begun.",
)
WRONG = Words("! {why}", "! {why}")
NO_PORT = Words(
    "! Aucun port série sur cette machine : branchez la clé, ou voyez le guide du"
    " branchement pour les broches (docs/fr/branchement.md).",
    "! This machine has no serial port: plug the dongle in, or see the guide on wiring"
    " for the pins (docs/wiring.md).",
)
LISTENING = Words(
    "J'écoute le compteur électrique, {seconds:.0f} s environ (ports : {count})…",
    "Listening for the electricity meter, {seconds:.0f} s or so (ports: {count})…",
)
PORT = Words("  {number}  {told}", "  {number}  {told}")
FOUND = Words(
    "✓ {port} : un Linky parle, en mode {mode} ({baud} bauds)",
    "✓ {port}: a Linky speaks, in {mode} mode ({baud} baud)",
)
MODES = {
    "historic": Words("historique", "historic"),
    "standard": Words("standard", "standard"),
}
NOTHING = Words("✗ {port} : {why}", "✗ {port}: {why}")
BUSY = Words(
    "✓ {port} : déjà lu, sans doute par Relevé lui-même ; il est gardé",
    "✓ {port}: read already, most likely by Relevé itself; it is kept",
)
READ_NOW = Words(
    "✓ {port} : Relevé le lit en ce moment, en mode {mode}",
    "✓ {port}: Relevé reads it at present, in {mode} mode",
)
REFUSED: Mapping[type[PortError], Words] = {
    PortMissing: Words(
        "ce port n'est pas là : branchez-le",
        "this port isn't there: plug it in",
    ),
    PortForbidden: Words(
        "vous n'avez pas le droit de l'ouvrir : sudo usermod -aG dialout $USER, puis"
        " fermez la session et rouvrez-la",
        "it is not yours to open: sudo usermod -aG dialout $USER, then log out and in"
        " again",
    ),
    PortBusy: Words(
        "un autre programme s'en sert : il n'est pas écouté",
        "another program uses it: it is not listened to",
    ),
    NotAPort: Words("ce n'est pas un port série", "it is no serial port"),
}
WHICH_PORT = Words(
    "Port du compteur électrique (son numéro, son chemin, ou aucun)",
    "Port of the electricity meter (its number, its path, or none)",
)
NO_SUCH_PORT = Words(
    "! « {said} » n'est pas un port : un numéro de la liste, un chemin comme"
    " /dev/serial/by-id/…, ou aucun.",
    "! '{said}' is no port: a number of the list, a path like /dev/serial/by-id/…, or"
    " none.",
)
UNHEARD = Words(
    "! Aucun compteur ne parle sur {port} pour l'instant. Il est retenu quand même :"
    " une fois tout branché, releve doctor dira ce qu'il en est.",
    "! No meter speaks at {port} at present. It is kept all the same: once all is"
    " plugged in, releve doctor tells how it is.",
)
HISTORIC = Words(
    """
Votre compteur parle en mode historique, le mode d'origine : la puissance et les index y
sont. Il y manque la tension, l'heure du compteur, ce que vous injectez (panneaux
solaires), les index du distributeur, la pointe du jour et la puissance moyenne par
demi-heure. Le mode standard donne tout cela.
Pour l'avoir, sans frais, écrivez ou téléphonez à votre fournisseur d'électricité :
  « Je souhaite que la télé-information client (TIC) de mon compteur Linky passe en mode
  standard. »
Le distributeur le fait à distance, en quelques jours ; Relevé suit le changement tout
seul. Un autre appareil branché sur la TIC (délesteur, chauffe-eau, borne de recharge)
doit comprendre ce mode : vérifiez avant de demander.
""",
    """
Your meter speaks in historic mode, as delivered: power and indexes are there. It lacks
voltage, the meter's clock, what you inject (solar panels), the grid operator's indexes,
the day's peak and mean power by half-hour. Standard mode gives all of them.
To have it, free of charge, write to or call your electricity supplier:
  “Je souhaite que la télé-information client (TIC) de mon compteur Linky passe en mode
  standard.”
The grid operator does it from afar, within days; Relevé follows the change by itself.
Another device on the same output (load shedder, water heater, charging point) must
understand that mode: look before you ask.
""",
)
READ = {
    "gazpar": Words("Compteur de gaz :", "Gas meter:"),
    "water": Words("Compteur d'eau :", "Water meter:"),
}
WAYS = Words(
    """  1  aucun
  2  par fichiers seulement (GRDF, fournisseur d'eau…)
  3  par un fil sur une broche GPIO de cette machine
  4  par un programme qui le publie en MQTT (radio, ESP, Zigbee…)""",
    """  1  none
  2  by files alone (GRDF, a water company…)
  3  by a wire to a GPIO pin of this machine
  4  by a program that publishes it by MQTT (radio, ESP, Zigbee…)""",
)
NOT_THERE = Words("aucun", "none")
NO_MQTT = Words("non", "no")
AS_IT_IS = Words("tel quel, {how}", "as it is, {how}")
BY_FILES = Words("par fichiers", "by files")
LINE = Words("  Numéro GPIO de la broche", "  The pin's GPIO number")
PULSE = Words("  Litres par impulsion", "  Litres a pulse")
INDEX = Words(
    "  Ce que le compteur affiche, en m³ (Entrée : plus tard, par releve set-index)",
    "  What the dial shows, in m³ (Enter: later, by releve set-index)",
)
PROGRAM = Words("  Le programme ({known})", "  The program ({known})")
NO_SUCH_PROGRAM = Words("  L'un de ceux-ci : {known}", "  One of these: {known}")
TOPIC = Words("  Son sujet (topic)", "  Its topic")
JSON_PATH = Words(
    "  Où est le nombre dans le JSON, comme count",
    "  Where the number stands in the JSON, as in count",
)
UNIT = Words("  Son unité (L, m3, kWh, pulse)", "  Its unit (L, m3, kWh, pulse)")
IDS = Words(
    "  Les numéros de vos compteurs (la radio entend aussi ceux des voisins)",
    "  The numbers of your meters (a radio hears the neighbours' as well)",
)
MQTT = Words(
    """MQTT, pour Home Assistant et d'autres (dans le doute : non) :
  1  non
  2  un courtier (serveur MQTT) privé, lancé par Relevé
  3  le vôtre""",
    """MQTT, for Home Assistant and others (in doubt: no):
  1  no
  2  a private broker, started by Relevé
  3  your own""",
)
A_BROKER_OF_YOURS = Words(
    "! Un compteur qu'un programme publie s'écoute sur un courtier à vous : réponse 3.",
    "! A meter that a program publishes is heard on a broker of yours: answer 3.",
)
BROKER = Words("  Sa machine et son port", "  Its machine and port")
BROKER_NAME = Words("  Nom d'utilisateur (Entrée : aucun)", "  User name (Enter: none)")
BROKER_PASSWORD = Words("  Mot de passe (ne s'affiche pas)", "  Password (not shown)")
CHOICE = Words("Réponse (Entrée : {now})", "Answer (Enter: {now})")
NO_SUCH_CHOICE = Words(
    "! Un nombre de 1 à {last}, ou Entrée.", "! A number from 1 to {last}, or Enter."
)
A_NUMBER = Words("! Un nombre, de 0 à {most}.", "! A number, from 0 to {most}.")
A_WHOLE = Words(
    "! Un nombre entier, de 0 à {most}.", "! A whole number, from 0 to {most}."
)
NEEDED = Words("! Il en faut un.", "! One is needed.")
YES_OR_NO = Words("O/n", "Y/n")
NO_OR_YES = Words("o/N", "y/N")
SAY_YES_OR_NO = Words("! Répondez oui ou non.", "! Answer yes or no.")
LAN = Words(
    "Ouvrir le réseau local (HTTPS, chiffré), pour un téléphone, un autre ordinateur ?",
    "Open the local network (HTTPS, encrypted), for a telephone or another computer?",
)
KEEP_HALF_HOURS = Words(
    "Garder les demi-heures pour toujours (sinon trois ans ; les jours restent) ?",
    "Keep half-hours for ever (else for three years; days always stay)?",
)
NO_METER = Words(
    "Aucun compteur : branchez le Linky, ou nommez son port"
    " (--port /dev/serial/by-id/…), ou ajoutez le gaz ou l'eau.",
    "There is no meter: plug the Linky in, or name its port"
    " (--port /dev/serial/by-id/…), or add gas or water.",
)
COMMENTS_STAY_BEHIND = Words(
    "! Le fichier est récrit : ses commentaires (#) n'y seront plus.\n"
    "  Celui d'avant est gardé à côté, avec eux.",
    "! The file is written anew: its comments (#) will not be in it.\n"
    "  The one before is kept beside it, with them.",
)
WRITE = Words("Écrire {path} ?", "Write {path}?")
NOT_WRITTEN = Words("Rien n'est écrit.", "Nothing is written.")
WRITTEN = Words("✓ {path} est écrit et vérifié.", "✓ {path} is written and checked.")
UNCHANGED = Words(
    "✓ {path} est bon, et reste tel quel.", "✓ {path} is good, and stays as it is."
)
KEPT = Words("  Celui d'avant est gardé : {path}", "  The one before is kept: {path}")
FILES = Words(
    "Les fichiers du gaz et de l'eau se posent dans {folder},\n"
    "ou se donnent à releve import ; des portails peuvent être relevés"
    " (docs/fr/collecteurs.md).",
    "Files of gas and water are put in {folder},\n"
    "or given to releve import; portals can be asked (docs/collectors.md).",
)
FILES_BY_HAND = Words(
    "Les fichiers du gaz et de l'eau se donnent à releve import ; des portails\n"
    "peuvent être relevés (docs/fr/collecteurs.md).",
    "Files of gas and water are given to releve import; portals can be asked"
    " (docs/collectors.md).",
)
NEXT = Words("\nEt maintenant :", "\nAnd now:")
COMMAND = Words("  {command}\n      {why}", "  {command}\n      {why}")
START = Words("lance le service", "starts the service")
DOCTOR = Words("que voit-il du compteur ?", "what does it see of the meter?")
PAIR = Words(
    "donne un code, pour votre page {url}", "gives a code, for your page {url}"
)
WATCH = Words("votre logement en direct", "your home, live")
