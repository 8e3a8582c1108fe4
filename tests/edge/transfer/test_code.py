"""The code: typed as it is read, worth a key, and never told by what is kept of it."""

from __future__ import annotations

import pytest

from edge.transfer.code import LETTERS, Code, id_of
from edge.transfer.errors import TransferRefused


def test_a_code_is_read_as_it_was_shown_and_as_people_type():
    code = Code.make()
    assert len(str(code)) == LETTERS + 5
    for typed in (str(code), str(code).lower(), str(code).replace("-", " ")):
        assert Code.read(typed) == code
    assert Code.read("OIL0-" + "A" * 20).letters == "0110" + "A" * 20


@pytest.mark.parametrize(
    "typed", ["", "A" * 23, "A" * 25, "U" * 24, "é" * 24, "!" * 24]
)
def test_what_is_no_code_is_said_to_be_none(typed):
    with pytest.raises(TransferRefused, match="24 letters and digits"):
        Code.read(typed)


def test_two_codes_are_two_and_the_id_says_nothing_of_either():
    first, second = Code.make(), Code.make()
    assert first.public != second.public
    assert first.id == id_of(first.public) != second.id
    assert first.letters.lower() not in first.id + first.public.hex()


def test_no_code_is_shown_where_values_are_printed():
    code = Code.make()
    assert code.letters not in repr(code)
