"""The book of what a Cozy holds: what is there, what goes, and never a value."""

from __future__ import annotations

import pytest

from edge.errors import JournalError
from edge.journal.erased import Erased
from edge.outputs.cozy.book import Book, Held, State
from edge.outputs.services.book import Place
from edge.record import Address

DAY_MS = 86_400_000
HALVES, DAYS = "org.releve.electricity.30min", "org.releve.electricity.day"


@pytest.fixture
def book(tmp_path):
    made = Book(tmp_path / "cozy.db", 0)
    yield made
    made.close()


def held(day, kind=DAYS, register="import_total_wh", **more):
    span = (day * DAY_MS, (day + 1) * DAY_MS)
    told = {"digest": b"d", "rev": "1-a"} | more
    return Held(kind, f"{register}:{day}", "linky", register, *span, **told)


def place(at_ms):
    return Place(at_ms, Address(1, 2), Address(3, 4))


def test_how_far_a_cozy_was_told_is_kept_with_the_grant_it_was_told_by(book):
    assert book.place() is None
    book.move(3, place(7))
    book.move(4, place(8))
    assert book.place() == (4, place(8))


def test_a_document_stands_as_it_was_noted_last(book):
    book.note([held(1)])
    book.note([held(1, rev="2-b", state=State.FOREIGN)])
    assert book.held(DAYS, held(1).id).rev == "2-b"
    assert book.count() == {State.FOREIGN: 1}


def test_an_erasure_takes_whole_days_of_half_hours_and_totals_within_it(book):
    book.note([held(n, kind) for n in (1, 2, 3) for kind in (HALVES, DAYS)])
    book.note([held(2, state=State.FOREIGN)])
    half = DAY_MS // 2
    stone = Erased(1, "linky", half + DAY_MS, 3 * DAY_MS, 0)
    found = {(one.doctype, one.start_ms // DAY_MS) for one in book.met(stone)}
    assert found == {(HALVES, 1), (HALVES, 2)}
    book.mark(stone)
    assert {one.start_ms // DAY_MS for one in book.marked(9)} == {1, 2}
    book.erased(book.marked(9))
    book.clean()
    assert not book.marked(9)
    assert len(book.met()) == 3


def test_what_is_marked_has_its_day_looked_at_again(book):
    book.note([held(1)])
    book.move(3, place(7))
    book.mark()
    assert book.place() is None


def test_another_meter_is_not_touched(book):
    book.note([held(1)])
    assert not book.met(Erased(1, "garage", 0, 9 * DAY_MS, 0))


def test_a_closed_book_refuses_whoever_comes_late(book):
    book.close()
    with pytest.raises(JournalError, match="closed"):
        book.note([held(1)])
    with pytest.raises(JournalError, match="closed"):
        book.place()


def test_a_damaged_book_is_set_aside_and_begun_anew(tmp_path):
    path = tmp_path / "cozy.db"
    path.write_bytes(b"no database at all" * 99)
    made = Book(path, 5)
    assert made.place() is None
    made.close()
    assert len(list(tmp_path.glob("cozy.db.damaged*"))) == 1
