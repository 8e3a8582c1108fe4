"""A home of three fluids without a service, and files that are invented for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid
from edge.importing.importer import Importer
from edge.importing.meters import Place, Places
from edge.importing.reading import Asked, Home
from edge.journal.journal import Journal
from edge.reads import Reads
from edge.stores.projector import Projector
from edge.stores.sqlite import SqliteStore
from exports.reading.here import here

PARIS = ZoneInfo("Europe/Paris")
NOW_MS = 1_795_500_000_000
EVER = 1 << 50
PRM = "01234567890123"
CURVE = "import_load_curve_w"
HEAD = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    f"{PRM};Courbe de charge;01/01/2023;01/01/2024;Energie active;Consommation;"
    "Comptage Brut;W;30\nHorodate;Valeur\n"
)


def curve(
    values: list[int | str], start: datetime = datetime(2023, 1, 1, tzinfo=PARIS)
) -> bytes:
    """A load curve of half-hours as Enedis gives it: each instant ends its own."""
    at = start.astimezone(UTC)
    rows = []
    for value in values:
        at += timedelta(minutes=30)
        rows.append(f"{at.astimezone(PARIS).isoformat()};{value}\n")
    return (HEAD + "".join(rows)).encode()


def gas_days(energies: list[int], first: str = "2022-11-01") -> bytes:
    """GRDF's portal JSON: a day each, whole m³, its times mislabelled +00:00."""
    day = datetime.fromisoformat(first)
    rows = []
    index = 1000
    for number, energy in enumerate(energies):
        begin, end = day + timedelta(days=number), day + timedelta(days=number + 1)
        volume = energy // 11
        rows.append(
            f'{{"coeffConversion":11.12,"dateDebutReleve":"{begin:%Y-%m-%d}'
            f'T06:00:00+00:00","dateFinReleve":"{end:%Y-%m-%d}T06:00:00+00:00",'
            f'"energieConsomme":{energy},"frequenceReleve":null,"indexDebut":{index},'
            f'"indexFin":{index + volume},"journeeGaziere":"{begin:%Y-%m-%d}",'
            '"natureReleve":"Informative Journalier","pcs":null,"pta":null,'
            '"qualificationReleve":"Mesuré","status":null,"temperature":null,'
            f'"volumeBrutConsomme":{volume},"volumeConverti":null}}'
        )
        index += volume
    rows_text = ",".join(rows)
    return (
        '{"01234567890123":{"frequence":null,"idPce":"01234567890123","releves":'
        f"[{rows_text}]}}}}"
    ).encode()


PLACES = (
    Place("linky", Fluid.ELECTRICITY),
    Place("gas", Fluid.GAS),
    Place("water", Fluid.WATER),
)


class House:
    """Journal, store and importer, as a command opens them."""

    def __init__(self, directory: Path, places: tuple[Place, ...] = PLACES) -> None:
        self.now_ms = NOW_MS
        self.journal = Journal.open(directory, ballast_bytes=0)
        self.store = SqliteStore(directory / "store.db")
        self.reads = Reads(self.store, self.journal)
        home = Home(Places(places), PARIS)
        # in this process: each test would start another (tests/real has them apart)
        self.importer = Importer(self.journal, self.reads, home, self._tick, here)

    def _tick(self) -> int:
        self.now_ms += 1
        return self.now_ms

    async def take(self, data: bytes, name: str = "file", **asked):
        return await self.importer.take(data, Asked(name, **asked))

    def slices(self, meter: str = "linky", register: str = CURVE):
        return self.reads.slices(meter, register, 0, EVER)

    async def project(self) -> None:
        projector = Projector(self.journal, self.store)
        await self.journal.register("store")
        await projector.project()

    def close(self) -> None:
        self.store.close()
        self.journal.close()
