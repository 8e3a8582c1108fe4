"""What files tell besides amounts: dated, kept, gone with the import that told it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from importing_home import EVER, PRM, House

from edge.catalogue import Fluid
from edge.facts import Fact, FactKind
from edge.importing import facts
from edge.importing.refusal import ImportRefused
from edge.interval import Step
from edge.journal.journal import Journal
from edge.sample import millis

PARIS = ZoneInfo("Europe/Paris")
GAS = "gas_volume_l"
CALENDAR = (
    "\nPeriode;Identifiant calendrier fournisseur;Libelle calendrier fournisseur;"
    "Identifiant classe temporelle 1;Libelle classe temporelle 1;"
    "Cadran classe temporelle 1;Identifiant classe temporelle 2;"
    "Libelle classe temporelle 2;Cadran classe temporelle 2\n"
)


@pytest.fixture
def house(tmp_path: Path):
    made = House(tmp_path / "home")
    yield made
    made.close()


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def gas_day(day: str, **said: object) -> dict[str, object]:
    return {
        "coeffConversion": 11.12,
        "dateDebutReleve": f"{day}T06:00:00+00:00",
        "energieConsomme": 75,
        "indexDebut": 500,
        "indexFin": 507,
        "journeeGaziere": day,
        "natureReleve": "Informative Journalier",
        "qualificationReleve": "Mesuré",
        "volumeBrutConsomme": 7,
    } | said


def gas_gap(day: str) -> dict[str, object]:
    return dict.fromkeys(gas_day(day)) | {
        "journeeGaziere": day,
        "qualificationReleve": "Absence de Données",
    }


def grdf(*readings: dict[str, object]) -> bytes:
    pce = "01234567890123"
    answer = {pce: {"frequence": None, "idPce": pce, "releves": list(readings)}}
    return json.dumps(answer).encode()


AFTER = gas_day("2021-08-11", indexDebut=None, indexFin=512) | {
    "volumeBrutConsomme": 0,
    "energieConsomme": 0,
}


async def test_an_index_told_without_an_amount_fills_the_hole_before_it(house):
    report = await house.take(grdf(gas_day("2021-08-09"), gas_gap("2021-08-10"), AFTER))
    (volume,) = [one for one in report.series if one.register == GAS]
    assert volume.total == 7_000  # the file's own
    days = house.reads.merged_columns("gas", GAS, Step.DAY, 0, EVER)
    assert days.value == [7_000, 2_500, 2_500]  # 512 m³ less 507
    assert days.quality == ["raw", "interpolated", "interpolated"]
    (index,) = house.journal.facts("gas")
    assert index == Fact(
        "gas",
        FactKind.INDEX,
        at("2021-08-12 06:00"),
        at("2021-08-12 06:00") + 1,
        "file:grdf-portal-json",
        {"register": GAS, "value": 512_000},
    )


async def test_a_hole_that_two_files_leave_is_filled_when_both_are_there(house):
    await house.take(grdf(gas_day("2021-08-09")), "one")
    await house.take(grdf(gas_day("2021-08-13", indexDebut=519, indexFin=526)), "two")
    days = house.reads.merged_columns("gas", GAS, Step.DAY, 0, EVER)
    assert days.value == [7_000, 4_000, 4_000, 4_000, 7_000]


def index_file(*rows: str) -> bytes:
    head = (
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;"
        "Grandeur physique;Grandeur metier;Etape metier;Unite\n"
        f"{PRM};Index;01/09/2019;21/08/2020;Energie active;Consommation;"
        "Comptage Brut;Wh\n\nHorodate;Type de releve;EAS F1;EAS F2;EAS T\n"
    )
    return (head + "".join(rows)).encode()


def index_row(day: str, *values: int) -> str:
    return f"{day};Arrêté quotidien;{';'.join(map(str, values))}\n"


TARIFFS = index_file(
    index_row("2019-10-20T00:00:00+02:00", 1000, 50, 1050),
    index_row("2019-10-21T00:00:00+02:00", 1010, 50, 1060),
    index_row("2019-10-24T00:00:00+02:00", 4, 60, 1090),
    index_row("2019-10-25T00:00:00+02:00", 14, 60, 1100),
    CALENDAR,
    "Du 2019-09-02T00:00:00+02:00 au 2019-10-22T00:00:00+02:00;FC011827;"
    f"HC du contrat {PRM};HC;Heures Creuses;EAS F1;HP;Heures Pleines;EAS F2\n",
    "Du 2019-10-22T00:00:00+02:00 au;FC000050;6 cadrans;BUHC;Bleu HC;EAS F1;"
    "BUHP;Bleu HP;EAS F2\n",
)


async def test_contracts_are_kept_with_their_dates_until_the_import_is_taken_back(
    house,
):
    report = await house.take(TARIFFS)
    assert report.facts == 3
    kinds = [one.kind for one in house.journal.facts("linky")]
    assert kinds == [FactKind.TARIFF, FactKind.ANEW, FactKind.TARIFF]
    first, anew, second = house.journal.facts("linky")
    assert (first.start_ms, first.end_ms) == (at("2019-09-02"), at("2019-10-22"))
    assert first.detail["import_tariff01_wh"] == "HC"
    assert (second.end_ms, second.detail["calendar"]) == (None, "FC000050")
    assert anew.detail["register"] == "import_tariff01_wh"
    assert house.reads.facts("linky", at("2020-01-01")) == [second]
    again = await house.take(TARIFFS)
    assert again.number is None
    await house.importer.undo(report.number)
    assert house.journal.facts("linky") == []


async def test_no_hole_is_filled_where_an_index_began_anew(house):
    await house.take(TARIFFS)
    name = "import_tariff01_wh"
    days = house.reads.merged_columns("linky", name, Step.DAY, 0, EVER)
    assert days.value == [10, 10]
    total = house.reads.merged_columns("linky", "import_total_wh", Step.DAY, 0, EVER)
    assert sum(total.value) == 50


async def test_no_number_of_a_meter_is_in_a_fact(house):
    await house.take(TARIFFS)
    for one in house.journal.facts("linky"):
        assert PRM not in str(one)
    assert house.journal.facts("linky")[0].detail["label"] == "HC du contrat …"


async def test_a_file_that_tells_new_facts_alone_is_an_import_too(house):
    await house.take(TARIFFS.partition(CALENDAR.encode())[0])
    report = await house.take(TARIFFS, "with its calendar")
    assert report.number is not None
    assert len(house.journal.facts("linky")) == 3


async def test_two_files_that_tell_the_same_tell_it_once(house):
    first = await house.take(grdf(gas_day("2021-08-09"), gas_gap("2021-08-10"), AFTER))
    more = gas_day("2021-08-12", indexDebut=512, indexFin=513, volumeBrutConsomme=1)
    await house.take(
        grdf(gas_day("2021-08-09"), gas_gap("2021-08-10"), AFTER, more), "more"
    )
    assert len(house.journal.facts("gas")) == 1
    await house.importer.undo(first.number)
    assert len(house.journal.facts("gas")) == 1


async def test_facts_outlive_the_service_and_a_damaged_journal(tmp_path):
    house = House(tmp_path / "home")
    await house.take(TARIFFS)
    told = house.journal.facts("linky")
    house.close()
    journal = Journal.open(tmp_path / "home", ballast_bytes=0)
    assert journal.facts("linky") == told
    journal.close()


def test_what_has_no_date_or_no_known_kind_is_no_fact():
    said = [
        {"kind": "rumour", "start": "2021-08-12T04:00:00+00:00"},
        {"kind": "tariff", "start": None},
        {"kind": "tariff", "start": "2021-08-12"},
        {"kind": "tariff", "start": "soon"},
        {"kind": "index", "quantity": "beer_l", "at": "2021-08-12T04:00:00+00:00"},
        {
            "kind": "tariff",
            "start": "2021-08-12T04:00:00+00:00",
            "end": "2020-08-12T04:00:00+00:00",
        },
    ]
    assert facts.told(said, "gas", Fluid.GAS, "grdf") == []


def test_more_facts_than_days_there_were_are_refused():
    one = {"kind": "tariff", "start": "2021-08-12T04:00:00+00:00"}
    with pytest.raises(ImportRefused, match="facts"):
        facts.told([one] * (facts.MOST + 1), "linky", Fluid.ELECTRICITY, "enedis")
