"""The ledger: chained, private, erasable; a byte that was changed is found."""

import sqlite3
import stat

import pytest
from consent_house import BASIS, COACH, T0, choice

from edge.consent.ledger import (
    FILE,
    NOTHING,
    SUBJECT,
    Entry,
    Ledger,
    linked,
    subject_of,
)
from edge.consent.standing import Act
from edge.errors import ConsentError, DamagedDatabase, DiskFull, NewerSchema
from edge.journal.database import SqliteDatabase

ACTS = [
    (Act.SERVICE, {"id": "s1", "declared": {"name": "Économe"}}),
    (Act.PAUSED, {"service": "s1"}),
    (Act.REFUSED, {"key": "k", "why": None}),
]


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / FILE)
    yield ledger
    ledger.close()


def rows(ledger):
    return ledger.database.execute("SELECT * FROM entry ORDER BY seq")


def test_what_is_appended_is_there_in_order(ledger):
    ledger.append(T0, ACTS[:2])
    ledger.append(T0 + 1, ACTS[2:])
    found = list(ledger.entries())
    assert [(one.seq, one.at_ms, one.act, one.body) for one in found] == [
        (1, T0, *ACTS[0]),
        (2, T0, *ACTS[1]),
        (3, T0 + 1, *ACTS[2]),
    ]
    assert [one.subject for one in found] == ["s1", "s1", ""]
    assert ledger.verify() == 3


def test_the_head_stands_for_all_that_was_done(ledger):
    assert ledger.head == NOTHING
    first = ledger.append(T0, ACTS[:1])
    second = ledger.append(T0, ACTS[1:])
    assert ledger.head == second != first
    for head in (NOTHING, first, second):
        assert ledger.verify(head) == 3


def test_a_receipts_head_that_never_was_is_refused(ledger):
    ledger.append(T0, ACTS)
    with pytest.raises(ConsentError, match="receipt"):
        ledger.verify(b"\x01" * 32)


def test_two_same_acts_have_digests_that_tell_nothing_of_it(ledger):
    ledger.append(T0, [ACTS[0], ACTS[0]])
    one, other = (row[COLUMNS.index("digest")] for row in rows(ledger))
    assert one != other


def test_an_empty_ledger_is_whole(ledger):
    assert ledger.verify() == 0
    assert list(ledger.entries()) == []


def test_acts_are_appended_all_or_none(ledger):
    ledger.append(T0, ACTS[:1])
    head = ledger.head
    with pytest.raises(TypeError):
        ledger.append(T0, [ACTS[1], (Act.PAUSED, {"service": "s1", "x": object()})])
    assert (ledger.verify(), ledger.head) == (1, head)


def test_the_file_is_the_owners_alone(ledger, tmp_path):
    ledger.append(T0, ACTS)
    for path in tmp_path.glob(f"{FILE}*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_made_private(tmp_path):
    (tmp_path / FILE).touch(mode=0o644)
    Ledger(tmp_path / FILE).close()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_each_commit_is_on_the_disk_before_it_counts(ledger):
    assert ledger.database.execute("PRAGMA synchronous") == [(3,)]
    assert ledger.database.execute("PRAGMA journal_mode") == [("wal",)]
    assert ledger.database.execute("PRAGMA secure_delete") == [(1,)]


# tampering

COLUMNS = ("seq", "at_ms", "act", "subject", "body", "salt", "digest", "chain")


def changed(value):
    """Give all that a value becomes by one bit of it that is another."""
    if isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(62))
        return
    raw = value.encode("latin-1") if isinstance(value, str) else value
    for place in range(len(raw)):
        for bit in range(8):
            other = bytearray(raw)
            other[place] ^= 1 << bit
            told = bytes(other)
            yield told.decode("latin-1") if isinstance(value, str) else told


@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_bit_of_any_entry_is_found(column):
    ledger = Ledger.nowhere()
    plain = [(Act.SERVICE, {"id": "s1"}), *ACTS[1:]]
    ledger.append(T0, plain)
    update = f"UPDATE entry SET {column} = ? WHERE rowid = ?"  # noqa: S608 - ours
    tried = 0
    for row in rows(ledger):
        value = row[COLUMNS.index(column)]
        if value == "":  # a refusal's subject
            continue
        for other in changed(value):
            if column == "seq" and other in (1, 2, 3):
                continue  # that is another entry's place
            ledger.database.execute(update, (other, row[0]))
            tried += 1
            with pytest.raises(ConsentError):
                ledger.verify()
            moved = other if column == "seq" else row[0]
            ledger.database.execute(update, (value, moved))
    assert ledger.verify() == 3
    assert tried > 30
    ledger.close()


@pytest.mark.parametrize("seq", [1, 2])
def test_an_entry_that_is_taken_out_is_found(ledger, seq):
    ledger.append(T0, ACTS)
    ledger.database.execute("DELETE FROM entry WHERE seq = ?", (seq,))
    with pytest.raises(ConsentError, match=f"entry {seq} "):
        ledger.verify()
    ledger.database.execute("UPDATE entry SET seq = seq - 1 WHERE seq > ?", (seq,))
    with pytest.raises(ConsentError):
        ledger.verify()


def test_the_last_entry_that_is_taken_out_is_found_by_its_receipt(ledger):
    head = ledger.append(T0, ACTS)
    ledger.database.execute("DELETE FROM entry WHERE seq = 3")
    assert ledger.verify() == 2
    with pytest.raises(ConsentError, match="receipt"):
        ledger.verify(head)


def test_two_entries_that_change_places_are_found(ledger):
    ledger.append(T0, ACTS)
    for before, after in ((1, 9), (2, 1), (9, 2)):
        ledger.database.execute(
            "UPDATE entry SET seq = ? WHERE seq = ?", (after, before)
        )
    with pytest.raises(ConsentError, match="entry 1 "):
        ledger.verify()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET body = NULL WHERE seq = 2",
        "UPDATE entry SET salt = NULL WHERE seq = 2",
        "UPDATE entry SET salt = 'text' WHERE seq = 2",
        "UPDATE entry SET digest = 'text' WHERE seq = 2",
        "UPDATE entry SET at_ms = 'noon' WHERE seq = 2",
        "UPDATE entry SET act = 'pausedd' WHERE seq = 2",
        "UPDATE entry SET body = x'7b7d' WHERE seq = 2",
        "UPDATE entry SET subject = x'00' WHERE seq = 2",
    ],
)
def test_values_of_another_kind_are_found(ledger, sql):
    ledger.append(T0, ACTS)
    ledger.database.execute(sql)
    with pytest.raises(ConsentError, match="entry 2 "):
        ledger.verify()


def test_the_chain_is_what_it_is_said_to_be(ledger):
    ledger.append(T0, ACTS)
    chain = NOTHING
    for seq, at_ms, act, subject, _, _, digest, kept in rows(ledger):
        chain = linked(chain, seq, at_ms, Act(act), subject, digest)
        assert chain == kept


def test_every_act_but_a_refusal_says_what_it_is_about():
    assert set(Act) - set(SUBJECT) == {Act.GIVEN, Act.REFUSED}
    assert subject_of(Act.GIVEN, {"consent": {"id": "c1"}}) == "c1"
    assert subject_of(Act.REFUSED, {"key": "k", "consent": "c1"}) == ""


# erasing


def test_what_is_erased_is_gone_and_the_chain_still_verifies(ledger, tmp_path):
    head = ledger.append(T0, ACTS)
    assert ledger.erase(["s1"]) == 2
    assert ledger.verify(head) == 3
    assert [one.body for one in ledger.entries()] == [None, None, ACTS[2][1]]
    assert ledger.append(T0, ACTS) == ledger.head
    assert ledger.verify(head) == 6
    ledger.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    ledger.database = SqliteDatabase(tmp_path / FILE)
    assert "Économe".encode() in content  # of the second time, which was not erased
    ledger.erase(["s1"])
    content = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    assert "Économe".encode() not in content


def test_what_is_erased_twice_is_erased_once(ledger):
    ledger.append(T0, ACTS)
    assert (ledger.erase(["s1", "s1", "nobody"]), ledger.erase(["s1"])) == (2, 0)


# opening


def test_a_ledger_goes_on_where_it_was(tmp_path):
    first = Ledger(tmp_path / FILE)
    head = first.append(T0, ACTS)
    first.close()
    second = Ledger(tmp_path / FILE)
    assert second.head == head
    assert second.verify() == 3
    second.close()


def test_one_of_a_newer_version_is_left_alone(tmp_path):
    Ledger(tmp_path / FILE).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(NewerSchema):
        Ledger(tmp_path / FILE)


def test_another_programs_file_is_no_ledger(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(ConsentError, match="another program"):
        Ledger(tmp_path / FILE)


def test_rubbish_is_no_ledger(tmp_path):
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    with pytest.raises(DamagedDatabase):
        Ledger(tmp_path / FILE)


def test_a_place_that_takes_no_file_is_said(tmp_path):
    with pytest.raises(DiskFull):
        Ledger(tmp_path / "nowhere" / FILE)


def test_a_ledger_that_is_nowhere_holds_nothing_and_makes_no_file(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ledger = Ledger.nowhere()
    assert ledger.verify() == 0
    ledger.close()
    assert list(tmp_path.iterdir()) == []


def test_entries_have_the_words_that_were_written(consents):
    consents.give(COACH, [choice()], BASIS)
    service, given = consents.ledger.entries()
    assert isinstance(given, Entry)
    assert service.body["declared"] == COACH.plain()
    assert given.body["basis"] == BASIS
