"""The home's years as its operators' files tell them: what importers read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from house.gas_use import conversion_kwh_m3
from house.home import VirtualHome
from house.power import Half, Midnight
from house.water_use import LEAK_L_H
from house.weather import temperature_c
from teleinfo.virtual.civil import (
    EPOCH,
    HOUR_MS,
    PARIS,
    date_of,
    day_of,
    midnight_ms,
)

NUMBER = "01234567890123"
"""An invented supply point's."""
TEMPO = {
    "HCJB": "Heures Creuses Jours Bleus",
    "HPJB": "Heures Pleines Jours Bleus",
    "HCJW": "Heures Creuses Jours Blancs",
    "HPJW": "Heures Pleines Jours Blancs",
    "HCJR": "Heures Creuses Jours Rouges",
    "HPJR": "Heures Pleines Jours Rouges",
}
"""The classes in which Tempo counts, in the order of the meter's indexes."""
GAS_DAY_MS = 6 * HOUR_MS
"""A gas day begins at 06:00 by the wall clock."""


class Told(NamedTuple):
    """A file: its name, as the operator would call it, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Story:
    """A home's years, in files."""

    home: VirtualHome

    def files(self) -> Iterator[Told]:
        """Give the files of three operators, newest facts last in each."""
        yield Told("demo-enedis-index.csv", self.indexes().encode())
        yield Told("demo-grdf.json", self.gas().encode())
        yield Told("demo-grand-lyon.json", self.water().encode())
        yield Told("demo-enedis-courbe.csv", self.curve().encode())

    def curve(self) -> str:
        """Write the half-hours as Enedis's portal did: W, by the end of each."""
        halves = self.home.power.halves
        rows = [f"{local(half.end_ms)};{half.watts}" for half in halves]
        return "\n".join([*self._about("Courbe de charge", "W;", halves), *rows, ""])

    def _about(
        self, kind: str, unit: str, told: list[Half] | list[Midnight]
    ) -> list[str]:
        first, last = midnight_ms(self.home.first_day), told[-1][0]
        head = "Horodate;Valeur"
        labels = (
            "Identifiant PRM;Type de donnees;Date de debut;Date de fin;"
            "Grandeur physique;Grandeur metier;Etape metier;Unite"
        )
        if kind == "Index":
            tariffs = [f"EAS F{n}" for n in range(1, 11)]
            parts = [f"EAS D{n}" for n in range(1, 5)]
            head = ";".join(["Horodate;Type de releve", *tariffs, *parts, "EAS T"])
        else:
            labels += ";Pas en minutes"
        days = [date_of(day_of(at_ms)).strftime("%d/%m/%Y") for at_ms in (first, last)]
        about = (
            f"{NUMBER};{kind};{days[0]};{days[1]};Energie active;Consommation;"
            f"Comptage Brut;{unit}"
        )
        return [labels, about, "", head]

    def indexes(self) -> str:
        """Write each midnight's indexes as Enedis's portal did, in Wh."""
        midnights = self.home.power.midnights
        rows = []
        for at_ms, supplier, distributor in midnights:
            counted = [*supplier[:6], "", "", "", "", *distributor, sum(supplier)]
            words = ";".join(map(str, counted))
            rows.append(f"{local(at_ms)};Arrêté quotidien;{words}")
        told = [*self._about("Index", "Wh", midnights), *rows]
        return "\n".join([*told, *_calendar(midnights[0].at_ms), ""])

    def gas(self) -> str:
        """Write each gas day as GRDF's portal does: whole m³, local times as +00:00."""
        home, told = self.home, []
        day = home.first_day
        while gas_day_ms(day + 1) <= home.anchor_ms:
            start_l = home.gas.at(gas_day_ms(day))
            end_l = home.gas.at(gas_day_ms(day + 1))
            conversion = conversion_kwh_m3(home.seed, day)
            first, after = date_of(day).isoformat(), date_of(day + 1).isoformat()
            told.append(
                {
                    "coeffConversion": conversion,
                    "dateDebutReleve": f"{first}T06:00:00+00:00",
                    "dateFinReleve": f"{after}T06:00:00+00:00",
                    "energieConsomme": round((end_l - start_l) * conversion / 1000),
                    "frequenceReleve": None,
                    "indexDebut": start_l // 1000,
                    "indexFin": end_l // 1000,
                    "journeeGaziere": first,
                    "natureReleve": "Informative Journalier",
                    "pcs": None,
                    "pta": None,
                    "qualificationReleve": "Mesuré",
                    "status": None,
                    "temperature": round(temperature_c(home.seed, day), 2),
                    "volumeBrutConsomme": end_l // 1000 - start_l // 1000,
                    "volumeConverti": None,
                }
            )
            day += 1
        answer = {NUMBER: {"frequence": None, "idPce": NUMBER, "releves": told}}
        return json.dumps(answer, ensure_ascii=False, indent=1)

    def water(self) -> str:
        """Write each day as Grand Lyon's account does: litres, months from 0."""
        home, told = self.home, []
        today = day_of(home.anchor_ms)
        for day in range(home.first_day, today + 1):
            when, over = date_of(day), day < today
            start_l = home.water.at(midnight_ms(day))
            hours = (midnight_ms(day + 1) - midnight_ms(day)) // HOUR_MS
            leaks = day in home.leak_days
            row: dict[str, int | None] = {
                "annee": when.year,
                "mois": when.month - 1,
                "jour": when.day,
                "consommation": home.water.at(midnight_ms(day + 1)) - start_l
                if over
                else None,
                "index": start_l,
            }
            if over:
                row["debitMin"] = LEAK_L_H if leaks else 0
                row["volumeEstimeFuite"] = LEAK_L_H * hours if leaks else 0
            told.append(row)
        answer = {"unites": {"consommation": "l"}, "postes": [{"data": told}]}
        return json.dumps(answer)


def _calendar(since_ms: int) -> list[str]:
    """Write the block that says which contract counts on which index, since when."""
    head = ["Periode", "Identifiant calendrier fournisseur"]
    head.append("Libelle calendrier fournisseur")
    row = [f"Du {local(since_ms)} au", "FC000000", "Tempo (demonstration)"]
    for number, (name, words) in enumerate(TEMPO.items(), 1):
        head += [
            f"{what} classe temporelle {number}"
            for what in ("Identifiant", "Libelle", "Cadran")
        ]
        row += [name, words, f"EAS F{number}"]
    return [";".join(head), ";".join(row)]


def gas_day_ms(day: int) -> int:
    """Give when a gas day begins: 06:00 by the wall clock, also when clocks change."""
    night_ms = midnight_ms(day + 1) - midnight_ms(day) - 24 * HOUR_MS
    return midnight_ms(day) + GAS_DAY_MS + night_ms


def local(at_ms: int) -> str:
    """Write an instant as the wall clock shows it, with its offset."""
    return (EPOCH + timedelta(milliseconds=at_ms)).astimezone(PARIS).isoformat()
