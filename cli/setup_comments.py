"""What stands above each table and key of the file that `releve setup` writes."""

from __future__ import annotations

from collections.abc import Mapping

from cli.language import Words

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
