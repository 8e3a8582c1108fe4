"""Slices: each source as it said it, whatever the merged series makes of it."""

from __future__ import annotations

from api_house import paris

from edge.sample import Quality, Slice

ASKED = "/api/v1/meters/linky/registers/import_total_wh/slices"
DAY = paris("2026-10-20T00:00:00+02:00")


def said(value, origin, quality=Quality.RAW, *, days=0):
    start = DAY + days * 86_400_000
    return Slice(
        "linky",
        "import_total_wh",
        start,
        start + 86_400_000,
        value,
        quality,
        origin,
        DAY,
        12_345,
    )


async def test_slices_are_given_as_their_source_said_them(client, reads):
    reads.told["linky", "import_total_wh"] = [
        said(8000, "file:enedis-daily-energy", Quality.VALIDATED),
        said(8004, "file:enedis-load-curve"),
    ]
    body = (await client.get(f"{ASKED}?from=2026-10-20&to=2026-10-21")).json()
    assert [
        (one["value"], one["quality"], one["origin"]) for one in body["slices"]
    ] == [
        (8000, "validated", "file:enedis-daily-energy"),
        (8004, "raw", "file:enedis-load-curve"),
    ]
    assert body["slices"][0]["start"] == "2026-10-20T00:00:00+02:00"
    assert body["slices"][0]["index_end"] == 12_345
    assert body["more"] is False


async def test_a_full_answer_says_that_there_may_be_more(client, reads):
    reads.told["linky", "import_total_wh"] = [
        said(n, "file:enedis-daily-energy", days=n) for n in range(4)
    ]
    body = (await client.get(f"{ASKED}?from=2026-10-20&limit=3")).json()
    assert (len(body["slices"]), body["more"]) == (3, True)


async def test_more_than_an_answer_holds_is_refused(client):
    answer = await client.get(f"{ASKED}?limit=20001")
    assert answer.status_code == 422
    assert answer.json()["parameter"] == "limit"
