"""Writers: let in by the owner, each for one meter, and gone at once when removed."""

from zoneinfo import ZoneInfo

import pytest

from edge.consent.consents import Consents
from edge.consent.restored import held_back
from edge.consent.standing import Act
from edge.consent.view import ledger_view
from edge.consent.writers import WRITERS_MOST, Writers
from edge.errors import ConsentError
from edge.journal.copying import copy
from edge.sample import HostInstant

T0 = 1_795_500_000_000


class Still:
    def now(self):
        return HostInstant(T0, T0 * 1_000_000, synchronised=True, boot_id="one")


def opened(path):
    return Consents.open(path, Still(), ZoneInfo("Europe/Paris"))


@pytest.fixture
def writers(tmp_path):
    consents = opened(tmp_path)
    yield Writers(consents)
    consents.close()


def test_a_writer_is_known_by_its_token_alone(writers):
    added, token = writers.add("Garage", "water")
    _, other = writers.add("Cave", "gas")
    assert (added.name, added.meter, added.added_ms) == ("Garage", "water", T0)
    assert writers.writer_of(token) == added
    assert writers.writer_of(other).meter == "gas"
    assert [one.name for one in writers.all()] == ["Garage", "Cave"]


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda t: t[:-1], str.strip])
def test_no_other_word_is_one(writers, change):
    added, token = writers.add("Garage", "water")
    changed = change(token)
    expected = added if changed == token else None
    assert writers.writer_of(changed) == expected


@pytest.mark.parametrize(
    "token", ["", "rw_", "rw_" + "a" * 43, "rw_" + "é" * 43, "\x00"]
)
def test_no_invented_token_is_one(writers, token):
    writers.add("Garage", "water")
    assert writers.writer_of(token) is None


def test_a_removed_writer_is_refused_at_once_and_for_ever(writers, tmp_path):
    added, token = writers.add("Garage", "water")
    writers.remove(added.id)
    assert writers.writer_of(token) is None
    assert writers.all() == []
    with pytest.raises(ConsentError, match="no writer"):
        writers.remove(added.id)
    again = opened(tmp_path)
    assert Writers(again).writer_of(token) is None
    again.close()


def test_a_writer_outlives_the_service(writers, tmp_path):
    added, token = writers.add("Garage", "water")
    again = opened(tmp_path)
    assert Writers(again).writer_of(token) == added
    again.close()


def test_no_token_is_on_the_disk(writers, tmp_path):
    _, token = writers.add("Garage", "water")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in kept
    assert token.removeprefix("rw_").encode() not in kept


@pytest.mark.parametrize("name", ["", "a" * 61, "a\nb", "a\x1b[31mb", "a\u202eb", " a"])
def test_a_name_that_can_not_be_shown_is_refused(writers, name):
    with pytest.raises(ConsentError, match="called"):
        writers.add(name, "water")


def test_a_name_stands_once(writers):
    writers.add("Garage", "water")
    with pytest.raises(ConsentError, match="already"):
        writers.add("Garage", "gas")


def test_there_are_so_many_writers_and_no_more(writers):
    for number in range(WRITERS_MOST):
        writers.add(f"Node {number}", "water")
    with pytest.raises(ConsentError, match="50"):
        writers.add("One more", "water")


def test_who_was_let_in_stands_in_the_ledger(writers, tmp_path):
    added, _ = writers.add("Garage", "water")
    with ledger_view(tmp_path) as view:
        assert view.standing.writers == {added.id: added}
        assert view.ledger.verify() == 1
        writers.remove(added.id)
    with ledger_view(tmp_path) as view:
        assert view.standing.writers == {}
        assert [entry.act for entry in view.entries] == ["writer", "writer_removed"]


def test_a_writer_out_of_a_backup_is_heard_once_the_owner_confirms_it(
    writers, tmp_path
):
    """It may have been removed since."""
    added, token = writers.add("Garage", "water")
    _, other = writers.add("Cave", "gas")
    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    home.mkdir()
    copy(tmp_path / "consent.db", scratch / "consent.db")
    held_back(scratch, home, T0)
    consents = opened(scratch)
    restored = Writers(consents)
    assert restored.writer_of(token) is None
    assert [one.held for one in restored.all()] == [True, True]
    assert [one.id for one in restored.confirm([added.id])] == [added.id]
    assert restored.writer_of(token).id == added.id
    assert restored.writer_of(other) is None
    assert len(restored.confirm([])) == 1
    assert restored.writer_of(other) is not None
    consents.close()


def test_a_hold_whose_words_are_erased_holds_still(writers, tmp_path):
    added, token = writers.add("Garage", "water")
    writers.consents.enter(Act.WRITER_HELD, {"writer": added.id})
    writers.consents.ledger.erase([added.id])
    again = opened(tmp_path)
    assert Writers(again).writer_of(token) is None
    again.close()


def test_a_home_without_a_ledger_says_what_to_do(tmp_path):
    with pytest.raises(ConsentError, match="releve run"), ledger_view(tmp_path):
        pass
