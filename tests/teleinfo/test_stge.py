"""The status register, against what real meters sent (captures and issue threads)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo.errors import ValueRefused
from teleinfo.stge import FIELDS, Stge

COLUMNS = (
    *("contact", "breaker", "cover", "over", "producer", "negative", "tariff"),
    *("distributor", "degraded", "standard", "euridis", "plc", "sync"),
    *("today", "tomorrow", "notice", "running"),
)
VECTORS = """
003A0001 1 0 0 0 0 0 1 1 0 1 11 01 0 0 0 0 0
003A8000 0 0 0 0 0 0 1 3 0 1 11 01 0 0 0 0 0
000A4411 1 0 1 0 0 0 2 2 0 1 01 00 0 0 0 0 0
000B0411 1 0 1 0 0 0 2 1 1 1 01 00 0 0 0 0 0
002A0301 1 0 0 0 1 1 1 1 0 1 01 01 0 0 0 0 0
003A0101 1 0 0 0 1 0 1 1 0 1 11 01 0 0 0 0 0
013A0501 1 0 0 0 1 0 2 1 0 1 11 01 0 1 0 0 0
013A0000 0 0 0 0 0 0 1 1 0 1 11 01 0 1 0 0 0
013AC401 1 0 0 0 0 0 2 4 0 1 11 01 0 1 0 0 0
463A0800 0 0 0 0 0 0 3 1 0 1 11 01 0 2 1 0 1
00DA0401 1 0 0 0 0 0 2 1 0 1 11 10 1 0 0 0 0
003A4201 1 0 0 0 0 1 1 2 0 1 11 01 0 0 0 0 0
""".strip().splitlines()

EURIDIS = {"00": "off", "01": "on_without_security", "11": "on_with_security"}
PLC = {"00": "new_unlocked", "01": "new_locked", "10": "registered"}
COLOURS = ("none", "blue", "white", "red")


@pytest.mark.parametrize("vector", VECTORS)
def test_each_register_seen_on_a_real_meter_has_its_states(vector):
    field, *cells = vector.split()
    said = dict(zip(COLUMNS, cells, strict=True))
    assert Stge.from_field(field).states() == {
        "dry_contact": ("closed", "open")[int(said["contact"])],
        "breaker": "closed",
        "terminal_cover": ("closed", "open")[int(said["cover"])],
        "overvoltage": False,
        "overload": said["over"] == "1",
        "role": ("consumer", "producer")[int(said["producer"])],
        "direction": ("import", "export")[int(said["negative"])],
        "supplier_index": int(said["tariff"]),
        "distributor_index": int(said["distributor"]),
        "clock": ("good", "degraded")[int(said["degraded"])],
        "tic_output": ("historic", "standard")[int(said["standard"])],
        "euridis": EURIDIS[said["euridis"]],
        "plc": PLC[said["plc"]],
        "plc_synchronised": said["sync"] == "1",
        "tempo_today": COLOURS[int(said["today"])],
        "tempo_tomorrow": COLOURS[int(said["tomorrow"])],
        "peak_notice": int(said["notice"]),
        "peak_running": int(said["running"]),
    }


@pytest.mark.parametrize(
    ("bit", "field", "value"),
    [
        (0, "dry_contact", "open"),
        (1, "breaker", "open_over_power"),
        (2, "breaker", "open_over_voltage"),
        (3, "breaker", "open_ordered"),
        (4, "terminal_cover", "open"),
        (6, "overvoltage", True),
        (7, "overload", True),
        (8, "role", "producer"),
        (9, "direction", "export"),
        (10, "supplier_index", 2),
        (13, "supplier_index", 9),
        (14, "distributor_index", 2),
        (16, "clock", "degraded"),
        (17, "tic_output", "standard"),
        (19, "euridis", "on_without_security"),
        (21, "plc", "new_locked"),
        (23, "plc_synchronised", True),
        (24, "tempo_today", "blue"),
        (26, "tempo_tomorrow", "blue"),
        (28, "peak_notice", 1),
        (30, "peak_running", 1),
    ],
)
def test_each_bit_moves_its_own_state_alone(bit, field, value):
    rest = Stge(0).states()
    moved = Stge(1 << bit).states()
    assert moved.pop(field) == value
    rest.pop(field)
    assert moved == rest


@pytest.mark.parametrize("bit", [5, 18])
def test_unused_bits_say_nothing(bit):
    assert Stge(1 << bit).states() == Stge(0).states()


@given(st.integers(0, 2**32 - 1))
def test_every_register_has_every_state(bits):
    stge = Stge.from_field(f"{bits:08X}")
    assert stge.bits == bits
    assert tuple(stge.states()) == FIELDS


@pytest.mark.parametrize(
    "field",
    ["", "003A001", "003A00010", "003a0001", "003A000G", "0x3A0001", "003A 001"],
)
def test_what_is_not_eight_capital_hexadecimal_digits_is_refused(field):
    with pytest.raises(ValueRefused, match="eight digits"):
        Stge.from_field(field)


def test_a_register_can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stge(0).bits = 1
