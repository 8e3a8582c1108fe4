"""What the demo says, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from cli.language import Language, Words
from edge.event import Event, EventKind
from edge.importing.report import Report
from edge.sample import Sample, utc

FIRST = Words(
    "DÉMONSTRATION : tout ce qui suit est inventé, et marqué comme tel.",
    "DEMONSTRATION: all that follows is invented, and marked so.",
)
NEXT = Words(
    """
Relevé tourne. Un Linky parle sur {linky} ;
un Gazpar et un compteur d'eau donnent leurs impulsions.
  À voir       http://{address}/
  En direct    .venv/bin/releve watch --config {config}
  Votre jeton  .venv/bin/releve owner-token --config {config}
À essayer, dans un autre terminal :
  touch {leak}
    ouvre une fuite d'eau, annoncée en {minutes} minutes environ ; la refermer :
  rm {leak}
  TOKEN=$(.venv/bin/releve owner-token --config {config})
  curl -H "Authorization: Bearer $TOKEN" http://{address}/api/v1/meters/water/latest
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/gas/registers/gas_energy_wh?step=month"
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/linky/registers/import_total_wh?step=30min"
  .venv/bin/releve doctor --config {config}
Ctrl-C arrête tout.
""",
    """
Relevé is running. A Linky speaks on {linky};
a Gazpar and a water meter pulse.
  Look at      http://{address}/
  Live         .venv/bin/releve watch --config {config}
  Your token   .venv/bin/releve owner-token --config {config}
Try, in another terminal:
  touch {leak}
    opens a water leak, which is told within about {minutes} minutes; to close it:
  rm {leak}
  TOKEN=$(.venv/bin/releve owner-token --config {config})
  curl -H "Authorization: Bearer $TOKEN" http://{address}/api/v1/meters/water/latest
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/gas/registers/gas_energy_wh?step=month"
  curl -H "Authorization: Bearer $TOKEN" \\
    "http://{address}/api/v1/meters/linky/registers/import_total_wh?step=30min"
  .venv/bin/releve doctor --config {config}
Ctrl-C stops everything.
""",
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
FILES = Words(
    "25 mois d'histoire inventée s'importent, des fichiers de {} :",
    "25 months of invented history are being imported, from the files in {}:",
)
IMPORTED = Words(
    "  {number}  {name} : {new} nouvelles valeurs, {changed} changées, {unchanged}"
    " inchangées, {refused} refusées",
    "  {number}  {name}: {new} new values, {changed} changed, {unchanged} unchanged,"
    " {refused} refused",
)
SHOWN = (
    ("linky", "apparent_power_va", "{} VA"),
    ("linky", "import_total_wh", "{} Wh"),
    ("linky", "tariff_period", "{}"),
    ("gas", "gas_volume_l", "gas {} L"),
    ("water", "water_volume_l", "water {} L"),
)
"""What a line of values has, of which meter, in which form."""

LEAK = Words(
    "{at}  FUITE D'EAU (démonstration) : {litres} litres en {minutes} minutes sans"
    " pause, {flow} L/h",
    "{at}  WATER LEAK (demonstration): {litres} litres in {minutes} minutes without"
    " a pause, {flow} L/h",
)
OPENED = Words(
    "          Une fuite d'eau est ouverte ; Relevé ne le sait pas encore.",
    "          A water leak is open; Relevé doesn't know yet.",
)
CLOSED = Words(
    "          La fuite d'eau est refermée.", "          The water leak is closed."
)
NO_LEAK = Words("{}  La fuite d'eau a cessé.", "{}  The water leak has stopped.")
FAREWELL = Words(
    "Arrêté. Les données inventées restent dans {} ; --fresh les oublie.",
    "Stopped. The invented data stays in {}; --fresh forgets it.",
)


def imported(report: Report, language: Language, number: str) -> str:
    """Say what came of a file of the history."""
    return IMPORTED.said(language).format(
        number=number,
        name=report.file,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        refused=len(report.refused),
    )


def happened(event: Event, language: Language, zone: ZoneInfo) -> str | None:
    """Say that water leaks, or has stopped to; None of any other event."""
    if event.kind is not EventKind.LEAK:
        return None
    at, detail = _clock(event.at_ms, zone), event.detail
    if detail["state"] != "start":
        return NO_LEAK.said(language).format(at)
    return LEAK.said(language).format(
        at=at,
        litres=detail["litres"],
        minutes=detail["minutes"],
        flow=detail["flow_l_h"],
    )


def line(latest: Mapping[str, Sample], zone: ZoneInfo) -> str:
    """Give one line of what the meters said last, as far as they said it."""
    parts = [_clock(max(one.at_ms for one in latest.values()), zone), "demo"]
    for meter, register, form in SHOWN:
        value = latest[meter].values.get(register) if meter in latest else None
        parts += [] if value is None else [form.format(value)]
    return "  ".join(parts)


def _clock(at_ms: int, zone: ZoneInfo) -> str:
    return utc(at_ms).astimezone(zone).strftime("%H:%M:%S")
