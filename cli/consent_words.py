"""What `releve services`, `consents` and `writers` say, in French and English."""

from __future__ import annotations

from collections.abc import Sequence

from cli.language import Language, Words, spoken
from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.records import Declared
from edge.consent.terms import LIVE_ALONE, Channel, Grain, Terms
from edge.consent.trail import EXPIRED, GIVEN, REFUSED, RENEWED, WITHDRAWN

FLUIDS = {
    Fluid.ELECTRICITY: Words("électricité", "electricity"),
    Fluid.GAS: Words("gaz", "gas"),
    Fluid.WATER: Words("eau", "water"),
}
CLASSES = {
    ConsentClass.ENERGY: Words("quantités consommées ou produites", "amounts used"),
    ConsentClass.ENERGY_BY_TARIFF: Words(
        "quantités par période tarifaire", "amounts by tariff"
    ),
    ConsentClass.MAX_POWER: Words("puissance maximale", "largest power"),
    ConsentClass.LIVE_POWER: Words("puissance instantanée", "power at each moment"),
    ConsentClass.CONTRACT: Words("contrat et tarif", "contract and tariff"),
    ConsentClass.EVENT: Words("événements (dépassement, fuite…)", "events (a leak…)"),
    ConsentClass.ADVICE: Words("conseils tirés des mesures", "advice from readings"),
}
GRAINS = {
    Grain.LIVE: Words("en direct, à la seconde", "live, each second"),
    Grain.MIN30: Words("par demi-heure", "each half-hour"),
    Grain.HOUR: Words("par heure", "each hour"),
    Grain.DAY: Words("par jour", "each day"),
    Grain.MONTH: Words("par mois", "each month"),
}
PRESENCE = (Grain.LIVE, Grain.MIN30, Grain.HOUR)
"""Grains at which it shows when somebody is at home."""
CHANNELS = {
    Channel.REST: Words("à la demande (HTTP)", "when asked (HTTP)"),
    Channel.SSE: Words("en continu (HTTP)", "as a stream (HTTP)"),
    Channel.MQTT: Words("par MQTT", "by MQTT"),
    Channel.CLOUD: Words("vers votre nuage", "to your cloud"),
    Channel.EXTRACT: Words("dans un fichier, une fois", "in a file, once"),
}
STATES = {
    GIVEN: Words("accordé", "given"),
    RENEWED: Words("accordé à nouveau", "given anew"),
    WITHDRAWN: Words("retiré", "withdrawn"),
    EXPIRED: Words("arrivé à son terme", "ran out"),
    REFUSED: Words("refusé", "refused"),
}
UNITS = {
    "Y": (Words("an", "year"), Words("ans", "years")),
    "M": (Words("mois", "month"), Words("mois", "months")),
    "D": (Words("jour", "day"), Words("jours", "days")),
}
AND = Words(" et ", " and ")

NO_SERVICE = Words(
    "Aucun service ne lit vos données.", "No service reads your readings."
)
NO_CONSENT = Words("Aucun consentement.", "No consent.")
NO_READS = Words("Aucun service n'a rien lu.", "No service has read anything.")
NO_WRITER = Words(
    "Aucun boîtier ni passerelle n'envoie de relevés.",
    "No node or gateway sends readings.",
)
UNTIL = Words("jusqu'au {}", "until {}")
PAUSED = Words("en pause", "paused")
PAUSED_RESTORED = Words(
    "en pause : la sauvegarde qui est restaurée ne sait pas ce que vous avez décidé"
    " depuis",
    "paused: the backup that was restored doesn't know what you decided since",
)
HELD = Words("attend votre accord : releve writers confirm", "releve writers confirm")
CONFIRMED = Words("Entendu à nouveau : {}.", "Heard again: {}.")
NOTHING = Words("plus rien", "nothing any more")
DECLARED = Words("{} — déclaré, non vérifié :", "{} — declared, not verified:")
RESPONSIBLE = Words("Responsable : {}", "Answers for it: {}")
CONTACT = Words("Contact : {}", "Contact: {}")
LEAVES = Words("Les données quittent la maison, pour : {}", "Data leaves home, to: {}")
STAYS = Words("Les données restent à la maison", "Data stays at home")
KEPT = Words("Gardées : {}", "Kept for: {}")
OUTSIDE = Words(
    "Transférées hors de l'Union européenne", "Transferred outside the European Union"
)
FROM_PAGE = Words("Lit aussi depuis la page web {}", "Reads from the web page {} too")
YOURSELF = Words("vous-même", "yourself")
READS_COLUMNS = (
    Words("jour", "day"),
    Words("qui", "who"),
    Words("quoi", "what"),
    Words("période", "period"),
    Words("valeurs", "values"),
)
ID, SERVICE = Words("id", "id"), Words("service", "service")
WHAT, TERM = Words("quoi", "what"), Words("terme", "until")
NAME, METER = Words("nom", "name"), Words("compteur", "meter")
SERVICES_COLUMNS = (ID, SERVICE, Words("lit", "reads"))
CONSENTS_COLUMNS = (ID, SERVICE, WHAT, TERM)
WRITERS_COLUMNS = (ID, NAME, METER, Words("depuis", "since"), Words("", ""))
OVER = Words("fini le {}", "ended on {}")
ASKS = Words("Ce service demande à lire chez vous.", "This service asks to read here.")
KNOWN_ALREADY = Words(
    "  Il lit déjà chez vous, sous le nom {}.", "  It reads here already, as {}."
)
PURPOSE = Words("  Pour : {}", "  For: {}")
LENGTHS = Words(
    "  Le passé sur {}, et l'avenir pendant {}", "  {} of the past, and {} to come"
)
NO = Words("non", "no")
NO_SUCH_METER = Words(
    "  Aucun compteur d'ici n'en mesure : rien à accorder.",
    "  No meter here counts any: nothing to grant.",
)
SAID_HOME = Words(
    "« {} » a déclaré ne rien faire sortir de la maison : cette lettre ne sert que si"
    " vous en doutez.",
    "“{}” declared that nothing leaves the home: this letter is of use only if you"
    " doubt it.",
)
TOKEN_ONCE = Words(
    "« {} » ({}) peut lire. Son jeton ne sera plus jamais affiché :",
    "“{}” ({}) may read. Its token is never shown again:",
)
WRITER_ONCE = Words(
    "« {} » ({}) peut envoyer les relevés de {}. Son jeton ne sera plus jamais"
    " affiché :",
    "“{}” ({}) may send readings of {}. Its token is never shown again:",
)
REMOVED = Words(
    "Retiré : « {} » ne lit plus rien.", "Removed: “{}” reads nothing any more."
)
WRITER_REMOVED = Words(
    "Retiré : « {} » n'est plus entendu.", "Removed: “{}” is heard no more."
)
DID_PAUSE = Words(
    "En pause : rien ne sort ; ce qui tombe dans la pause ne sera jamais transmis.",
    "Paused: nothing goes out; what falls into the pause is never told.",
)
DID_RESUME = Words("La pause est finie.", "The pause is over.")
WITHDREW = Words("Retiré : {}.", "Withdrawn: {}.")
ONCE_SENT = Words(
    "Plus aucun envoi ne commence ; ce qui est en route ou déjà envoyé ne peut pas être"
    " rappelé.",
    "No message starts any more; what is on its way or was sent can't be called back.",
)
ENDED_ALREADY = Words(
    "Rien à retirer : c'était déjà fini.", "Nothing to withdraw: it had ended."
)
LETTER_READY = Words(
    "Des données avaient quitté la maison. Une lettre est prête :"
    " releve consents letter {}",
    "Data had left the home. A letter is ready: releve consents letter {}",
)
NARROWED = Words(
    "Restreint : {} le remplace par {}.", "Narrowed: {} puts {} in its place."
)
REFUSED_FOR = Words(
    "Refusé. Ce service ne peut plus demander avant 30 jours.",
    "Refused. This service may not ask again for 30 days.",
)
GRANTED = Words("Accordé à {} : {}.", "Granted to {}: {}.")
LEFT_WAITING = Words(
    "Rien n'est accordé. La demande attend encore ; pour la refuser :"
    " releve consents refuse {}",
    "Nothing is granted. The request waits still; to refuse it:"
    " releve consents refuse {}",
)
ASK = Words(
    "  L'accorder ? oui, non, ou moins fin ({})", "  Grant it? yes, no, or coarser ({})"
)
ASK_PLAIN = Words("  L'accorder ? oui ou non", "  Grant it? yes or no")
ASK_METERS = Words("  De quels compteurs ({})", "  Of which meters ({})")
LIVE_OUT = Words(
    "Ce service déclare que des données quittent la maison, et verrait votre puissance"
    " à la seconde : on y lit quand vous êtes là et ce que vous faites. Vraiment ?",
    "This service declares that data leaves the home, and would see your power each"
    " second, which tells when you are there and what you do. Really?",
)
WOULD_SEE = Words("  Ce qu'il verrait de {} :", "  What it would see of {}:")
NOTHING_YET = Words("    rien encore", "    nothing yet")
NO_FIGURES = Words(
    "  (Vos propres chiffres ne peuvent pas être montrés ici : l'API ne répond pas.)",
    "  (Your own figures can't be shown here: the API doesn't answer.)",
)
SHOWS_PRESENCE = Words(
    "  Si fin, on voit quand quelqu'un est à la maison.",
    "  So fine, it shows when somebody is at home.",
)
CHAIN = Words(
    "Le registre est intact : {} actes, aucun changé ni retiré. Empreinte : {}",
    "The ledger is whole: {} acts, none changed or taken away. Head: {}",
)
RIGHT = Words(
    "Le reçu dit ce que disait le registre, alors de {} actes.",
    "The receipt says what the ledger said, of {} acts then.",
)
SINCE = Words("Depuis : {} le {}.", "Since then: {} on {}.")
STILL = Words("Rien n'a changé depuis.", "Nothing has changed since.")


def headings(columns: Sequence[Words]) -> tuple[str, ...]:
    """Give a table's first line."""
    return tuple(one.said(spoken()) for one in columns)


def what(terms: Terms, language: Language) -> str:
    """Say a grant's what and how fine: "electricity, amounts used, each day"."""
    return ", ".join(
        words.said(language)
        for words in (
            FLUIDS[terms.fluid],
            CLASSES[terms.consent_class],
            GRAINS[terms.grain],
        )
    )


def coarser(terms: Terms) -> list[str]:
    """Give the grains less fine than what is asked."""
    if terms.consent_class in LIVE_ALONE:
        return []
    return [one.value for one in Grain if one.rank > terms.grain.rank]


def length(period: Period, language: Language) -> str:
    """Say a period: "1 an et 6 mois"."""
    years, months = divmod(period.months, 12)
    parts = [
        f"{count} {UNITS[unit][count > 1].said(language)}"
        for count, unit in ((years, "Y"), (months, "M"), (period.days, "D"))
        if count
    ]
    return AND.said(language).join(parts)


def declared_lines(declared: Declared, language: Language) -> list[str]:
    """Give what a service says of itself, a line each, to be marked as declared."""
    lines = [
        RESPONSIBLE.said(language).format(declared.controller),
        CONTACT.said(language).format(declared.contact),
        LEAVES.said(language).format(declared.recipients)
        if declared.leaves_home
        else STAYS.said(language),
    ]
    if declared.retention:
        kept = length(Period.parse(declared.retention), language)
        lines.append(KEPT.said(language).format(kept))
    if declared.outside_eu:
        lines.append(OUTSIDE.said(language))
    if declared.origin:
        lines.append(FROM_PAGE.said(language).format(declared.origin))
    return lines
