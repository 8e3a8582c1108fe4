"""Files that meters' operators let a household download, as bounded rows with places.

The ground that gazpar/, water/ and enedis/ share: it opens no file and asks no clock.
"""

from exports.civil import Civil
from exports.differences import Index, differences
from exports.document import Document, Json, Table
from exports.errors import ExportError, FileRefused, RowRefused
from exports.format import Format, recognise
from exports.number import scaled
from exports.said import Absence, Amount, Export, Nature, Refused

__all__ = [
    "Absence",
    "Amount",
    "Civil",
    "Document",
    "Export",
    "ExportError",
    "FileRefused",
    "Format",
    "Index",
    "Json",
    "Nature",
    "Refused",
    "RowRefused",
    "Table",
    "differences",
    "recognise",
    "scaled",
]
