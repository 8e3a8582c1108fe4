"""The meter's number: kept, masked, or spoilt by a spreadsheet."""

from __future__ import annotations

import pytest

from enedis.prm import prm
from exports import FileRefused

CURVE = (
    "Identifiant PRM;Type de donnees;Grandeur metier;Unite\n"
    "{};Courbe de charge;Consommation;W\nHorodate;Valeur\n"
    "2023-01-01T00:30:00+01:00;460\n2023-01-01T01:00:00+01:00;460\n"
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("21098765432104", "21098765432104"),
        (" 01234567890123 ", "01234567890123"),
        ("'01234567890123", "01234567890123"),
        ("21 098 765 432 104", "21098765432104"),
        (21098765432104, "21098765432104"),
        (21098765432104.0, "21098765432104"),
        ("XXXXXXXXXXXXXX", None),
        ("00000000000000", None),
        ("", None),
        (0, None),
        (None, None),
    ],
)
def test_a_number_is_a_text_and_a_mask_is_none(cell, number):
    assert prm(cell) == number


@pytest.mark.parametrize(
    "cell", ["2,31282E+13", "2.31282e13", "2E13", "1234567890123", 1234567890123]
)
def test_a_number_that_a_spreadsheet_changed_is_refused(cell):
    with pytest.raises(FileRefused) as refused:
        prm(cell)
    assert refused.value.reason == "mangled-identifier"
    assert "spreadsheet" in refused.value.message
    assert "again" in str(refused.value.hint)
    assert "123" not in str(refused.value)


@pytest.mark.parametrize("number", ["2,31282E+13", "1234567890123"])
def test_a_spoilt_file_is_refused_whole(number, refusal):
    assert refusal(CURVE.format(number)).reason == "mangled-identifier"


def test_a_number_in_a_damaged_row_is_not_told(read):
    text = CURVE.format("21098765432104")
    export = read(text + "21098765432104;Courbe de charge\n")
    assert [one.reason for one in export.refused] == ["not-a-time"]
    assert "1234" not in export.refused[0].detail


def test_a_masked_number_hides_no_reading(read):
    export = read(CURVE.format("XXXXXXXXXXXXXX"))
    assert export.meter is None
    assert len(export.amounts) == 2


@pytest.mark.parametrize("cell", ["23128200000000", "########", 23128200000000.0])
def test_what_is_left_of_a_rounded_number_names_no_meter(cell):
    with pytest.raises(FileRefused) as refused:
        prm(cell)
    assert refused.value.reason == "mangled-identifier"


def test_a_number_that_a_spreadsheet_kept_as_a_formula_is_whole():
    assert prm('="01234567890123"') == "01234567890123"
