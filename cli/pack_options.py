"""The options by which a pack is asked for: to a file, or to another Relevé."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Profile(StrEnum):
    """For whom a pack is."""

    HOME = "home"
    EXTRACT = "extract"


class Step(StrEnum):
    """How fine an extract is."""

    HALF_HOUR = "30min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Kind(StrEnum):
    """What an extract holds."""

    ENERGY = "energy"
    BY_TARIFF = "energy_by_tariff"
    MAX_POWER = "max_power"


Profiled = Annotated[
    Profile | None,
    typer.Option(help="home: all, sealed. extract: what --granularity and so say."),
]
HowFine = Annotated[
    Step | None, typer.Option(help="Of an extract: how fine, a day if not said.")
]
Since = Annotated[
    str | None, typer.Option("--from", help="A date; a year ago if left out.")
]
Until = Annotated[
    str | None, typer.Option("--to", help="A date, not included; today if not.")
]
Meters = Annotated[
    list[str] | None, typer.Option(help="Of which meter; again for more; all.")
]
Kinds = Annotated[
    list[Kind] | None,
    typer.Option("--class", help="What of it; again for more; energy if not said."),
]
Recipient = Annotated[str | None, typer.Option("--for", help="Who gets the extract.")]
Contact = Annotated[
    str | None, typer.Option(help="Where they are reached, for a letter.")
]
Purpose = Annotated[str | None, typer.Option(help="What for, in your words.")]
