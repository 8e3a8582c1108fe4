"""The smaller typed values: relays, phases present, tariffs, labels, encoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo import LABELS, Mode, encode
from teleinfo.errors import EncodeError, TeleinfoError, ValueRefused
from teleinfo.label import Kind
from teleinfo.potentials import Potentials
from teleinfo.relays import Relays
from teleinfo.tariff import PERIODS, TariffOption, TariffPeriod, tomorrow_from_field


@pytest.mark.parametrize(
    ("field", "closed"), [("000", ()), ("001", (1,)), ("140", (3, 4, 8))]
)
def test_relays_are_counted_from_the_dry_contact(field, closed):
    relays = Relays.from_field(field)
    assert tuple(n for n, on in enumerate(relays.closed, start=1) if on) == closed


@pytest.mark.parametrize("field", ["", "1", "0001", "256", "-01", "1 0", "٠٠١"])
def test_what_is_no_set_of_relays_is_refused(field):
    with pytest.raises(ValueRefused):
        Relays.from_field(field)


def test_phases_without_voltage_are_named():
    assert Potentials.from_field("00").missing == ()
    assert Potentials.from_field("02").missing == (1,)
    assert Potentials.from_field("0E").missing == (1, 2, 3)
    with pytest.raises(ValueRefused):
        Potentials.from_field("0")


@pytest.mark.parametrize(
    ("field", "contract", "programme"),
    [
        ("BASE", "base", None),
        ("HC..", "hc", None),
        ("EJP.", "ejp", "."),
        ("EJP ", "ejp", " "),
        ("BBR(", "tempo", "("),
    ],
)
def test_options_have_their_contract(field, contract, programme):
    option = TariffOption.from_field(field)
    assert (option.contract, option.programme) == (contract, programme)


def test_a_period_names_the_index_that_counts_now():
    assert TariffPeriod.from_field("HPJR").index == "BBRHPJR"
    assert TariffPeriod.from_field("HPJR").colour == "red"
    labels = LABELS[Mode.HISTORIC]
    assert all(labels[period.index].unit == "Wh" for period in PERIODS.values())


def test_tomorrow_has_a_colour_or_none_yet():
    colours = [tomorrow_from_field(f) for f in ("----", "BLEU", "BLAN", "ROUG")]
    assert colours == ["none", "blue", "white", "red"]


ROWS = [(mode, row) for mode, rows in LABELS.items() for row in rows.values()]


def test_every_label_says_what_it_is_in_both_languages():
    assert all(row.en and row.fr for _, row in ROWS)
    assert all(row.unit is None or row.kind is Kind.NUMBER for _, row in ROWS)
    assert len({row.name for row in LABELS[Mode.STANDARD].values()}) == 71


def test_each_mode_has_its_speed_address_and_other():
    assert [(m.baud, m.address, m.separator) for m in Mode] == [
        (1200, "ADCO", " "),
        (9600, "ADSC", "\t"),
    ]
    assert Mode.STANDARD.other is Mode.HISTORIC
    assert Mode.HISTORIC.other is Mode.STANDARD


@pytest.mark.parametrize(
    "fields", [("EAST", "1"), ("NEUF", "1"), ("EAST", "00000000é"), ("DATE", "")]
)
def test_the_encoder_makes_nothing_that_no_meter_sends(fields):
    with pytest.raises(EncodeError, match="can't be sent"):
        encode.group(Mode.STANDARD, *fields)


@given(st.integers(0, 999_999_999))
def test_what_is_encoded_is_read_back(index):
    line = encode.group(Mode.HISTORIC, "BASE", f"{index:09}")
    assert line[:1] == b"\n"
    assert line[-1:] == b"\r"
    assert len(line) == 18


def test_an_error_says_what_happened_and_what_to_do():
    error = TeleinfoError("it broke", hint="mend it")
    assert str(error) == "it broke (mend it)"
    assert str(TeleinfoError("it broke")) == "it broke"
