"""What holds for every test: strictness asked for by CI, and the floor of coverage.

RELEVE_REQUIRE_REAL=1 (set by .ci/run): a skipped `real` test fails, and so does a run
without the shared samples. RELEVE_COVERAGE_FLOOR=95 (set by scripts/test): each
package measured must reach it, in branches and in lines alike, by the tests that mirror
it and by real ones; what asks the same of many inputs is not followed line by line.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
COVERAGE = ROOT / ".coverage.json"
PACKAGES = (
    *("exports", "teleinfo", "gazpar", "water", "enedis", "house", "edge"),
    "collectors",
)
KINDS = {
    "branches": ("covered_branches", "num_branches"),
    "lines": ("covered_lines", "num_statements"),
}

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
    if os.environ.get("RELEVE_COVERAGE_FLOOR"):
        COVERAGE.unlink(missing_ok=True)
    if real_is_required() and not SAMPLES.is_dir():
        raise pytest.UsageError(f"RELEVE_REQUIRE_REAL=1, but there is no {SAMPLES}")


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


def is_measured(item: pytest.Item) -> bool:
    """Tell whether a test counts for coverage: to follow lines takes thrice as long.

    Those of documents, examples and attacks don't, nor does a `campaign`.
    """
    package = item.path.relative_to(ROOT / "tests").parts[0]
    counts = package in (*PACKAGES, "api", "cli", "real")
    return counts and item.get_closest_marker("campaign") is None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    plugin = item.config.pluginmanager.getplugin("_cov")
    control = plugin and plugin.cov_controller
    if not control or control.started is is_measured(item):
        return (yield)
    if control.started:
        control.pause()
    else:
        control.resume()
    return (yield)


def measured() -> dict[str, dict[str, float]]:
    """Give {package: {"branches": per cent, "lines": per cent}} of this run."""
    sums: Counter[tuple[str, str]] = Counter()
    for path, file in json.loads(COVERAGE.read_text())["files"].items():
        package = path.partition("/")[0]
        for covered, everything in KINDS.values():
            sums[package, covered] += file["summary"][covered]
            sums[package, everything] += file["summary"][everything]
    return {
        package: {
            kind: 100 * sums[package, covered] / max(1, sums[package, everything])
            for kind, (covered, everything) in KINDS.items()
        }
        for package in PACKAGES
    }


def below_the_floor() -> list[str]:
    floor = float(os.environ.get("RELEVE_COVERAGE_FLOOR", "0"))
    if not floor or not COVERAGE.exists():
        return []
    return [
        f"{package}: {figure:.2f} % of {kind} are tested, the floor is {floor:g} %"
        for package, kinds in measured().items()
        for kind, figure in kinds.items()
        if figure < floor
    ]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and below_the_floor():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("RELEVE_COVERAGE_FLOOR") and COVERAGE.exists():
        terminalreporter.section("coverage of each package")
        for package, kinds in measured().items():
            shown = ", ".join(f"{name} {value:.2f} %" for name, value in kinds.items())
            terminalreporter.line(f"{package}: {shown}")
        for line in below_the_floor():
            terminalreporter.line(f"BELOW THE FLOOR: {line}", red=True)
