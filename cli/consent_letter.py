"""A letter to who was withdrawn a consent: erase what has already left (GDPR art. 17).

Ready to be sent to the contact that the service declared; nothing of it is verified,
and the letter says what was read here, when, by which way.
"""

from __future__ import annotations

from collections.abc import Sequence

from cli import consent_words as words
from cli.display import shown
from cli.language import Language, Words
from edge.config import Config
from edge.consent.read_journal import Line
from edge.consent.records import Consent, Declared
from edge.sample import utc

HEAD = Words(
    """À : {controller}
Contact déclaré : {contact}
Le {today}

Objet : effacement de mes données de compteurs (RGPD, article 17)

Madame, Monsieur,

Le {given}, j'ai autorisé votre service « {name} » à lire : {what}
(compteurs : {meters}), pour la finalité « {purpose} ».
J'ai retiré ce consentement le {ended} (RGPD, article 7.3).

Mon registre montre que votre service a reçu :
""",
    """To: {controller}
Declared contact: {contact}
{today}

Subject: erasure of my meter data (GDPR, article 17)

Dear Sir or Madam,

On {given} I let your service “{name}” read: {what}
(meters: {meters}), for the purpose “{purpose}”.
I withdrew this consent on {ended} (GDPR, article 7(3)).

My record shows that your service received:
""",
)
LINE = Words(
    "- le {day}, {way} : {meter}, {rows} valeurs, pour la période du {start} au {end}",
    "- on {day}, {way}: {meter}, {rows} values, of the time from {start} to {end}",
)
TAIL = Words(
    """
Vous aviez déclaré : {declared}.

Le traitement n'ayant plus de fondement, je vous demande d'effacer ces données et tout
ce qui en a été tiré sans être anonyme, dans les meilleurs délais (article 17.1.b),
d'en informer chacun de ceux à qui vous les avez transmises (article 19), et de me le
confirmer, avec la liste de ces destinataires, dans le mois (article 12.3).

À défaut, je pourrai saisir la CNIL (www.cnil.fr).

Référence de ce consentement : {consent}
Reçu : releve consents receipt {consent}

(nom, signature)
""",
    """
You had declared: {declared}.

As the processing has no ground any more, I ask you to erase this data and whatever was
derived from it and isn't anonymous, without undue delay (article 17(1)(b)), to tell
each of those whom you passed it on to (article 19), and to confirm it to me, with the
list of these recipients, within a month (article 12(3)).

Else I may lodge a complaint with the CNIL (www.cnil.fr), or with the authority of my
country.

Reference of this consent: {consent}
Receipt: releve consents receipt {consent}

(name, signature)
""",
)


def of_consent(lines: Sequence[Line], consent: Consent, config: Config) -> list[Line]:
    """Give what was read under a consent, as far as the read journal goes back."""
    first = _day(config, consent.given_ms)
    last = None if consent.ended_ms is None else _day(config, consent.ended_ms)
    return [
        one
        for one in lines
        if one.service == consent.service
        and one.meter in consent.meters
        and one.consent_class == consent.terms.consent_class
        and first <= one.day
        and (last is None or one.day <= last)
    ]


def written(  # noqa: PLR0913 - all that a letter says
    consent: Consent,
    declared: Declared,
    lines: Sequence[Line],
    language: Language,
    config: Config,
    now_ms: int,
) -> str:
    """Write the letter on a consent that has ended."""
    ended_ms = now_ms if consent.ended_ms is None else consent.ended_ms
    head = HEAD.said(language).format(
        controller=shown(declared.controller),
        contact=shown(declared.contact),
        today=_day(config, now_ms),
        given=_day(config, consent.given_ms),
        ended=_day(config, ended_ms),
        name=shown(declared.name),
        what=words.what(consent.terms, language),
        meters=", ".join(sorted(consent.meters)),
        purpose=shown(consent.terms.purpose),
    )
    received = "\n".join(_received(one, language, config) for one in lines)
    said = "; ".join(words.declared_lines(declared, language)[2:])
    tail = TAIL.said(language).format(declared=shown(said), consent=consent.id)
    return f"{head}{received}\n{tail}"


def _received(line: Line, language: Language, config: Config) -> str:
    way = {one.value: said.said(language) for one, said in words.CHANNELS.items()}
    return LINE.said(language).format(
        day=line.day,
        way=way.get(line.channel, line.channel),
        meter=line.meter,
        rows=line.rows,
        start=_day(config, line.start_ms),
        end=_day(config, max(line.start_ms, line.end_ms - 1)),
    )


def _day(config: Config, at_ms: int) -> str:
    return f"{utc(at_ms).astimezone(config.zone):%Y-%m-%d}"
