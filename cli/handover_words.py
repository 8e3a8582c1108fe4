"""What `releve handover` says, in French and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.display import shown
from cli.language import Language, Words
from edge.handover.seen import Seen

WOULD = Words(
    "Ce foyer sera remis : tout est emporté, retiré, puis effacé.",
    "This home will be handed over: all is taken along, taken back, then erased.",
)
PACK = Words(
    "1. Un paquet scellé de tout ({meters}), relu avant la suite.",
    "1. A sealed pack of all ({meters}), read back before anything else is done.",
)
RIGHTS = Words(
    "2. Retirés, pour de bon – consentements : {consents}, de services : {services} ;"
    " émetteurs : {writers} ; et les jetons, mots de passe et navigateurs du foyer.",
    "2. Taken back, for good – consents: {consents}, of services: {services}; writers:"
    " {writers}; and the household's tokens, passwords and browsers.",
)
COZY = Words("   Cozy « {} » : déconnecté", "   Cozy “{}”: disconnected")
CLOUD = Words(
    "   nuage « {} » : son préfixe est libéré", "   cloud “{}”: its prefix is released"
)
BROKER = Words(
    "   le serveur MQTT que vous avez nommé : ce qui y est affiché de vous s'en va",
    "   the MQTT broker that you named: what stands there of you goes",
)
INFLUX = Words(
    "   InfluxDB : ce qu'il a de vous s'en va", "   InfluxDB: what it has of you goes"
)
ERASED = Words(
    "3. Effacé : tout {data_dir} (fichiers : {files} ; {size:.1f} Mo) : mesures,"
    " journal des lectures, sauvegardes, fichiers déposés, secrets, certificats.",
    "3. Erased: all of {data_dir} (files: {files}; {size:.1f} MB): readings, read"
    " journal, backups, dropped files, secrets, certificates.",
)
ALSO = Words("   et {}", "   and {}")
CONFIG = Words(
    "   Dans {} restent les ports et les lignes ; noms, numéros et accès s'en vont.",
    "   In {} ports and lines stay; names, numbers and logins go.",
)
VARIABLES = Words(
    "   À retirer vous-même, car une variable l'emporte : {}",
    "   To be taken out by you, for a variable wins: {}",
)
NEW = Words(
    "4. Au prochain démarrage, un foyer neuf : ses clés, jetons, mots de passe et"
    " certificats sont tous nouveaux.",
    "4. At the next start, a new home: its keys, tokens, passwords and certificates"
    " are all new.",
)
REMAINS_HEAD = Words("Ce qui reste, hors de portée :", "What remains, out of reach:")
REMAINS = (
    Words(
        "ce que des services, un nuage, un Cozy laissé tel quel ou un opérateur ont"
        " déjà : à eux de l'effacer ; `releve consents letter` leur écrit, avant",
        "what services, a cloud, a Cozy left as it is or an operator already have:"
        " it is theirs to erase; have `releve consents letter` write to them before",
    ),
    Words(
        "les numéros et les index que les compteurs disent eux-mêmes",
        "numbers and indexes that the meters themselves say",
    ),
    Words(
        "les sauvegardes et les copies que vous rangez ailleurs",
        "backups and copies that you keep elsewhere",
    ),
    Words(
        "le système de la machine (comptes, Wi-Fi, clés ssh) et les programmes à côté"
        " (wmbusmeters, Grafana, Home Assistant)",
        "the machine's own system (accounts, Wi-Fi, ssh keys) and programs beside it"
        " (wmbusmeters, Grafana, Home Assistant)",
    ),
    Words(
        "le journal du système, s'il est gardé : sudo journalctl --rotate"
        " --vacuum-time=1s",
        "the system's own log, where it is kept: sudo journalctl --rotate"
        " --vacuum-time=1s",
    ),
    Words(
        "les cellules d'une carte mémoire, tant qu'elle ne les a pas réécrites :"
        " qui doit en être sûr change la carte",
        "a memory card's cells, until it writes over them: who must be sure changes"
        " the card",
    ),
)
STRANGE = Words(
    "ces noms de {data_dir} ne sont pas de Relevé : {names}",
    "these names in {data_dir} are none of Relevé's: {names}",
)
MOVE_AWAY = Words("déplacez-les ; puis recommencez", "move them away; then once more")
PLACE = Words(
    "Où ranger votre paquet (une clé USB, par exemple)",
    "Where your pack is to be kept (a USB stick, for instance)",
)
COZY_ERASE = Words(
    "Effacer ce que Relevé a écrit dans le Cozy « {} » ?",
    "Delete what Relevé has written in the Cozy “{}”?",
)
WORD = Words("remettre", "hand over")
ASK = Words(
    "C'est définitif. Pour le faire, tapez « remettre »",
    "There is no way back. To go on, type “hand over”",
)
NOT_DONE = Words("Rien n'est changé.", "Nothing is changed.")
KEPT = Words(
    "{file} : {size:.1f} Mo, relu en entier. Gardez-le avec sa phrase secrète.",
    "{file}: {size:.1f} MB, read back whole. Keep it, and its passphrase.",
)
NEW_ALREADY = Words(
    "Ce foyer a déjà été remis : il est neuf, il n'y a rien à remettre.",
    "This home was handed over already: it is new, and has nothing to hand over.",
)
GOES_ON = Words(
    "Une remise a commencé le {} : elle continue.",
    "A handover was begun on {}: it goes on.",
)
COLLECTORS = Words(
    "Arrêtez vous-même `releve collect`, s'il tourne : il a encore les mots de passe de"
    " vos portails en mémoire.",
    "End `releve collect` yourself, if it runs: it still has your portals' passwords in"
    " memory.",
)
TAKEN_BACK = Words("Tout est retiré.", "All is taken back.")
UNREACHED = Words("{place} n'a pas répondu : {why}", "{place} didn't answer: {why}")
AGAIN = Words(
    "Rien n'est plus ouvert ici. `releve handover` reprendra ; avec --without-reaching"
    " il s'en passe, et le reçu le dit.",
    "Nothing is open here any more. `releve handover` goes on; with --without-reaching"
    " it does without, and the receipt says so.",
)
DONE = Words("Remis. Votre reçu : {}", "Handed over. Your receipt: {}")
START = Words(
    "Ce qui démarre ici est un foyer neuf. S'il ne démarre pas de lui-même :"
    " sudo systemctl start releve ; puis, pour qui arrive : sudo releve setup",
    "What starts here is a new home. If it doesn't by itself: sudo systemctl start"
    " releve; then, for who moves in: sudo releve setup",
)


def preview(
    seen: Seen, data_dir: object, config: object, variables: str, language: Language
) -> Iterator[str]:
    """Say what will be done, in its order, and what no program takes back."""

    def said(sentence: Words, *words: object, **named: object) -> str:
        return sentence.said(language).format(*words, **named)

    yield said(WOULD)
    yield said(PACK, meters=", ".join(seen.meters))
    yield said(RIGHTS, **seen.held)
    yield from (said(COZY, shown(one)) for one in seen.cozys)
    yield from (said(CLOUD, shown(one)) for one in seen.clouds)
    yield from [said(BROKER)] * seen.broker
    yield from [said(INFLUX)] * seen.influxdb
    size = seen.size / 1e6
    yield said(ERASED, files=seen.files, size=size, data_dir=data_dir)
    yield from (said(ALSO, shown(str(one))) for one in seen.elsewhere)
    yield from [said(CONFIG, config)] * (config is not None)
    yield from [said(VARIABLES, variables)] * bool(variables)
    yield said(NEW)
    yield said(REMAINS_HEAD)
    yield from (f"- {one}" for one in remains(language))


def remains(language: Language) -> list[str]:
    """Say what no program takes back."""
    return [one.said(language) for one in REMAINS]


def unreached(why: Mapping[str, str], language: Language) -> Iterator[str]:
    """Say which places didn't answer."""
    for place, word in why.items():
        told = {"place": shown(place), "why": shown(word)}
        yield UNREACHED.said(language).format(**told)
