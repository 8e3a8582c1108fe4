"""What the demo says, in French and English."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cli.language import Language, Words
from edge.sample import Sample


class Next(NamedTuple):
    """Where to look and what to try next."""

    before: Words
    text: Words

    def said(self, language: Language, address: str, data: Path, port: str) -> str:
        """Give it with the places of this run."""
        return self.text.said(language).format(
            address=address, config=data / "releve.toml", port=port
        )


NEXT = Next(
    before=Words(
        "Un Linky virtuel raconte d'abord ses 26 dernières heures…",
        "A virtual Linky first tells of its last 26 hours…",
    ),
    text=Words(
        """
Relevé tourne, avec un Linky virtuel branché sur {port}.
  À voir       http://{address}/
  En direct    .venv/bin/releve watch --config {config}
  Votre jeton  .venv/bin/releve owner-token --config {config}
À essayer, dans un autre terminal :
  TOKEN=$(.venv/bin/releve owner-token --config {config})
  curl -H "Authorization: Bearer $TOKEN" http://{address}/api/v1/meters/linky/latest
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/linky/registers/import_total_wh?step=30min"
  .venv/bin/releve doctor --config {config}
Ctrl-C arrête tout.
""",
        """
Relevé is running, with a virtual Linky plugged into {port}.
  Look at      http://{address}/
  Live         .venv/bin/releve watch --config {config}
  Your token   .venv/bin/releve owner-token --config {config}
Try, in another terminal:
  TOKEN=$(.venv/bin/releve owner-token --config {config})
  curl -H "Authorization: Bearer $TOKEN" http://{address}/api/v1/meters/linky/latest
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/linky/registers/import_total_wh?step=30min"
  .venv/bin/releve doctor --config {config}
Ctrl-C stops everything.
""",
    ),
)

MQTT = Words(
    """MQTT, sur un courtier privé {address} (paquet mosquitto-clients) :
  {line}
  Home Assistant : .venv/bin/releve owner-token --mqtt --config {config}
""",
    """MQTT, on a private broker {address} (package mosquitto-clients):
  {line}
  Home Assistant: .venv/bin/releve owner-token --mqtt --config {config}
""",
)
NO_BROKER = Words(
    """Sans MQTT : Mosquitto 2 n'est pas là. sudo apt install mosquitto l'apporte.
""",
    """Without MQTT: there is no Mosquitto 2. sudo apt install mosquitto brings it.
""",
)


def line(sample: Sample, zone: ZoneInfo) -> str:
    """Give one line of what the meter says now."""
    at = sample.at.astimezone(zone).strftime("%H:%M:%S")
    values = sample.values
    return (
        f"{at}  {values.get('apparent_power_va')} VA"
        f"  {values.get('import_total_wh')} Wh  {values.get('tariff_period')}"
    )


def farewell(language: Language, data: Path) -> str:
    """Give the last words."""
    return Words(
        f"Arrêté. Les données de la démonstration restent dans {data}.",
        f"Stopped. The demo's data stays in {data}.",
    ).said(language)
