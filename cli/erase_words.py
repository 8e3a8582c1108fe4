"""What `releve erase` says, in French and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cli.language import Language, Words
from edge.journal.erased import Erased

WORD = Words("effacer", "erase")
ASK = Words(
    "C'est définitif. Pour le faire, tapez « effacer »",
    "There is no way back. To go on, type “erase”",
)
NOT_DONE = Words("Rien n'est effacé.", "Nothing is erased.")
ERASING = Words("effacement", "erasing")
WOULD = Words("Ceci sera effacé :", "This will be erased:")
PLACES: Mapping[str, Words] = {
    "copies": Words(
        "sauvegardes, bases mises de côté, fichiers déposés : {} fichiers entiers",
        "backups, databases set aside, dropped files: {} files, whole",
    ),
    "readings": Words(
        "le journal et la base : {} enregistrements et lignes",
        "the journal and the store: {} records and rows",
    ),
    "services": Words(
        "ce que des services ont reçu ou attendent : {} lignes",
        "what services were told or are owed: {} rows",
    ),
    "cozy": Words(
        "votre Cozy : {} documents de Relevé", "your Cozy: {} documents of Relevé's"
    ),
    "influxdb": Words("InfluxDB : {} points", "InfluxDB: {} points"),
    "broker": Words(
        "le serveur MQTT : {} messages gardés", "the MQTT broker: {} messages kept"
    ),
}
GONE = Words("Effacé partout chez vous.", "Erased everywhere at your home.")
WAITS = Words("N'a pas encore pu être effacé : {}", "Could not be erased yet: {}")
AGAIN = Words(
    "C'est noté et sera refait jusqu'à ce que ce soit effacé.",
    "It is noted, and done again until it is erased.",
)
REMAINS = Words(
    "Ce qui reste : les index juste avant et juste après, dont la différence est le"
    " total effacé ; les totaux des jours, mois et années qui dépassent la période ;"
    " la plus forte puissance du jour, qu'un Linky redit jusqu'au lendemain ;"
    " les copies que d'autres ont prises ; les sauvegardes rangées ailleurs ; et, tant"
    " que la carte mémoire ne les a pas réécrites, ses cellules.",
    "What remains: the indexes just before and just after, whose difference is the"
    " total that was erased; totals of days, months and years that go beyond the"
    " period; a day's highest power, which a Linky tells until the next day is over;"
    " copies that others took; backups kept elsewhere; and, until the memory"
    " card writes over them, its cells.",
)


def preview(places: Mapping[str, int | str], language: Language) -> Iterator[str]:
    """Say what would go, and what would remain."""
    yield WOULD.said(language)
    for name, count in places.items():
        yield f"  {_place(name, count, language)}"
    yield REMAINS.said(language)


def _place(name: str, count: int | str, language: Language) -> str:
    return PLACES[name].said(language).format(count)


def done(stones: Sequence[Erased], language: Language) -> Iterator[str]:
    """Say what is gone, and what must still be reached."""
    if all(one.finished_ms is not None for one in stones):
        yield GONE.said(language)
        return
    why = dict.fromkeys(w for s in stones for w in s.places.values() if type(w) is str)
    for word in why:
        yield WAITS.said(language).format(word)
    yield AGAIN.said(language)
