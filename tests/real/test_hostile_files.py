"""Whatever a file attacks, it is refused with a reason, and nothing is written."""

from __future__ import annotations

import pytest

from tests.attacks.hostile_files import MOST_MB
from tests.attacks.hostile_home import FILES, HostileHome
from tests.attacks.hostile_planted import DROPPED, NAMED
from tests.edge.importing.importing_home import curve

# Each file is read by a process that lets all others go first: on two cores that others
# keep busy, the ninety take minutes.
pytestmark = [pytest.mark.real, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = HostileHome(tmp_path_factory.mktemp("home"))
    try:
        made.run()
        yield made
    finally:
        made.end()


def test_each_of_fifty_and_more_is_refused_in_64_mb_and_nothing_is_written(
    home, tmp_path
):
    before = home.kept()
    found = list(home.tried(tmp_path))
    assert len(found) >= 50
    wanted = {one.name: one.reasons for one in (*FILES, *NAMED, *DROPPED)}
    other = {
        one.name: one.reason
        for one in found
        if one.reason not in wanted.get(one.name, {"still-growing"})
    }
    assert not other
    large = {one.name: one.peak_mb for one in found if (one.peak_mb or 0) > MOST_MB}
    assert not large
    assert home.kept() == before == {"imports": 0, "history": 0, "staged": 0}
    shown = {one.name for one in found if one.said.replace("\n", "").isprintable()}
    assert shown == {one.name for one in found}
    home.wait(lambda: home.answers)  # the service is alive
    assert "Traceback" not in "".join(home.log)
    # and takes what a household has, as ever
    status, answer = home._post(curve([460, 500]))
    assert (status, answer["new"]) == (201, 2)
