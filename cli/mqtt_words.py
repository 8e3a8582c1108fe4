"""What is said of the owner's MQTT login, in French and English."""

from __future__ import annotations

import shlex
import socket

from cli.language import Language, Words
from edge.broker.parts import OwnerLogin

EVERYWHERE = ("0.0.0.0", "::", "*")  # noqa: S104 - read, not bound

MANAGED = Words(
    """Home Assistant, Paramètres, Appareils et services, Ajouter : MQTT.
  Courtier       {host}
  Port           {port}
  Utilisateur    {user}
  Mot de passe   {password}
  Options avancées : ID client {client_id}, protocole 5
Un seul programme à la fois avec cet identifiant : le courtier n'en garde qu'un.

Pour regarder dans un terminal (paquet mosquitto-clients) :
  {line}
""",
    """Home Assistant, Settings, Devices & services, Add integration: MQTT.
  Broker      {host}
  Port        {port}
  Username    {user}
  Password    {password}
  Advanced options: Client ID {client_id}, protocol 5
One program at a time with this login: the broker keeps one connection a client id.

To look at it in a terminal (package mosquitto-clients):
  {line}
""",
)
HERE_ONLY = Words(
    """
Le courtier n'écoute que cette machine. Si Home Assistant est sur une autre, mettez
mqtt.listen = "0.0.0.0:{port}" dans la configuration ; le mot de passe passe alors en
clair sur votre réseau.
""",
    """
The broker listens to this machine alone. If Home Assistant is on another, set
mqtt.listen = "0.0.0.0:{port}" in the configuration; the password then crosses your
network unencrypted.
""",
)
FOREIGN = Words(
    "Le courtier de mqtt.url est le vôtre : ses comptes sont à vous, Relevé n'en crée "
    "pas.\nTout ce que Relevé y publie se lit sous {prefix}/#, par tous ses clients "
    "qui en ont le droit.",
    "The broker of mqtt.url is your own: so are its accounts, Relevé makes none.\nAll "
    "that Relevé publishes there is read under {prefix}/#, by any client that may.",
)


def watching(owner: OwnerLogin, prefix: str) -> str:
    """Give the line that shows all that is published, with no password in it."""
    home = shlex.quote(str(owner.shell))
    return f"XDG_CONFIG_HOME={home} mosquitto_sub -v -t '{prefix}/#'"


def managed(owner: OwnerLogin, listen: str, prefix: str, language: Language) -> str:
    """Give the owner's login, ready to be typed into Home Assistant."""
    host = listen.rpartition(":")[0].strip("[]")
    shown = f"{socket.gethostname()}.local" if host in EVERYWHERE else host
    said = MANAGED.said(language).format(
        host=shown,
        port=owner.address.port,
        user=owner.login.user,
        password=owner.login.password,
        client_id=owner.client_id,
        line=watching(owner, prefix),
    )
    if host not in EVERYWHERE and owner.address.is_here:
        said += HERE_ONLY.said(language).format(port=owner.address.port)
    return said
