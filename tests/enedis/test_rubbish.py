"""Anything anywhere in a file: read or refused, never a crash, and no number told."""

from __future__ import annotations

import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enedis.formats import FORMATS
from exports import Document, FileRefused, recognise

PARIS = ZoneInfo("Europe/Paris")
PRM = "21098765432104"
FILES = {
    "curve": "Identifiant PRM;Type de donnees;Grandeur metier;Unite\n"
    f"{PRM};Courbe de charge;Consommation;W\nHorodate;Valeur\n"
    "2023-01-01T00:30:00+01:00;460\n2023-01-01T01:00:00+01:00;\n",
    "index": f"Identifiant PRM;Type de donnees;Unite\n{PRM};Index;Wh\n"
    "Horodate;Type de releve;EAS F1;EAS T\n2023-01-01T00:00:00+01:00;x;1;2\n"
    "Periode;Identifiant calendrier fournisseur;Libelle;"
    "Identifiant classe temporelle 1;Libelle classe temporelle 1;"
    "Cadran classe temporelle 1\nDu 2023-01-01 au;FC1;x;HC;Creuses;EAS F1\n",
    "intervals": "Début;Fin;Valeur (en Kw)\n"
    "02/03/2023 00:00:00;02/03/2023 00:30:00;4,030\n",
    "days": f"Point Référence Mesure (PRM) : ;{PRM}\nDate;Valeur (en kWh)\n46023;1,5\n",
    "edf": "Puissances atteintes\n30/01/2026;;\n00:00:00;3916;R\n23:30:00;4522;R\n",
    "flow": "Identifiant PRM;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Unite;Horodate;Valeur;Nature;Pas\n"
    f"{PRM};2026-01-01;2026-01-02;EA;CONS;Wh;2026-01-01T00:00:00+01:00;10;R;PT5M\n",
    "soap": "<Envelope><consulterMesuresDetailleesResponse><pointId>"
    f"{PRM}</pointId><grandeur><grandeurPhysique>PA</grandeurPhysique><unite>W</unite>"
    "<mesure><v>1</v><d>2020-03-01T00:00:00.000+01:00</d><p>PT10M</p></mesure>"
    "</grandeur></consulterMesuresDetailleesResponse></Envelope>",
}
JSON = {
    "meter_reading": {
        "usage_point_id": PRM,
        "reading_type": {"unit": "W", "measuring_period": "PT30M"},
        "interval_reading": [
            {"value": "1", "date": "2026-01-01 00:30:00", "interval_length": "PT30M"}
        ],
    }
}
FLOW = {
    "header": {"codeFlux": "R64"},
    "mesures": [
        {
            "idPrm": PRM,
            "periode": {"dateDebut": "2026-01-01", "dateFin": "2026-01-02"},
            "grandeur": [
                {
                    "grandeurMetier": "CONS",
                    "grandeurPhysique": "EA",
                    "unite": "Wh",
                    "calendrier": [
                        {"classeTemporelle": [{"codeCadran": "EAS T", "valeur": []}]}
                    ],
                }
            ],
        }
    ],
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def attempt(data: bytes) -> None:
    with suppress(FileRefused):
        document = Document(data)
        export = recognise(document, FORMATS).read(document, PARIS)
        for one in export.refused:
            assert PRM not in one.detail + one.place


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_bytes_put_anywhere_are_read_or_refused(name, data):
    whole = FILES[name].encode()
    at = data.draw(st.integers(0, len(whole)))
    gone = data.draw(st.integers(0, 12))
    put = data.draw(
        st.binary(max_size=8)
        | st.sampled_from([b";", b"\n", b'"', b"\x00", b"<", b"9999", b"0001-01-01"])
    )
    attempt(whole[:at] + put + whole[at + gone :])


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_read_or_refused(name):
    whole = FILES[name].encode()
    for cut in range(1, len(whole)):
        attempt(whole[:cut])


def paths(value, path=()):
    yield path
    parts = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    for key, part in parts:
        yield from paths(part, (*path, key))


def replaced(value, path, other):
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("whole", [JSON, FLOW], ids=["answer", "flow"])
@given(data=st.data())
def test_anything_in_the_place_of_any_part_is_read_or_refused(whole, data):
    path = data.draw(st.sampled_from(list(paths(whole))))
    attempt(json.dumps(replaced(whole, path, data.draw(ANYTHING))).encode())
