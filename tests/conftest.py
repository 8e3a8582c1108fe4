"""What holds for every test: the strictness asked for by CI.

RELEVE_REQUIRE_REAL=1 (set by .ci/run): a skipped `real` test fails, and so does a run
without the shared samples.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"

# httpx looks for it at each request; to find none takes as long as the answer.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

# A machine under load is not a failure: no test of ours asserts a time.
settings.register_profile(
    "releve",
    deadline=None,
    derandomize="CI" in os.environ,  # the same run twice gives the same verdict
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("releve")


def real_is_required() -> bool:
    return os.environ.get("RELEVE_REQUIRE_REAL") == "1"


def pytest_sessionstart() -> None:
    if real_is_required() and not SAMPLES.is_dir():
        raise pytest.UsageError(f"RELEVE_REQUIRE_REAL=1, but there is no {SAMPLES}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the files that wait for servers among those that compute, side by side.

    They are done when a tenth is left: the last ones are short, and end together.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    place: dict[Path, float] = {}
    for waits, end in ((True, 0.9), (False, 1.0)):
        kind = [path for path in files if (path.parent.name == "real") is waits]
        place |= {path: end * number / len(kind) for number, path in enumerate(kind)}
    items[:] = [
        item for path in sorted(files, key=place.__getitem__) for item in files[path]
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Iterator[None]:
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if real_is_required() and skipped and item.get_closest_marker("real"):
        report.outcome = "failed"
        report.longrepr = f"a real test was skipped: {report.longrepr[2]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    # A module that skips itself whole never shows its tests, real ones included.
    if real_is_required() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped whole: {report.longrepr[2]}"
    return report
