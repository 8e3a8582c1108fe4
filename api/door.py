"""The one door through which rows leave; consent will stand here.

Every reading that the API shows passes `allowed` (registers, latest) or
`allowed_live` (the stream) first, with the grant of the credential that asks. Today
there is one grant, the owner's, which sees everything. `edge/consent`'s
`allowed(grant, query)` goes into these two functions and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from api.query import Query
from edge.catalogue import Register
from edge.event import Event
from edge.sample import Sample


@dataclass(frozen=True, slots=True)
class Grant:
    """Who asks, as the door knows them."""

    credential: str


OWNER = Grant("owner")

Narrow: TypeAlias = Callable[[Register], bool]


def allowed(grant: Grant, query: Query) -> Query:
    """Give the part of a question that a grant may have answered."""
    del grant  # the owner sees everything
    return query


def allowed_facts(grant: Grant) -> bool:
    """Tell whether a grant may see contracts, and which meter was fitted when."""
    return grant == OWNER


def allowed_imports(grant: Grant) -> bool:
    """Tell whether a grant may bring files in, see which, and take them back."""
    return grant == OWNER


def allowed_readings(grant: Grant) -> bool:
    """Tell whether a grant may send readings in."""
    return grant == OWNER


def allowed_live(grant: Grant, item: Sample | Event) -> bool:
    """Tell whether a grant may see what is live."""
    del grant, item  # the owner sees everything
    return True
