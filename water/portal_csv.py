"""Daily CSVs and workbooks of Grand Lyon, Veolia and Suez, told by their columns.

Grand Lyon until 2018, and eau-services.com: `date;consommation(litre)`, no index. A day
that is missing is unknown, not zero; a failed reading stands twice, as a fall and as
the leap back.

`historique_jours_litres.csv` of Île-de-France: `Date de relevé;Index relevé (litres);
Consommation du jour (litres);Index Mesuré/Estimé`, M/E or Mesuré/Estimé, or since 2026
`Date;Index;Consommation;Methode`. eau.veolia.fr: `Date de relevé,Consommation,Index
relevé,Index mesuré/estimé,Écoulement`. Suez: a date, an index and a volume in m³.

The amount belongs to the civil day that its row is dated, whatever hour stands beside
it: in the files met, consumption(d) = index(d+1) - index(d), so the index is of the
day's start. On estimated rows the index repeats the last one read and the amount is an
average: the amount is taken as it stands, estimated, and never differenced. An index is
given where the file's own rows show when it was read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from exports import Document, Export, Format
from water.columns import Columns, columns_of, daily_columns
from water.judged import export
from water.tables import rows_of


def _is_idf(columns: Columns) -> bool:
    return (
        columns.quality is not None
        and columns.index is not None
        and columns.date < columns.index < columns.volume
    )


def _is_national(columns: Columns) -> bool:
    return (
        columns.quality is not None
        and columns.index is not None
        and columns.volume < columns.index
    )


def _is_suez(columns: Columns) -> bool:
    return columns.quality is None and columns.index is not None


def _is_two_columns(columns: Columns) -> bool:
    said = columns.volume_unit_l is not None  # else it could be of anything
    return columns.quality is None and columns.index is None and said


def _read(name: str, document: Document, zone: ZoneInfo) -> Export:
    rows, refused = rows_of(document, daily_columns(document), zone)
    return export(name, rows, refused)


def _format(name: str, title: str, fits: Callable[[Columns], bool]) -> Format:
    def recognises(document: Document) -> bool:
        columns = columns_of(document)
        return columns is not None and fits(columns)

    return Format(name, title, recognises, partial(_read, name))


GRAND_LYON_CSV = _format(
    "grand_lyon_csv", "Grand Lyon, eau-services.com : CSV journalier", _is_two_columns
)
VEOLIA_IDF_CSV = _format(
    "veolia_idf_csv", "Veolia Île-de-France : historique_jours_litres.csv", _is_idf
)
VEOLIA_CSV = _format("veolia_csv", "eau.veolia.fr : export journalier", _is_national)
SUEZ_CSV = _format("suez_csv", "Suez, Tout sur mon eau : CSV journalier", _is_suez)
