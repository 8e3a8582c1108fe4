"""The health report as Prometheus text: the same numbers, no identifier of the home."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edge.health import HealthReport

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(report: HealthReport) -> str:
    """Give the exposition format (version 0.0.4)."""
    lines: list[str] = []
    for name, kind, help_text, samples in _families(report):
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{{{_labels(labels)}}} {value}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(
    report: HealthReport,
) -> Iterator[tuple[str, str, str, Iterable[tuple[dict[str, str], str]]]]:
    parts = report.parts
    yield (
        "releve_part_ok",
        "gauge",
        "1 when the part is well.",
        [({"part": part.name}, str(int(part.ok))) for part in parts],
    )
    yield (
        "releve_part_total",
        "counter",
        "What a part has done since the service started.",
        [
            ({"part": part.name, "what": what}, str(count))
            for part in parts
            for what, count in sorted(part.counters.items())
        ],
    )
    yield (
        "releve_refused_total",
        "counter",
        "What a part has refused, by reason.",
        [
            ({"part": part.name, "reason": reason}, str(count))
            for part in parts
            for reason, count in sorted(part.refused.items())
        ],
    )
    yield (
        "releve_part",
        "gauge",
        "How much a part holds at this moment.",
        [
            ({"part": part.name, "what": what}, str(count))
            for part in parts
            for what, count in sorted(part.gauges.items())
        ],
    )
    yield (
        "releve_oldest_age_seconds",
        "gauge",
        "How long the oldest undelivered thing has waited.",
        [
            ({"part": part.name}, f"{part.oldest_age_ms / 1000:.3f}")
            for part in parts
            if part.oldest_age_ms is not None
        ],
    )


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
