"""A portal's answers handed to the process apart that reads files, and what it says.

This side has the network and a secret, and looks at no answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from collectors import packed
from collectors.carried import Carried
from collectors.collector import Answered, Collector
from collectors.errors import NotCollected, Reason
from exports.errors import FileRefused
from exports.reading.apart import Apart
from exports.reading.ask import Ask, Reader

MOST_ANSWERS = 500
"""Three years of a load curve by weeks are 157."""
MOST_BYTES = 6 << 20
"""Of one attempt: three years of half-hours are 4."""
REFUSALS = {
    "web-page": Reason.MAINTENANCE,
    "truncated": Reason.TRUNCATED,
    "several-meters": Reason.WHICH_METER,
}


def gathered(
    given: Iterable[Answered],
) -> tuple[list[Answered], NotCollected | None]:
    """Give a portal's answers, and why not all came; raise NotCollected on none."""
    found: list[Answered] = []
    size = 0
    try:
        for one in given:
            size += len(one.data)
            if size > MOST_BYTES or len(found) == MOST_ANSWERS:
                raise NotCollected(Reason.CHANGED, "size")  # noqa: TRY301 - as of one
            found.append(one)
    except NotCollected as error:
        if not found:
            raise
        return found, error
    return found, None


def read(
    made: Collector,
    given: list[Answered],
    excuse: NotCollected | None,
    zone: str,
    reader: Reader | None = None,
) -> Carried:
    """Have answers read apart, and let go of them; raise NotCollected."""
    if not given:
        return Carried(made.fluid, None, [], 0, excuse)
    modules = dict.fromkeys(name.partition(":")[0] for name in made.formats)
    plan = packed.plan(made.formats, given)
    ask = Ask((packed.__name__, *modules), zone, made.kind, plan)
    data = packed.pack(given)
    given.clear()
    try:
        export = (reader or Apart())(data, ask).export
    except FileRefused as error:
        if error.reason not in packed.NOTHING:
            raise _not_collected(error.reason) from error
        return Carried(made.fluid, None, [], 0, excuse)
    for fact in export.facts:
        excuse = excuse or _not_collected(str(fact.get("reason")))
    return Carried.of(made.fluid, export, excuse)


def _not_collected(reason: str) -> NotCollected:
    return NotCollected(REFUSALS.get(reason, Reason.CHANGED), reason)
