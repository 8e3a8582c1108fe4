"""What /ca says: how a device comes to trust this one, in French and English.

Whoever reads it may not trust what serves it yet, so the fingerprint to compare with
is the one that the owner's terminal shows; the page says so.
"""

from __future__ import annotations

from html import escape

HEAD = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} · Relevé</title>
  <link rel="icon" href="/favicon.ico" type="image/svg+xml">
  <link rel="stylesheet" href="/static/style.css">
</head>
<body>
  <header><a class="brand" href="/">Relevé</a></header>
  <main id="main" tabindex="-1">
"""
FR = """    <h1>Faire confiance à ce Relevé</h1>
    <p>Votre téléphone ou votre ordinateur ne connaît pas encore cet appareil.
      Installez-y son certificat, une fois : il ne peut servir que pour
      <code>{host}</code> et ses adresses, jamais pour un autre site.</p>
    <p><a href="/ca.crt" type="application/x-x509-ca-cert">Prendre le certificat</a></p>
    <h2>Vérifier d’abord</h2>
    <p>Comparez cette empreinte, que votre appareil montre en installant le certificat,
      à celle que le terminal du Relevé affiche (<code>releve lan show</code>). Si elles
      diffèrent, n’installez rien.</p>
    <p><strong>SHA-256</strong><br><code>{fingerprint}</code></p>
    <h2>L’installer</h2>
    <ul>
      <li><strong>Android</strong> : Paramètres, Sécurité, Chiffrement et identifiants,
        Installer un certificat, Certificat CA, puis le fichier téléchargé.</li>
      <li><strong>iPhone, iPad</strong> : Réglages, Profil téléchargé, Installer ; puis
        Général, Informations, Réglages des certificats : activez la confiance.</li>
      <li><strong>Windows</strong> : ouvrez le fichier, Installer un certificat,
        Autorités de certification racines de confiance.</li>
      <li><strong>macOS</strong> : ouvrez le fichier dans Trousseaux d’accès, puis Se
        fier : Toujours approuver.</li>
      <li><strong>Firefox</strong> : Paramètres, Vie privée et sécurité, Certificats,
        Afficher, Autorités, Importer.</li>
    </ul>
    <p>Ensuite : <a href="{url}/">{url}</a></p>
"""
EN = """    <h1>Trust this Relevé</h1>
    <p>Your telephone or computer does not know this device yet. Install its certificate
      there, once: it can be used for <code>{host}</code> and its addresses alone, never
      for another site.</p>
    <p><a href="/ca.crt" type="application/x-x509-ca-cert">Get the certificate</a></p>
    <h2>Check first</h2>
    <p>Compare this fingerprint, which your device shows while it installs the
      certificate, with the one in Relevé’s own terminal (<code>releve lan
      show</code>). If they differ, install nothing.</p>
    <p><strong>SHA-256</strong><br><code>{fingerprint}</code></p>
    <h2>Install it</h2>
    <ul>
      <li><strong>Android</strong>: Settings, Security, Encryption &amp; credentials,
        Install a certificate, CA certificate, then the file.</li>
      <li><strong>iPhone, iPad</strong>: Settings, Profile downloaded, Install; then
        General, About, Certificate trust settings: turn trust on.</li>
      <li><strong>Windows</strong>: open the file, Install certificate, Trusted root
        certification authorities.</li>
      <li><strong>macOS</strong>: open the file in Keychain Access, then Trust: Always
        trust.</li>
      <li><strong>Firefox</strong>: Settings, Privacy &amp; security, View certificates,
        Authorities, Import.</li>
    </ul>
    <p>Then: <a href="{url}/">{url}</a></p>
"""
FOOT = """  </main>
</body>
</html>
"""
TITLES = {"fr": "Faire confiance", "en": "Trust"}


def page(language: str, host: str, url: str, fingerprint: str) -> bytes:
    """Give the page in one of our languages."""
    head = HEAD.format(language=language, title=TITLES[language])
    body = (FR if language == "fr" else EN).format(
        host=escape(host), url=escape(url), fingerprint=escape(fingerprint)
    )
    return (head + body + FOOT).encode()
