"""What services were told, kept: numbers without a hole, and nothing twice or never."""

from __future__ import annotations

import pytest

from edge.errors import NewerSchema
from edge.outputs.services.book import Book, Place
from edge.outputs.services.row import EVENT, Row
from edge.record import Address, Lane

NOW_MS = 1_795_500_000_000
HERE = Place(NOW_MS, Address(1, 5), Address(1, 4))


def row(day, value=1_000, **more):
    words = {"meter": "linky", "register": "import_total_wh", "quality": "raw"} | more
    start_ms = NOW_MS + day * 86_400_000
    return Row(step="day", start_ms=start_ms, end_ms=start_ms + 1, value=value, **words)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "services.db"


@pytest.fixture
def book(path):
    made = Book(path, NOW_MS)
    yield made
    made.close()


def numbers(book, service="s1", login="one"):
    owed = book.owed(service, login, 100)
    return [one.seq for one in book.number(service, login, owed)]


def send(book, at_ms=NOW_MS, limit=9):
    """Have some be with the broker, as what sends them does."""
    sent = book.number("s1", "one", book.owed("s1", "one", limit))
    book.sent("s1", sent, at_ms)
    return sent


def test_numbers_are_dense_and_a_services_own(book):
    assert book.enter("s1", "days", "one", HERE, [row(0), row(1)]) == 2
    assert book.enter("s2", "days", "two", HERE, [row(0)]) == 1
    assert book.enter("s1", "days", "one", HERE, [row(2)]) == 1
    assert numbers(book) == [1, 2, 3]
    assert numbers(book, "s2", "two") == [1]


def test_what_was_told_as_it_is_is_not_told_again_and_what_changed_is(book):
    book.enter("s1", "days", "one", HERE, [row(0)])
    send(book)
    assert book.enter("s1", "days", "one", HERE, [row(0)]) == 0
    for changed in (row(0, 2_000), row(0, 2_000, quality="validated"), row(0, None)):
        assert book.enter("s1", "days", "one", HERE, [changed]) == 1
    (owed,) = send(book)
    # of what was never sent, no number is used up
    assert (owed.row.value, owed.seq) == (None, 2)


def test_what_nobody_knows_is_first_told_once_it_is_known(book):
    assert book.enter("s1", "days", "one", HERE, [row(0, None)]) == 0
    assert book.enter("s1", "days", "one", HERE, [row(0, 7)]) == 1


def test_what_is_owed_outlives_us_with_its_number(book, path):
    book.enter("s1", "days", "one", HERE, [row(0), row(1)])
    book.close()
    again = Book(path, NOW_MS + 9)
    assert numbers(again) == [1, 2]
    assert again.begun_ms == NOW_MS
    assert again.place("s1", "days") == HERE
    assert again.place("s1", "half_hours") is None
    again.close()


def test_a_newer_word_stays_owed_when_the_older_is_acknowledged(book):
    book.enter("s1", "days", "one", HERE, [row(0)])
    on_its_way = book.number("s1", "one", book.owed("s1", "one", 9))
    book.enter("s1", "days", "one", HERE, [row(0, 2_000)])
    book.sent("s1", on_its_way, NOW_MS)
    assert numbers(book) == [2]


def test_another_login_counts_from_one_what_is_still_owed(book):
    book.enter("s1", "days", "one", HERE, [row(0), row(1), row(2)])
    send(book, limit=1)
    assert numbers(book, login="two") == [1, 2]
    assert book.enter("s1", "days", "two", HERE, [row(3)]) == 1
    assert numbers(book, login="two") == [1, 2, 3]


def test_what_a_broker_may_have_forgotten_is_owed_again_under_its_number(book):
    book.enter("s1", "days", "one", HERE, [row(0), row(1)])
    first, second = book.number("s1", "one", book.owed("s1", "one", 9))
    book.sent("s1", [first], NOW_MS)
    book.sent("s1", [second], NOW_MS + 100)
    book.again(NOW_MS + 50)
    assert numbers(book) == [2]


def test_what_another_login_was_sent_is_never_owed_again(book):
    book.enter("s1", "days", "one", HERE, [row(0)])
    send(book)
    assert numbers(book, login="two") == []
    book.again(NOW_MS)
    assert numbers(book, login="two") == []


def test_what_may_not_be_sent_is_forgotten(book):
    book.enter("s1", "days", "one", HERE, [row(0), row(1)])
    book.drop("s1", book.owed("s1", "one", 1))
    assert numbers(book) == [1]


def test_what_has_its_number_goes_before_what_has_none(book):
    book.enter("s1", "days", "one", HERE, [row(0), row(1)])
    first, _ = send(book)
    book.enter("s1", "days", "one", HERE, [row(2)])
    book.again(NOW_MS)
    assert [one.seq for one in book.owed("s1", "one", 9)][:2] == [1, 2]
    assert numbers(book) == [1, 2, 3]
    assert first.row == row(0)


def test_a_number_is_given_once(book):
    book.enter("s1", "days", "one", HERE, [row(0), row(1)])
    assert numbers(book) == [1, 2]
    assert numbers(book) == [1, 2]


def test_of_who_holds_nothing_nothing_is_kept(book):
    book.enter("s1", "days", "one", HERE, [row(0)])
    book.enter("s2", "days", "two", HERE, [row(0)])
    assert book.known() == {"s1", "s2"}
    book.forget("s1")
    assert book.known() == {"s2"}
    assert book.place("s1", "days") is None


def test_an_event_is_kept_for_a_day_to_be_sent_again(book):
    event = Row("linky", "tariff", EVENT, NOW_MS, NOW_MS, None, "", "{}")
    book.enter("s1", EVENT, "one", HERE, [event])
    send(book)
    book.sent("s1", [], NOW_MS + 2 * 86_400_000)
    book.again(NOW_MS)
    assert numbers(book) == []


def test_a_place_moves_by_lane():
    there = Address(2, 9)
    for lane in Lane:
        moved = HERE.moved(lane, there)
        assert moved.at(lane) == there
        (other,) = set(Lane) - {lane}
        assert moved.at(other) == HERE.at(other)


def test_a_transaction_that_fails_leaves_nothing(book):
    def rows():
        yield row(0)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        book.enter("s1", "days", "one", HERE, rows())
    assert numbers(book) == []
    assert book.place("s1", "days") is None


def test_a_damaged_one_is_set_aside_and_what_was_due_before_is_not_told(path, caplog):
    path.write_bytes(b"rubbish" * 999)
    book = Book(path, NOW_MS + 5)
    assert book.begun_ms == NOW_MS + 5
    assert "set aside" in caplog.text
    book.close()


def test_one_of_a_newer_version_is_left_as_it_is(book, path):
    book._database.execute("PRAGMA user_version=99")
    with pytest.raises(NewerSchema):
        Book(path, NOW_MS)


@pytest.mark.usefixtures("book")
def test_it_is_private(path):
    assert path.stat().st_mode & 0o777 == 0o600
