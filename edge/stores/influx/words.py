"""Words of two languages, escaped: line protocol to write, InfluxQL to ask."""

from __future__ import annotations

from typing import TypeAlias

Field: TypeAlias = int | float | str | bool

FIRST_MS, LAST_MS = -9_223_372_036_000, 9_223_372_036_000
"""What InfluxDB can date: its instants are nanoseconds in 64 bits."""


def tag(text: str) -> str:
    """Escape a tag's name or value, or a field's name."""
    return text.replace(",", r"\,").replace("=", r"\=").replace(" ", r"\ ")


def head(measurement: str, **tags: str) -> str:
    """Give what a line begins with; a tag that is empty is left out."""
    told = (f",{name}={tag(value)}" for name, value in sorted(tags.items()) if value)
    return measurement + "".join(told)


def value(content: Field) -> str:
    """Write a field's value: integers stay integers, floats come back to the bit."""
    if isinstance(content, bool):
        return "t" if content else "f"
    if isinstance(content, int):
        return f"{content}i"
    if isinstance(content, float):
        return repr(content)
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def line(start: str, at_ms: int, **fields: Field | None) -> str:
    """Write a point; what is None is left out."""
    told = ",".join(f"{n}={value(v)}" for n, v in fields.items() if v is not None)
    return f"{start} {told} {at_ms}"


def name(text: str) -> str:
    """Write an InfluxQL identifier."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text(content: str) -> str:
    """Write an InfluxQL string."""
    escaped = content.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def within(start_ms: int, end_ms: int) -> str:
    """Write the condition that an instant is in [start, end)."""
    low, high = max(start_ms, FIRST_MS), min(end_ms, LAST_MS)
    return f"time >= {low}ms AND time < {high}ms"


def select(what: str, of: str, *conditions: str, end: str = "") -> str:
    """Write a question: which fields, of which measurements, where, and what follows.

    What is given here is written by the functions above, or by us.
    """
    where = " AND ".join(one for one in conditions if one)
    told = f" WHERE {where}" if where else ""
    return f"SELECT {what} FROM {of}{told}{end}"  # noqa: S608 - escaped above


def delete(measurement: str, *conditions: str) -> str:
    """Write what deletes points of one measurement: InfluxQL takes no more at once."""
    where = " AND ".join(conditions)
    told = f" WHERE {where}" if where else ""
    return f"DELETE FROM {name(measurement)}{told}"  # noqa: S608 - escaped above


def drop(measurement: str) -> str:
    """Write what forgets a measurement, its series' names too."""
    return f"DROP MEASUREMENT {name(measurement)}"


def is_(label: str, content: str) -> str:
    """Write the condition that a tag has a value."""
    return f"{name(label)} = {text(content)}"


def exists(label: str) -> str:
    """Write the condition that an integer field is there."""
    return f"{name(label)} >= -9223372036854775807"


def fields(*names: str) -> str:
    """Write a list of fields."""
    return ", ".join(name(one) for one in names)


def group(*tags: str) -> str:
    """Write that series stay apart by these tags."""
    return f" GROUP BY {fields(*tags)}"
