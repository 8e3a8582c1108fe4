"""What `releve setup` says and writes, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

from cli.language import Words

HELLO = Words(
    "Bienvenue. Quelques questions, puis {path} est écrit ; Entrée garde la réponse"
    " entre crochets.",
    "Welcome. A few questions, then {path} is written; Enter keeps the answer in"
    " brackets.",
)
DAMAGED = Words(
    "! {path} n'est pas du TOML : il sera gardé de côté et un autre commence.",
    "! {path} is no TOML: it will be kept aside, and another is begun.",
)
NO_PORT = Words(
    "! Aucun port série sur cette machine : branchez la clé, ou voyez le guide du"
    " branchement pour les broches.",
    "! This machine has no serial port: plug the dongle in, or see the guide on wiring"
    " for the pins.",
)
LISTENING = Words(
    "J'écoute {ports} ({seconds:.0f} s au plus)…",
    "Listening to {ports} ({seconds:.0f} s at most)…",
)
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
    "✓ {port} : le service le lit déjà",
    "✓ {port}: the service reads it already",
)
WHICH_PORT = Words(
    "Port du compteur électrique (none : pas de Linky ici)",
    "Port of the electricity meter (none: no Linky here)",
)
UNHEARD = Words(
    "! Personne ne parle sur {port} pour l'instant : il est écrit quand même ; après le"
    " branchement, releve doctor dira ce qu'il en est.",
    "! Nobody speaks at {port} at present: it is written all the same; once it is"
    " plugged in, releve doctor tells how it is.",
)
HISTORIC = Words(
    """
Votre compteur parle en mode historique. Il y manque : la tension, l'heure du compteur,
la puissance injectée et l'index d'injection, les index du distributeur, les maxima du
jour, et la puissance moyenne par demi-heure. Le mode standard les donne.
Pour le demander, gratuitement, à votre fournisseur d'électricité (espace client ou
téléphone) : « Je souhaite que la télé-information client (TIC) de mon compteur Linky
passe en mode standard. » Enedis le fait à distance, en quelques jours ; Relevé suit le
changement tout seul. Un autre appareil branché sur la TIC doit comprendre ce mode.
""",
    """
Your meter speaks in historic mode. It lacks: voltage, the meter's clock, injected power
and index, the grid operator's indexes, the day's peaks, and mean power by half-hour.
Standard mode has them.
To ask for it, free of charge, write to or call your electricity supplier: “Je souhaite
que la télé-information client (TIC) de mon compteur Linky passe en mode standard.”
Enedis does it from afar, within days; Relevé follows the change by itself. Another
device on the same output must understand that mode.
""",
)
READ = {
    "gazpar": Words("Compteur de gaz", "Gas meter"),
    "water": Words("Compteur d'eau", "Water meter"),
}
WAYS = Words(
    """  0  tel quel : {now}
  1  aucun
  2  des fichiers seulement (GRDF, fournisseur d'eau…)
  3  un fil sur une broche GPIO de cette machine
  4  un programme qui le publie par MQTT (radio, ESP, Zigbee…)""",
    """  0  as it is: {now}
  1  none
  2  files only (GRDF, a water company…)
  3  a wire to a GPIO pin of this machine
  4  a program that publishes it by MQTT (radio, ESP, Zigbee…)""",
)
NOT_THERE = Words("aucun", "none")
LINE = Words("  Numéro GPIO de la broche", "  The pin's GPIO number")
PULSE = Words("  Litres par impulsion", "  Litres a pulse")
INDEX = Words(
    "  Ce que le compteur affiche, en m³ (vide : plus tard, releve set-index)",
    "  What the dial shows, in m³ (empty: later, releve set-index)",
)
PROGRAM = Words("  Le programme : {known}", "  The program: {known}")
TOPIC = Words("  Son sujet (topic)", "  Its topic")
JSON_PATH = Words(
    "  Où est le nombre dans le JSON", "  Where the number stands in the JSON"
)
UNIT = Words("  Son unité (L, m3, kWh, pulse)", "  Its unit (L, m3, kWh, pulse)")
IDS = Words(
    "  Les numéros de vos compteurs, avec + entre eux (la radio entend les voisins)",
    "  The numbers of your meters, + between them (a radio hears the neighbours')",
)
MQTT = Words(
    """MQTT, pour Home Assistant et d'autres :
  0  tel quel : {now}
  1  non
  2  un courtier privé, lancé par Relevé
  3  le vôtre""",
    """MQTT, for Home Assistant and others:
  0  as it is: {now}
  1  no
  2  a private broker, started by Relevé
  3  your own""",
)
URL = Words(
    "  Son adresse (mqtt://nom:mot-de-passe@machine:1883)",
    "  Its address (mqtt://name:password@machine:1883)",
)
NO_MOSQUITTO = Words("! {why}", "! {why}")
CHOICE = Words("Réponse", "Answer")
LAN = Words(
    "Ouvrir le réseau local (HTTPS, chiffré), pour un téléphone, un autre ordinateur ?",
    "Open the local network (HTTPS, encrypted), for a telephone or another computer?",
)
WRITE = Words("Écrire {path} ?", "Write {path}?")
NOT_WRITTEN = Words("Rien n'est écrit.", "Nothing is written.")
WRITTEN = Words("✓ {path} est écrit et vérifié.", "✓ {path} is written and checked.")
UNCHANGED = Words(
    "✓ {path} est bon, et reste tel quel.", "✓ {path} is good, and stays."
)
KEPT = Words("  Celui d'avant est gardé : {path}", "  The one before is kept: {path}")
FILES = Words(
    "Les fichiers se posent dans {folder}, ou par releve import FICHIER ; des portails"
    " peuvent être relevés (docs/fr/collecteurs.md).",
    "Put files in {folder}, or give them to releve import FILE; portals can be asked"
    " (docs/collectors.md).",
)
NEXT = Words(
    """
Et maintenant :
  {start:<44} le service
  releve doctor                                que voit-il du compteur ?
  releve pair                                  un code, pour votre page {url}
  releve watch                                 votre logement en direct""",
    """
And now:
  {start:<44} the service
  releve doctor                                what does it see of the meter?
  releve pair                                  a code, for your page {url}
  releve watch                                 your home, live""",
)
HEAD = Words(
    """Relevé, écrit par `releve setup`. Chaque clé : docs/configuration.md.
Après un changement : releve check-config, puis relancez le service.""",
    """Relevé, written by `releve setup`. Every key: docs/configuration.md.
After a change: releve check-config, then restart the service.""",
)
COMMENTS: Mapping[str, Words] = {
    "data_dir": Words(
        "Où tout est gardé : relevés, clés, décisions.",
        "Where everything is kept: readings, keys, decisions.",
    ),
    "time_zone": Words("Le fuseau du logement.", "The home's time zone."),
    "api": Words(
        "L'API de cette machine, en clair et pour elle seule.",
        "The API of this machine, in clear and for it alone.",
    ),
    "lan": Words(
        "Le réseau local, par TLS seulement : releve lan on, off, show.",
        "The local network, by TLS alone: releve lan on, off, show.",
    ),
    "mqtt": Words(
        "MQTT : « managed » lance un courtier privé (releve owner-token --mqtt).",
        'MQTT: "managed" starts a private broker (releve owner-token --mqtt).',
    ),
    "store": Words("D'où l'API répond.", "What the API answers from."),
    "journal": Words("Le journal des relevés.", "The journal of readings."),
    "influxdb": Words("Une copie dans InfluxDB.", "A copy in an InfluxDB."),
    "imports": Words("Le dossier à importer.", "The folder that is imported."),
    "meters": Words("Les compteurs du logement.", "The meters of the home."),
    "meters.id": Words(
        "Un nom à vous, jamais le numéro du compteur.",
        "A name of yours, never the meter's number.",
    ),
    "meters.port": Words(
        "Son port, mieux /dev/serial/by-id/…, ou /dev/ttyAMA0.",
        "Its port, better /dev/serial/by-id/…, or /dev/ttyAMA0.",
    ),
    "meters.mode": Words(
        "auto suit le compteur : historique ou standard.",
        "auto follows the meter: historic or standard.",
    ),
    "collectors": Words("Les portails relevés.", "The portals that are asked."),
}
