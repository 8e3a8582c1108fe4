"""Sources as plugins: a package that is installed adds a kind of meter by its name.

    [project.entry-points."releve.sources"]
    linky = "edge.sources.linky:LinkySource"

The class has `from_config(config, clock)`, given its [[meters]] table as a mapping, and
`fluid`, what flows through its meters.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from edge.catalogue import Fluid
from edge.errors import SourceError
from edge.host import Clock
from edge.sources.protocol import Source

GROUP = "releve.sources"
NAMED = {"gazpar": Fluid.GAS, "gas": Fluid.GAS, "water": Fluid.WATER}
"""What flows through kinds whose package is not installed: files may speak of them."""


def kinds() -> dict[str, EntryPoint]:
    """Give the kinds of meter that can be read, by name; nothing is imported yet."""
    return {point.name: point for point in entry_points(group=GROUP)}


def fluid_of(kind: str) -> Fluid:
    """Give what flows through a kind of meter: its class says, else electricity."""
    point = kinds().get(kind)
    if point is None:
        return NAMED.get(kind, Fluid.ELECTRICITY)
    made = point.load()
    return Fluid(getattr(made, "fluid", Fluid.ELECTRICITY))


def build(config: Mapping[str, Any], clock: Clock) -> Source:
    """Make the source of a [[meters]] table; raise SourceError, naming what to mend."""
    kind, known = str(config.get("kind", "linky")), kinds()
    if kind not in known:
        raise SourceError(
            f"meter {config.get('id')!r} is of an unknown kind, {kind!r}",
            hint=f"there are: {', '.join(sorted(known)) or 'none'}",
        )
    try:
        made = known[kind].load().from_config(config, clock)
    except (ImportError, AttributeError) as error:
        raise SourceError(
            f"the source of kind {kind!r} can't be loaded: {error}",
            hint=f"reinstall the package that brings {known[kind].value}",
        ) from error
    except (KeyError, ValueError, TypeError) as error:
        raise SourceError(
            f"meter {config.get('id')!r} can't be set up: {error}",
            hint="`releve check-config` names the key",
        ) from error
    if not isinstance(made, Source):
        raise SourceError(f"{known[kind].value} makes no source of readings")
    return made
