"""Letters by which a household asks operators for its data, in French: they are.

Articles 15 and 20 of the GDPR in one: a copy of everything, and in a form that a
machine reads what rests on a consent or a contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cli.letter_dates import Due

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
BLANK = "…"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is asked: a name, what a supply point is called, and what they hold of it."""

    name: str
    point: str
    holds: str
    portable: str


OPERATORS: Mapping[str, Operator] = {
    "enedis": Operator(
        "Enedis",
        "point de livraison (PRM, quatorze chiffres)",
        """\
   - les index relevés par le compteur Linky, à toutes les dates conservées, par poste
     tarifaire, et en injection s'il y a lieu ;
   - les consommations quotidiennes et la courbe de charge, au pas le plus fin
     conservé ;
   - les puissances maximales quotidiennes et la puissance souscrite ;
   - les événements du compteur : mises en service, coupures, remplacements,
     changements de réglage ;""",
        "la courbe de charge, que vous n'avez pu collecter qu'avec mon accord",
    ),
    "grdf": Operator(
        "GRDF",
        "point de comptage et d'estimation (PCE)",
        """\
   - les index et les volumes relevés par le compteur Gazpar, à toutes les dates
     conservées ;
   - les consommations quotidiennes et mensuelles, en m³ et en kWh, avec les
     coefficients de conversion appliqués ;
   - les relevés publiés et informatifs, et les événements du compteur ;""",
        "les consommations quotidiennes dont j'ai demandé la mise à disposition",
    ),
    "water": Operator(
        "[votre service de l'eau]",
        "numéro de contrat ou de compteur",
        """\
   - les index relevés ou télérelevés, à toutes les dates conservées ;
   - les consommations au pas le plus fin conservé (heure ou jour) ;
   - les alertes de fuite et de débit, avec leurs dates ;""",
        "les consommations liées à mon contrat ou à la télérelève",
    ),
}
LETTER = """\
{name}
{address}

À l'attention du délégué à la protection des données
{operator}

Le {sent}

Objet : accès à mes données et portabilité (RGPD, articles 15 et 20)
Référence : {point} : {number}

Madame, Monsieur,

Je vous demande, pour la référence ci-dessus :

1. la copie de toutes les données à caractère personnel que vous traitez à mon sujet
   (article 15.3), notamment :
{holds}
2. les finalités de ces traitements, leur fondement, les durées de conservation et la
   source des données que vous ne tenez pas de moi (article 15.1) ;
3. la liste nominative de ceux à qui elles ont été communiquées, avec les dates et ce
   qui l'a permis : fournisseurs, prestataires, tiers que j'aurais autorisés ;
4. l'existence d'une décision automatisée ou d'un profilage, et sa logique.

Pour ce qui repose sur mon consentement ou sur un contrat, dont
{portable},
je demande ces données dans un format structuré, couramment utilisé et lisible par
machine (article 20.1), par exemple CSV ou JSON, avec l'unité, le fuseau horaire et la
qualité (mesurée, estimée, corrigée) de chaque valeur.

Cette demande ne vaut ni retrait d'un consentement, ni demande d'effacement.

Vous disposez d'un mois à compter de sa réception (article 12.3). Reçue le
{arrived}, elle appelle votre réponse au plus tard le {due}.
Si sa complexité exige davantage, il vous revient de me l'écrire avant cette date, avec
vos raisons, et de répondre au plus tard le {longer}. Si vous doutez de mon
identité, dites-moi sans attendre ce qui vous manque (article 12.6).

À défaut, je pourrai saisir la CNIL.

{name}
"""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks; what is left out is left blank, to be filled in by hand."""

    name: str = BLANK
    address: str = BLANK
    number: str = BLANK


def letter(operator: Operator, sender: Sender, due: Due | None = None) -> str:
    """Give a letter, ready to be signed; without a day, its days are left blank."""
    arrived, answer, longer = (
        (BLANK,) * 3
        if due is None
        else (day_of(due.arrived), day_of(due.answer), day_of(due.longer))
    )
    return LETTER.format(
        name=sender.name,
        address=sender.address,
        number=sender.number,
        operator=operator.name,
        point=operator.point,
        holds=operator.holds,
        portable=operator.portable,
        sent=arrived,
        arrived=arrived,
        due=answer,
        longer=longer,
    )


def day_of(day: date) -> str:
    """Write a day as French letters have it."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"
