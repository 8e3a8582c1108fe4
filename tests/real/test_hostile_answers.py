"""Whatever a portal answers, a word of ours is told, and little memory taken."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.attacks.hostile_answers import ANSWERS, MOST_MB
from tests.real import hostile_answers_child
from tests.real.portal import Said
from tests.real.portals import secret, serve
from tests.real.recorded_gateways import PASSWORD, USER

__all__ = ["secret", "serve"]
pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
SIGNING_IN = {"changed", "truncated", "maintenance"}


def test_each_hostile_answer_is_told_by_a_word_of_ours_in_64_mb(serve, secret):
    def answers(asked):
        one = ANSWERS[int(asked.path.split("/")[1])]
        return Said(one.made(), headers=one.headers)

    program = [sys.executable, "-m", hostile_answers_child.__name__]
    done = subprocess.run(
        [*program, serve(answers).url, secret, str(len(ANSWERS))],
        check=False,
        capture_output=True,
        text=True,
        timeout=570,
    )
    assert not done.stderr
    *found, (peak_mb, apart_mb) = map(json.loads, done.stdout.splitlines())
    assert len(found) == len(ANSWERS) > 20
    for one, (days, token) in zip(ANSWERS, found, strict=True):
        assert token["excuse"]["reason"] in SIGNING_IN, one.name
        if one.reasons:
            assert days.get("excuse", days)["reason"] in one.reasons, (one.name, days)
        else:
            assert (days["carried"]["rows"], days["carried"]["refused"]) == ([], 1)
    assert len(apart_mb) > 15, "readings are read apart"
    assert max(peak_mb, *apart_mb) <= MOST_MB
    assert not any(word in done.stdout for word in (USER, PASSWORD))
