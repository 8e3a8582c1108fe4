"""What is said of the owner's MQTT login, in French and English."""

from __future__ import annotations

import shlex

from cli.language import Language, Words
from edge.broker.parts import OwnerLogin
from edge.config import Config
from edge.lan.names import names_of
from edge.lan.place import public_file

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
Le courtier n'écoute que cette machine. Pour un Home Assistant sur une autre, ouvrez le
réseau, chiffré : `releve lan on`, puis relancez cette commande.
""",
    """
The broker listens to this machine alone. For a Home Assistant on another, open the
network, encrypted: `releve lan on`, then run this again.
""",
)
BY_TLS = Words(
    """
Depuis une autre machine : {host}, port {port}, chiffré (TLS). Le certificat à donner à
Home Assistant (options avancées, validation du certificat) est {ca_file},
que montre aussi la page {page}.
""",
    """
From another machine: {host}, port {port}, encrypted (TLS). The certificate to give Home
Assistant (advanced options, broker certificate validation) is {ca_file}, which the page
{page} shows as well.
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


def managed(owner: OwnerLogin, config: Config, language: Language) -> str:
    """Give the owner's login, ready to be typed into Home Assistant."""
    said = MANAGED.said(language).format(
        host=owner.address.host,
        port=owner.address.port,
        user=owner.login.user,
        password=owner.login.password,
        client_id=owner.client_id,
        line=watching(owner, config.mqtt.prefix),
    )
    if not config.lan.open:
        return said + HERE_ONLY.said(language)
    host = names_of(config.lan.name, config.api.hosts).host
    return said + BY_TLS.said(language).format(
        host=host,
        port=config.lan.mqtt.rpartition(":")[2],
        ca_file=public_file(config.data_dir),
        page=f"https://{host}:{config.lan.https.rpartition(':')[2]}/ca",
    )
