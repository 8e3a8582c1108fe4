"""What `releve lan` says, in French and English."""

from __future__ import annotations

from cli.language import Words

CLOSED = Words(
    "Le réseau local est fermé : seuls les programmes de cette machine accèdent à"
    " Relevé.\nPour l'ouvrir, chiffré : releve lan on",
    "The local network is closed: only programs of this machine reach Relevé.\n"
    "To open it, encrypted: releve lan on",
)
CLOSED_NOW = Words(
    "Le réseau local est fermé. Le certificat est gardé : si vous rouvrez, vos"
    " appareils s'en souviendront.",
    "The local network is closed. The certificate is kept: should you open it again,"
    " your devices will remember it.",
)
OPEN = Words(
    """Le réseau local est ouvert, chiffré :
  adresse     {url}
  certificat  {url}/ca   à installer une fois sur chaque appareil
  SHA-256     {fingerprint}
Comparez cette empreinte avec celle que l'appareil montre en installant le certificat :
elle prouve que c'est bien cette machine. Ce certificat ne vaut pour aucune autre.""",
    """The local network is open, encrypted:
  address      {url}
  certificate  {url}/ca   to install once on each device
  SHA-256      {fingerprint}
Compare this fingerprint with the one that a device shows while it installs the
certificate: it proves that it is this machine. It is good for no other.""",
)
MQTT = Words(
    "  MQTT        {host}, port {port}, TLS : releve owner-token --mqtt",
    "  MQTT         {host}, port {port}, TLS: releve owner-token --mqtt",
)
NO_CERTIFICATE = Words(
    "Il n'y a pas encore de certificat : le service le crée à son démarrage.",
    "There is no certificate yet: the service makes it when it starts.",
)
UNCOVERED = Words(
    "! Le certificat ne couvre pas {names} : appelez cette machine {host}, ou faites-en"
    " un autre, à réinstaller sur vos appareils : releve lan on --new-ca",
    "! The certificate is not for {names}: call this machine {host}, or make another,"
    " to be installed on your devices again: releve lan on --new-ca",
)
ANSWERS = Words("✓ Relevé y répond.", "✓ Relevé answers there.")
SILENT = Words(
    "! Personne n'y répond pour l'instant : {why}",
    "! Nobody answers there at present: {why}",
)
RESTART = Words(
    "Pour que cela compte : sudo systemctl restart releve",
    "For it to count: sudo systemctl restart releve",
)
RESTART_BY_HAND = Words(
    "Pour que cela compte, relancez : releve run --config {path}",
    "For it to count, start it again: releve run --config {path}",
)
SCAN = Words(
    "Sur un téléphone, ce code mène à la page du certificat :",
    "On a telephone, this code leads to the certificate's page:",
)
