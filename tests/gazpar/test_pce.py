"""The number of a supply point."""

from __future__ import annotations

import pytest

from exports import FileRefused
from gazpar.pce import pce_number


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("09999999999990", "09999999999990"),
        (" 0999 9999 9999 90 ", "09999999999990"),
        ("GI000001", "GI000001"),
        ("gi000001", "GI000001"),
        (9999999999990, "09999999999990"),
        (9999999999990.0, "09999999999990"),
        ("XXXX", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        ({"a": 1}, None),
    ],
)
def test_it_is_a_text_whatever_a_file_makes_of_it(given, number):
    assert pce_number(given) == number


@pytest.mark.parametrize("rounded", ["9,99999E+12", "1E+13", "9.99e12"])
def test_a_rounded_one_names_no_meter(rounded):
    with pytest.raises(FileRefused) as refusal:
        pce_number(rounded)
    assert refusal.value.reason == "mangled-number"
