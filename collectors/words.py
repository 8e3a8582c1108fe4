"""What a household reads: why nothing came, and what it can do about it.

The next attempt's time is said beside these, by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping

from collectors.errors import Reason

FRENCH: Mapping[Reason, str] = {
    Reason.OFFLINE: (
        "pas d'accès à Internet, ou le nom du site est introuvable ; vérifiez la box"
    ),
    Reason.TIME_OUT: "le site n'a pas répondu à temps ; rien à faire, cela se retente",
    Reason.PORTAL_DOWN: "le site est en panne ; rien à faire, cela se retente",
    Reason.CERTIFICATE: (
        "le certificat du site n'est pas valable : vérifiez la date et l'heure du"
        " Raspberry Pi (timedatectl)"
    ),
    Reason.TRUNCATED: "la réponse s'est interrompue ; rien à faire, cela se retente",
    Reason.MAINTENANCE: "le site est en maintenance ; rien à faire, cela se retente",
    Reason.CAPTCHA: (
        "le site demande de prouver que l'on n'est pas un robot : connectez-vous une"
        " fois depuis votre navigateur ; si cela dure, téléchargez vos relevés et"
        " importez-les (releve import)"
    ),
    Reason.BLOCKED: (
        "le site refuse les programmes pour l'instant, sans doute après trop de"
        " demandes ; on le laisse tranquille un moment"
    ),
    Reason.QUOTA: (
        "le nombre de demandes permis est épuisé ; on attend qu'il soit rouvert"
    ),
    Reason.PASSWORD: (
        "le site refuse l'adresse ou le mot de passe : c'est le compte de cet"
        " opérateur qu'il faut (GRDF et non votre fournisseur) ; corrigez le fichier"
        " secret, il est relu aussitôt"
    ),
    Reason.TOKEN: (
        "le jeton est refusé ou a expiré : demandez-en un nouveau, puis mettez-le dans"
        " le fichier secret"
    ),
    Reason.CONSENT: (
        "votre accord auprès d'Enedis manque ou a expiré : renouvelez-le sur le site"
        " qui vous a donné le jeton"
    ),
    Reason.SECOND_FACTOR: (
        "le site demande un code envoyé par SMS, que Relevé ne peut pas recevoir :"
        " connectez-vous une fois depuis votre navigateur, sur le même réseau"
    ),
    Reason.NO_SECRET: (
        "le fichier secret manque, ou ne peut être lu (celui qui n'a rien rapporté"
        " depuis longtemps est effacé) : créez-le, lisible par l'utilisateur releve"
        " seul (chmod 600)"
    ),
    Reason.OPEN_SECRET: (
        "le fichier secret est lisible par d'autres : chmod 600, puis changez le mot"
        " de passe s'il a pu être lu"
    ),
    Reason.BAD_SECRET: (
        "le fichier secret n'a pas les lignes attendues : le nom puis le mot de passe,"
        " ou le jeton seul"
    ),
    Reason.SETTINGS: "la table [[collectors]] ne convient pas : releve check-config",
    Reason.NOT_INSTALLED: (
        "ce qu'il faut à ce collecteur n'est pas installé : pip install"
        " 'releve[pygazpar]', ou prenez kind = \"grdf\""
    ),
    Reason.WHICH_METER: (
        "le compte a plusieurs compteurs, ou aucun : donnez le numéro du vôtre"
        " (identifier de [[meters]])"
    ),
    Reason.CHANGED: (
        "le site a changé et Relevé ne le comprend plus : mettez Relevé à jour ; en"
        " attendant, les fichiers téléchargés s'importent (releve import)"
    ),
    Reason.CRASHED: "la collecte a échoué de notre fait : mettez Relevé à jour",
    Reason.SERVICE_AWAY: ("le service Relevé ne répond pas : systemctl status releve"),
    Reason.SERVICE_REFUSED: (
        "le service Relevé a refusé ces relevés : vérifiez meter dans [[collectors]] et"
        " identifier dans [[meters]]"
    ),
}
ENGLISH: Mapping[Reason, str] = {
    Reason.OFFLINE: (
        "no way to the Internet, or the site's name has no address; look at the router"
    ),
    Reason.TIME_OUT: "the site didn't answer in time; nothing to do, it is tried again",
    Reason.PORTAL_DOWN: "the site is down; nothing to do, it is tried again",
    Reason.CERTIFICATE: (
        "the site's certificate isn't valid: check the date and time of the Raspberry"
        " Pi (timedatectl)"
    ),
    Reason.TRUNCATED: "the answer broke off; nothing to do, it is tried again",
    Reason.MAINTENANCE: "the site is being worked on; nothing to do, it is tried again",
    Reason.CAPTCHA: (
        "the site wants proof that one is no robot: sign in once with your browser; if"
        " it lasts, download your readings and import them (releve import)"
    ),
    Reason.BLOCKED: (
        "the site turns programs away for now, most likely after too many requests; it"
        " is left alone for a while"
    ),
    Reason.QUOTA: "the requests that are allowed are used up; we wait for more",
    Reason.PASSWORD: (
        "the site refuses the address or the password: it takes this operator's account"
        " (GRDF's, not your supplier's); mend the secret file, it is read at once"
    ),
    Reason.TOKEN: (
        "the token is refused or has expired: ask for a new one, and put it into the"
        " secret file"
    ),
    Reason.CONSENT: (
        "your consent with Enedis is missing or has expired: renew it on the site that"
        " gave you the token"
    ),
    Reason.SECOND_FACTOR: (
        "the site wants a code sent by SMS, which Relevé can't receive: sign in once"
        " with your browser, on the same network"
    ),
    Reason.NO_SECRET: (
        "the secret file is missing or can't be read (one that has brought nothing for"
        " long is removed): make it, readable by the user releve alone (chmod 600)"
    ),
    Reason.OPEN_SECRET: (
        "others may read the secret file: chmod 600, and change the password if anyone"
        " could have read it"
    ),
    Reason.BAD_SECRET: (
        "the secret file hasn't the lines expected: the name, then the password, or the"
        " token alone"
    ),
    Reason.SETTINGS: "the table [[collectors]] can't be used: releve check-config",
    Reason.NOT_INSTALLED: (
        "what this collector needs isn't installed: pip install 'releve[pygazpar]', or"
        ' take kind = "grdf"'
    ),
    Reason.WHICH_METER: (
        "the account has several meters, or none: give the number of yours (identifier"
        " of [[meters]])"
    ),
    Reason.CHANGED: (
        "the site has changed and Relevé no longer understands it: update Relevé;"
        " meanwhile the files you download can be imported (releve import)"
    ),
    Reason.CRASHED: "collecting failed by a fault of ours: update Relevé",
    Reason.SERVICE_AWAY: "the service Relevé doesn't answer: systemctl status releve",
    Reason.SERVICE_REFUSED: (
        "the service Relevé refused these readings: check meter in [[collectors]] and"
        " identifier in [[meters]]"
    ),
}


def said(reason: Reason, language: str) -> str:
    """Say why, in one language."""
    return (FRENCH if language == "fr" else ENGLISH)[reason]
