"""A household is told why, in its language, and what it can do."""

from __future__ import annotations

import pytest

from collectors import NotCollected, Reason, words


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_said_in_both_languages(reason):
    assert words.said(reason, "fr") != words.said(reason, "en")
    for language in ("fr", "en"):
        assert 20 < len(words.said(reason, language)) < 260


def test_an_error_says_its_word_its_step_and_its_status():
    error = NotCollected(Reason.QUOTA, "days", status=429)
    assert str(error) == "quota: days: HTTP 429"
    assert str(NotCollected(Reason.OFFLINE)) == "offline"
