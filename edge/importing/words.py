"""Why something of a file was refused, as a household reads it in French.

In English the detail says it, which names values besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from exports.said import Refused

FRENCH: Mapping[str, str] = {
    # the file
    "empty": "le fichier est vide ; téléchargez-le de nouveau",
    "too-large": "le fichier est trop gros ; séparez-le, par années par exemple",
    "unreadable": "le fichier ne peut pas être lu",
    "not-a-file": "ce n'est pas un fichier ordinaire",
    "still-growing": "le fichier change encore ; attendez qu'il soit entier",
    "web-page": (
        "c'est une page web et non le fichier : le site était en maintenance ou la"
        " session avait expiré ; téléchargez-le de nouveau plus tard"
    ),
    "not-text": "ce n'est ni un texte, ni un tableau que l'on sache lire",
    "old-workbook": (
        "c'est un classeur d'un ancien Excel (.xls) ; enregistrez-le en .xlsx, ou"
        " téléchargez le CSV"
    ),
    "not-json": "ce n'est pas du JSON",
    "packed": "c'est un ZIP ; ouvrez-le et importez les fichiers qu'il contient",
    "unsafe-xml": "ce XML déclare un DOCTYPE ou s'emboîte trop : c'est une attaque",
    "unsafe-archive": (
        "ce classeur est un ZIP piégé : chemins qui en sortent, liens, parties qui se"
        " chevauchent ou qui gonflent sans mesure ; téléchargez-le de nouveau"
    ),
    "encrypted": "le fichier est protégé par un mot de passe ; enregistrez-le sans",
    "no-such-part": "il manque une partie du fichier ; téléchargez-le de nouveau",
    "too-deep": "ce JSON s'emboîte sans fin : c'est une attaque",
    "said-twice": "ce JSON dit deux fois la même chose : laquelle croire ?",
    "too-slow": "la lecture du fichier prend trop de temps ; séparez-le, par années",
    "too-many-refused": "plus de 10 000 de ses lignes sont impossibles",
    "truncated": "le fichier est abîmé ou s'interrompt ; téléchargez-le de nouveau",
    "unknown-format": (
        "ce n'est aucun fichier connu d'Enedis, de GRDF, d'un service des eaux, ni de"
        " Relevé ; `--mapping` lit tout CSV dont vous nommez les colonnes"
    ),
    "no-readings": "le fichier ne contient aucun relevé",
    "portal-error": "le site a répondu par une erreur à la place des relevés",
    "mangled-identifier": (
        "un tableur a abîmé le numéro du compteur (2,3E+13) ; importez le fichier tel"
        " que téléchargé, sans l'avoir enregistré depuis un tableur"
    ),
    "mangled-number": (
        "un tableur a abîmé les nombres du fichier ; importez-le tel que téléchargé"
    ),
    "several-meters": "le fichier contient plusieurs compteurs ; séparez-les",
    "unknown-unit": "l'unité du fichier n'est pas connue",
    "ambiguous-unit": "l'unité du fichier n'est pas claire",
    "other-unit": "l'unité n'est pas celle qui était attendue",
    "not-daily": "ce fichier n'est pas au pas journalier",
    "live-message": "c'est un message en direct et non un fichier de relevés",
    "no-dates": "le fichier ne contient pas de dates",
    "raw-export": "ce sont des valeurs brutes ; exportez un pas de 30 min ou plus",
    "unknown-quantity": "cette grandeur n'a pas de registre chez Relevé",
    "wrong-mapping": "la description des colonnes (--mapping) ne convient pas",
    "which-register": "le fichier ne dit pas de quel registre il s'agit : --register",
    "other-register": "le fichier dit lui-même de quel registre il s'agit",
    # the meter
    "which-meter": (
        "le logement a plusieurs compteurs de ce fluide et le fichier ne dit pas"
        " lequel : nommez-le par --meter"
    ),
    "other-meter": (
        "le fichier porte le numéro d'un autre compteur ; s'il est bien du vôtre,"
        " nommez-le par --meter"
    ),
    "no-such-meter": "aucun compteur configuré ne compte ce fluide",
    "unknown-meter": "aucun compteur ne porte ce nom",
    "wrong-fluid": "ce compteur compte un autre fluide que le fichier",
    "no-such-import": "cet import n'existe pas, ou il a déjà été annulé",
    # a row
    "not-a-number": "ce n'est pas un nombre",
    "not-a-time": "ce n'est ni une date, ni une heure",
    "not-a-date": "ce n'est pas une date",
    "no-such-time": "cette heure n'existe pas : passage à l'heure d'été",
    "no-time": "il manque l'heure",
    "months-in-doubt": "on ne sait si les mois y vont de 0 à 11 ou de 1 à 12",
    "other-medium": "ce n'est ni de l'eau, ni du gaz",
    "index-begins-anew": "l'index repart de zéro : compteur changé",
    "not-a-row": "la ligne n'a pas la forme attendue",
    "says-too-much": "une ligne ne dit pas elle-même d'où elle vient ni sa qualité",
    "short-row": "la ligne a trop peu de colonnes",
    "not-a-reading": "la ligne n'est pas un relevé",
    "not-a-period": "ce n'est pas une période",
    "no-period": "la période est vide ou finit avant de commencer",
    "start-after-end": "la période finit avant de commencer",
    "odd-interval": "la durée ne convient pas",
    "unknown-step": "le pas de temps ne peut être déterminé",
    "part-missing": "une partie de la période manque",
    "one-index": "un seul index ne dit pas de consommation",
    "no-consumption": "la ligne ne donne pas de consommation",
    "no-total": "la ligne ne donne pas de total",
    "no-id": "il manque l'identifiant",
    "no-pulse-weight": "le poids d'une impulsion n'est pas connu",
    "header": "l'en-tête n'est pas celui attendu",
    "duplicate": "la même période figure déjà plus haut",
    "two-values": "une autre valeur figure pour la même période",
    "negative": "une consommation ne peut être négative",
    "negative-index": "un index ne peut être négatif",
    "negative-total": "un total ne peut être négatif",
    "index-falls": "l'index recule : relève manquée ou compteur changé",
    "compensates": "elle compense une relève manquée : ce n'est pas une consommation",
    "bad-coefficient": "le coefficient de conversion est impossible",
    "too-much": "c'est plus qu'il ne peut passer par le compteur d'un logement",
    "no-such-index": "l'index est plus grand que ce qu'un compteur affiche",
    "in-the-future": "la date est dans l'avenir",
    "too-old": "la date est antérieure à l'an 2000",
    "erased": "des lignes parlent d'un temps que vous avez fait effacer",
}
"""By reason."""

TITLES: Mapping[str, str] = {
    "releve-csv": "Relevé, lignes en CSV",
    "releve-json": "Relevé, une page de lignes en JSON",
    "enedis-sge-flow": "Enedis SGE, flux R63 ou R64 (CSV)",
    "enedis-daily-index": "Enedis, index quotidiens",
    "enedis-load-curve": "Enedis, courbe de charge ou puissances maximales",
    "enedis-intervals": "Enedis, pas avec début et fin",
    "enedis-daily-energy": "Enedis, consommation quotidienne",
    "enedis-sge-flow-json": "Enedis SGE, flux R63 à R66 (JSON)",
    "enedis-sge-soap": "Enedis SGE, réponse de consulterMesures",
}
"""French titles of formats whose title is an English one, by name."""
MAPPED = "csv-"
PLACES: Mapping[str, str] = {
    "line": "ligne",
    "row": "ligne",
    "reading": "relevé",
    "object": "objet",
    "sheet": "feuille",
    "answer": "réponse",
    "header": "en-tête",
}
PLACE = re.compile(rf"\b({'|'.join(PLACES)})\b")


def said(one: Refused, language: str) -> str:
    """Give why, in one language; a reason without French is said in English."""
    if language == "en" or one.reason not in FRENCH:
        return one.detail
    return FRENCH[one.reason]


def place(where: str, language: str) -> str:
    """Give where in the file, in one language."""
    if language == "en":
        return where
    if where == "file":
        return "fichier"
    return PLACE.sub(lambda found: PLACES[found[1]], where)


def title(name: str | None, given: str | None, language: str) -> str:
    """Give what a format is called, in one language; `given` is its own title."""
    if language == "fr" and name is not None:
        if name.startswith(MAPPED):
            return "un tableau, selon votre description"
        return TITLES.get(name, given or name)
    return given or name or ""
