"""Whatever stands in a file of a known layout, it is read or refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Document, FileRefused, recognise
from gazpar import FORMATS

PCE = "09999999999990"
PORTAL = {
    PCE: {
        "idPce": PCE,
        "releves": [
            {
                "coeffConversion": 11.12,
                "dateDebutReleve": "2019-11-30T06:00:00+00:00",
                "dateFinReleve": "2019-12-01T06:00:00+00:00",
                "energieConsomme": 75,
                "indexDebut": 10,
                "indexFin": 17,
                "journeeGaziere": "2019-11-30",
                "natureReleve": "Informative Journalier",
                "qualificationReleve": "Mesuré",
                "status": None,
                "volumeBrutConsomme": 7,
            }
        ],
    }
}
ADICT = {
    "pce": {"id_pce": PCE},
    "releve_debut": {"index_brut_debut": {"valeur_index": 10}},
    "releve_fin": {"index_brut_fin": {"valeur_index": 11}},
    "consommation": {
        "date_debut_consommation": "2021-08-16T06:00:00+02:00",
        "date_fin_consommation": "2021-08-17T06:00:00+02:00",
        "flag_retour_zero": None,
        "volume_brut": 1,
        "coeff_calcul": {"coeff_conversion": 11.16},
        "energie": 8,
        "type_qualif_conso": "Mesuré",
        "statut_conso": "Provisoire",
        "journee_gaziere": "2021-08-16",
        "type_conso": "Informative Journalier",
    },
}
PYGAZPAR = [
    {
        "time_period": "13/10/2022",
        "start_index_m3": 10,
        "end_index_m3": 11,
        "volume_m3": 1.7,
        "energy_kwh": 17,
        "converter_factor_kwh/m3": 11.2,
        "type": "MES",
        "timestamp": "2022-12-13T23:58:35",
    }
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2021-02-30", "9999-12-31", "1,5", "-0", "1e9", "Publiée"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give every (container, key) within a value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


@given(st.data(), st.sampled_from([PORTAL, ADICT, PYGAZPAR]))
def test_a_file_with_anything_anywhere_is_read_or_refused(read, data, whole):
    value = deepcopy(whole)
    container, key = data.draw(st.sampled_from(places(value)))
    container[key] = data.draw(ANYTHING)
    try:
        export = read(value)
    except FileRefused as refusal:
        said = str(refusal)
    else:
        said = " ".join(f"{one.place} {one.detail}" for one in export.refused)
        for amount in export.amounts:
            assert amount.value >= 0
            assert amount.start < amount.end
    assert PCE not in said


@given(st.binary(max_size=60))
def test_any_bytes_are_recognised_or_refused(data):
    try:
        document = Document(data)
        recognise(document, FORMATS)
    except FileRefused as refusal:
        said = refusal.reason
    else:
        said = "recognised"
    assert said


@pytest.mark.parametrize("value", [PORTAL, ADICT, PYGAZPAR])
def test_reading_twice_says_the_same(read, value):
    assert read(value) == read(value)


def test_the_names_that_origins_keep_are_stable():
    assert [one.name for one in FORMATS] == [
        "grdf-portal-json",
        "grdf-adict",
        "pygazpar-json",
        "grdf-temperatures",
        "gazpar2mqtt-prices",
        "grdf-portal-sheet",
    ]
