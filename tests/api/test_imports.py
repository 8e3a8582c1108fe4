"""Uploads: the owner's alone, bounded, previewed, listed and taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from api_house import caller

from api import bodies
from api.limits import Limits
from edge.importing.importer import Undone
from edge.importing.refusal import ImportRefused
from edge.importing.report import Measured, Report, Told
from edge.journal.imports import Imported
from exports.said import Refused

IMPORTS = "/api/v1/imports"
AT = 1_795_500_000_000
TOLD = Told("linky", "import_total_wh", AT, AT + 86_400_000, 1, 4200, "Wh")
ROW = Refused("line 3", "negative", "-5 Wh: nothing counts less than 0")


class FakeImports:
    """Takes everything, and notes what it was asked."""

    def __init__(self):
        self.asked = []
        self.report = Report(
            "file",
            "enedis-x",
            (TOLD,),
            new=1,
            refused=(ROW,),
            absent=2,
            measured=(Measured("linky", "import_total_wh", 1, 1, 4200, 4100),),
            number=7,
        )
        self.going, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def take(self, data, asked):
        self.asked.append((data, asked))
        self.going.set()
        await self.gate.wait()
        if asked.dry_run:
            return replace(self.report, number=None, dry_run=True)
        return self.report

    def listed(self):
        return [
            Imported(7, AT, None, "a…b.csv", "00", "enedis-x", ("linky",), 1, 0, 0, 1)
        ]

    async def undo(self, number):
        if number != 7:
            raise ImportRefused("no-such-import", f"no import has number {number}")
        return Undone(7, 1, 0, 0)


@pytest.fixture
def importer():
    return FakeImports()


@pytest.fixture
def house(deps, importer):
    return replace(deps, imports=importer)


@pytest.fixture
async def client(house):
    async with caller(house) as made:
        yield made


def problem(answer, kind):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["type"] == f"/docs#{kind}"
    return answer.json()


async def test_a_file_is_taken_and_what_came_of_it_said(client, importer):
    where = f"{IMPORTS}?name=a.csv&meter=linky&register=import_total_wh"
    answer = await client.post(where, content=b"bytes of a file")
    assert answer.status_code == 201
    said = answer.json()
    assert said["id"] == 7
    assert said["series"][0]["total"] == 4200
    assert said["series"][0]["from"].endswith("+01:00")
    assert said["absent"] == 2
    assert said["measured"][0]["home"] == 4100
    (refused,) = said["refused"]
    assert (refused["where"], refused["reason"]) == ("line 3", "negative")
    assert refused["detail"]["fr"] == "une consommation ne peut être négative"
    ((data, asked),) = importer.asked
    assert data == b"bytes of a file"
    assert (asked.name, asked.meter, asked.register) == (
        "a.csv",
        "linky",
        "import_total_wh",
    )


async def test_a_preview_is_not_created(client, importer):
    answer = await client.post(f"{IMPORTS}?dry_run=1", content=b"x")
    assert answer.status_code == 200
    assert answer.json()["dry_run"] is True
    assert importer.asked[0][1].dry_run


async def test_a_file_that_is_refused_is_a_problem_with_its_reason(client, importer):
    why = Refused("file", "web-page", "this is a web page")
    importer.report = Report("file", refused=(why,), whole=True)
    said = problem(await client.post(IMPORTS, content=b"x"), "file-refused")
    assert said["detail"] == "web-page: this is a web page"


async def test_imports_are_listed(client):
    (one,) = (await client.get(IMPORTS)).json()["imports"]
    assert (one["id"], one["file"], one["undone"]) == (7, "a…b.csv", None)


async def test_an_import_is_taken_back_once_it_is_known(client):
    answer = await client.delete(f"{IMPORTS}/7")
    assert answer.json() == {"id": 7, "withdrawn": 1, "restored": 0, "kept": 0}
    for number in (8, 0, -1, 1 << 60):
        problem(await client.delete(f"{IMPORTS}/{number}"), "not-found")
    problem(await client.delete(f"{IMPORTS}/x"), "wrong-parameter")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_no_stranger_imports_lists_or_takes_back(house, importer, method):
    path = f"{IMPORTS}/7" if method == "DELETE" else IMPORTS
    body = b"x" if method == "POST" else None
    async with caller(house, headers={}) as stranger:
        answer = await stranger.request(method, path, content=body)
    problem(answer, "credential-needed")
    assert importer.asked == []


async def test_a_body_has_a_told_length_and_a_largest_one(client, importer):
    async def drops():
        yield b"x"

    problem(await client.post(IMPORTS, content=drops()), "length-needed")
    for length in (str((64 << 20) + 1), "9" * 13):
        headers = {"Content-Length": length}
        answer = await client.post(IMPORTS, content=b"x", headers=headers)
        problem(answer, "body-too-large")
        assert answer.headers["connection"] == "close"
    answer = await client.request("DELETE", f"{IMPORTS}/7", content=b"x")
    problem(answer, "body-refused")
    answer = await client.request("GET", IMPORTS, content=b"x")
    problem(answer, "body-refused")
    assert importer.asked == []


async def test_one_file_at_a_time(client, importer):
    importer.gate.clear()
    first = asyncio.create_task(client.post(IMPORTS, content=b"x"))
    await importer.going.wait()
    problem(await client.post(IMPORTS, content=b"y"), "too-many-uploads")
    importer.gate.set()
    assert (await first).status_code == 201


class Slow:
    """A request whose body never comes."""

    async def stream(self):
        yield b"x"
        await asyncio.Event().wait()


async def test_a_file_that_comes_too_slowly_is_cut():
    with pytest.raises(Exception, match="too slowly"):
        await bodies.read(Slow(), 0.01)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_told_which_there_are(client, method):
    answer = await client.request(method, IMPORTS)
    problem(answer, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST"
    answer = await client.get(f"{IMPORTS}/7")
    assert answer.headers["allow"] == "DELETE"


async def test_where_nothing_imports_there_is_nothing(deps):
    async with caller(replace(deps, limits=Limits())) as made:
        problem(await made.get(IMPORTS), "not-found")
        problem(await made.post(IMPORTS, content=b"x"), "not-found")
