"""The wire gives what a UART would of a line: parity, flips, and a wrong speed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo.uart import check_parity
from teleinfo.virtual.wire import Check, Wire

SEVEN_BITS = st.binary(max_size=300).map(lambda data: bytes(b & 0x7F for b in data))
SPEEDS = st.sampled_from([1200, 9600])


@given(SEVEN_BITS, SPEEDS, st.sampled_from([Check.INPCK, Check.IGNORED]))
def test_a_good_line_at_its_speed_gives_what_was_sent(data, baud, check):
    assert Wire().receive(data, baud, baud, check) == data


@given(SEVEN_BITS)
def test_a_port_without_parity_gets_it_in_bit_seven_and_it_can_be_checked(data):
    raw = Wire().receive(data, 9600, 9600, Check.RAW)
    assert all(byte.bit_count() % 2 == 0 for byte in raw)
    assert check_parity(raw) == data


@given(SEVEN_BITS.filter(bool), st.data())
def test_one_flipped_bit_of_a_byte_is_always_seen(data, draw):
    raw = bytearray(Wire().receive(data, 9600, 9600, Check.RAW))
    at = draw.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << draw.draw(st.integers(0, 7))
    checked = check_parity(bytes(raw))
    assert checked[at] == 0
    assert checked[:at] == data[:at]
    assert checked[at + 1 :] == data[at + 1 :]


def test_noise_shows_as_nul_where_parity_is_checked_and_passes_where_it_is_not():
    sent = b"EASF01\t008283436\tD\r\n" * 500
    checked = Wire(1e-3, seed=3).receive(sent, 9600, 9600, Check.INPCK)
    ignored = Wire(1e-3, seed=3).receive(sent, 9600, 9600, Check.IGNORED)
    raw = Wire(1e-3, seed=3).receive(sent, 9600, 9600, Check.RAW)
    assert len(checked) == len(ignored) < len(sent)  # a start bit lost is a byte lost
    assert 50 < checked.count(0) < 150  # of 100,000 bits, eight in ten are looked at
    assert ignored.count(0) == 0
    assert set(ignored) - set(sent)
    assert check_parity(raw).count(0) > 50


def test_noise_does_not_depend_on_how_the_bytes_are_cut():
    sent = b"BASE 008288787 ;\r\n" * 200
    whole = Wire(1e-3).receive(sent, 1200, 1200, Check.INPCK)
    wire = Wire(1e-3)
    cut = b"".join(
        wire.receive(sent[n : n + 7], 1200, 1200, Check.INPCK)
        for n in range(0, len(sent), 7)
    )
    assert cut == whole


@pytest.mark.parametrize(("sent", "read"), [(1200, 9600), (9600, 1200)])
def test_at_another_speed_nothing_of_it_can_be_read(sent, read):
    data = b"\nBASE 008288787 ;\r\nPTEC TH.. $\r" * 50
    got = Wire().receive(data, sent, read, Check.INPCK)
    assert got
    assert b"BASE" not in got
    assert b"TH" not in got
    # Eight times as slow a reader sees about an eighth of the characters.
    assert len(got) < len(data) if read < sent else len(got) >= len(data)


def test_a_break_is_one_bad_byte_and_the_line_must_rise_after_it():
    # A NUL at 1200 bit/s, parity and all, is nine low bits: 72 of a 9600 bit/s port.
    assert Wire().receive(b"\0\0", 1200, 9600, Check.INPCK) == b"\0\0"


def test_a_rate_of_errors_is_under_a_half():
    with pytest.raises(ValueError, match="bit error rate"):
        Wire(0.7)
