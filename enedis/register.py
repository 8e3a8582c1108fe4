"""Counters of a Linky by the labels of Enedis: `EAS F1`, `IDX_EAS_D2`, `EAI T`."""

from __future__ import annotations

import re

from enedis.direction import Direction
from enedis.words import folded

LABEL = re.compile(r"(?:idx )?ea([si]) ?(t|f ?\d{1,2}|d ?\d)")


def register(label: object, direction: Direction = Direction.IMPORT) -> str | None:
    """Give `import_tariff01_wh` of `EAS F1`, None of a counter that we don't have.

    EAS is drawn energy and EAI injected, of which a meter has the total only;
    `direction` is what a file's preamble says, for files of producers that write EAS.
    """
    found = LABEL.fullmatch(folded(label))
    if found is None:
        return None
    way, counter = found.groups()
    number = int(counter[1:] or 0)
    if way == "i" or direction is Direction.EXPORT:
        return "export_total_wh" if counter == "t" else None
    if counter == "t":
        return "import_total_wh"
    if counter[0] == "f":
        return f"import_tariff{number:02}_wh" if 1 <= number <= 10 else None
    return f"import_distributor{number:02}_wh" if 1 <= number <= 4 else None
