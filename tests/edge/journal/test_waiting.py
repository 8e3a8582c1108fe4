"""Who asked is answered once."""

from __future__ import annotations

import pytest

from edge.errors import JournalError
from edge.journal.waiting import Job, answer, refuse


def test_what_was_answered_is_not_refused_any_more():
    job = Job(lambda _: None)
    answer(job, 7, None)
    refuse(job, JournalError("the journal is closed"))
    assert job.future.result(0) == 7


def test_what_was_refused_is_not_answered_any_more():
    job = Job(lambda _: None)
    refuse(job, JournalError("the journal is closed"))
    answer(job, 7, None)
    with pytest.raises(JournalError, match="closed"):
        job.future.result(0)


def test_who_asks_no_more_is_told_nothing():
    job = Job(lambda _: None)
    job.future.cancel()
    refuse(job, JournalError("the journal is closed"))
    assert job.future.cancelled()
