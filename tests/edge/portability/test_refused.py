"""A pack that isn't as ours are is refused with its reason, and nothing is taken."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from packed_house import FIRST_MS, manifest

from edge.portability.opening import opened
from edge.portability.readings import HEAD
from edge.portability.refusal import PackRefused
from edge.record import Baseline
from edge.sample import Sample

ROW = (
    "2023-01-01T00:00:00Z,2023-01-01T00:30:00Z,linky,import_total_wh,30min,5,Wh,raw,"
    "tic,1,1,,,,"
)


def again(pack, **changed):
    """Give a pack with files changed, and a manifest that says so."""
    document, to = manifest(pack), io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(pack)) as old,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        import hashlib  # noqa: PLC0415 - used here alone

        for one in document["resources"]:
            data = old.read(one["path"])
            stem = one["path"].partition(".")[0]
            if stem in changed:
                data = changed[stem](data.decode()).encode()
            one["bytes"] = len(data)
            one["hash"] = f"sha256:{hashlib.sha256(data).hexdigest()}"
            new.writestr(one["path"], data)
        new.writestr("datapackage.json", json.dumps(document))
    return to.getvalue()


def bent(pack, change):
    """Give a pack whose manifest was changed."""
    document, to = manifest(pack), io.BytesIO()
    change(document)
    with (
        zipfile.ZipFile(io.BytesIO(pack)) as old,
        zipfile.ZipFile(to, "w") as new,
    ):
        for name in old.namelist()[:-1]:
            new.writestr(name, old.read(name))
        new.writestr("datapackage.json", json.dumps(document))
    return to.getvalue()


def word(name, value):
    def change(text):
        return json.dumps(json.loads(text) | {name: value})

    return change


def first(name, **changed):
    def change(text):
        document = json.loads(text)
        document[name][0] |= changed
        return json.dumps(document)

    return change


FACT = {
    "meter": "linky",
    "kind": "contract",
    "start_ms": FIRST_MS,
    "end_ms": None,
    "origin": "file:enedis",
    "detail": {"power_kva": 6},
}


@pytest.fixture
async def pack(house):
    await house.live(halves=10)
    return house.written()


async def refused(new, pack, why):
    tail = new.journal.tail
    with pytest.raises(PackRefused, match=why):
        await new.unpacked(pack)
    assert new.journal.tail == tail
    assert new.journal.devices() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.pop("releve"), "no pack of Relevé"),
        (lambda d: d["releve"].update(format=99), "made by a newer"),
        (lambda d: d["releve"].update(profile="extract"), "holds no home"),
        (lambda d: d.update(resources=5), "no pack of Relevé"),
        (lambda d: d["resources"][0].update(hash="sha256:00"), "isn't what was put"),
        (lambda d: d["resources"][0].update(bytes=7), "isn't what was put"),
        (lambda d: d["resources"][0].pop("hash"), "no pack of Relevé"),
        (lambda d: d["resources"][0].update(bytes="many"), "no pack of Relevé"),
        (lambda d: d["resources"][0].update(bytes=-1), "isn't what was put"),
        (lambda d: d["resources"].pop(0), r"no readings\.csv"),
        (lambda d: d["resources"][1].update(path="../../etc/passwd"), "can't be read"),
        (lambda d: d["resources"][1].update(path="/etc/passwd"), "can't be read"),
    ],
)
async def test_a_manifest_that_lies(new, pack, change, why):
    await refused(new, bent(pack, change), why)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: "[1, 2", "isn't as ours are"),
        (lambda _: "[" * 100_000, "isn't as ours are"),
        (lambda _: "{}", "isn't as ours are"),
        (word("devices", [{"number": 1}]), "isn't as ours are"),
        (word("facts", [{"kind": "gossip"}]), "isn't as ours are"),
        *(
            (first("baselines", **changed), "isn't as ours are")
            for changed in (
                {"at_ms": "soon"},
                {"at_ms": 1 << 70},
                {"at_ms": True},
                {"meter": ["linky"]},
                {"reason": "x" * 9_000},
                {"offsets": [7]},
                {"offsets": {"import_total_wh": 10**40}},
                {"offsets": {"a_rumour": 1}},
                {"device": 3},
                {"more": 1},
            )
        ),
        *(
            (first("devices", **changed), "isn't as ours are")
            for changed in (
                {"from_ms": None},
                {"to_ms": 1.5},
                {"identifier": {}},
                {"confirmed": "yes"},
                {"number": 7},
            )
        ),
        *(
            (word("facts", [FACT | changed]), "isn't as ours are")
            for changed in (
                {"start_ms": "2023"},
                {"detail": {"a": {"b": 1}}},
                {"detail": {"a": 1e308}},
                {"detail": "x"},
                {"detail": {str(n): n for n in range(999)}},
                {"origin": None},
            )
        ),
        (lambda _: '{"a":' + "[]," * 300_000 + "[]}", "isn't as ours are"),
        (word("meters", {"garage": "electricity"}), "has a meter 'garage'"),
        (word("meters", {"gas": "water"}), "has a meter 'gas' of water"),
        (word("zone", "Indian/Reunion"), "this home's of Europe/Paris"),
    ],
)
async def test_a_home_that_is_none_or_another(new, pack, change, why):
    await refused(new, again(pack, home=change), why)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (ROW.replace(",5,", ",five,"), "line 2"),
        (ROW.replace(",5,", f",{1 << 60},"), "line 2"),
        (ROW.replace("Wh", "kWh"), "line 2"),
        (ROW.replace("raw", "certain"), "line 2"),
        (ROW.replace("2023-01-01T00:30", "2023-01-01T00:00"), "line 2"),
        (ROW.replace("2023", "1923"), "line 2"),
        (ROW.replace("2023", "2923"), "line 2"),
        (ROW.replace("00:00Z", "00:00"), "line 2"),
        (ROW.replace("import_total_wh", "a_rumour"), "line 2"),
        (ROW.replace("30min", "fortnight"), "line 2"),
        (ROW.replace("linky", "water"), "counts no import_total_wh"),
        (ROW.replace("linky", "garage"), "counts no import_total_wh"),
        (ROW + "x" * 5000, "line"),
        (ROW.replace(",1,1,,,,", f",1,1,{10**30},,,"), "line 2"),
        (ROW.replace(",1,1,,,,", f",1,1,,,{10**30},"), "line 2"),
        (ROW.replace(",1,1,,,,", ",1,1,,inf,,"), "line 2"),
        (ROW.replace(",1,1,,,,", ",1,nan,,,,"), "line 2"),
        (ROW.replace(",1,1,,,,", ",1,2,,,,"), "line 2"),
        (ROW.replace("30min", "").replace(",,,,", f",,,,{10**30}"), "line 2"),
        (ROW.replace("tic", "x" * 900), "line 2"),
        ('"' + "x" * 5000, "line"),
        (ROW + ",", "line 2"),
    ],
)
async def test_a_row_that_is_none(new, pack, row, why):
    crooked = again(pack, readings=lambda _: f"{HEAD}{row}\n", home=words_of_none)
    await refused(new, crooked, why)


def words_of_none(text):
    """Leave the meters alone: nothing but the rows could be taken."""
    empty = {"devices": [], "baselines": [], "facts": [], "corrections": []}
    return json.dumps(json.loads(text) | empty)


async def test_other_columns_are_refused(new, pack):
    crooked = again(pack, readings=lambda text: "x" + text, home=words_of_none)
    await refused(new, crooked, "other columns")


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04" + b"\x00" * 100])
def test_what_is_no_archive(data):
    with (
        pytest.raises(PackRefused, match="no pack of Relevé"),
        opened(io.BytesIO(data)),
    ):
        pass


async def test_a_pack_that_breaks_off_is_refused(new, pack):
    for end in (len(pack) - 5, len(pack) // 2, 100):
        with pytest.raises(PackRefused):
            await new.unpacked(pack[:end])


async def test_a_meter_that_counts_here_keeps_the_start_of_its_count(new, pack):
    new.journal.add_sample(Sample("linky", FIRST_MS, {"import_total_wh": 5}))
    await new.journal.commit()
    await new.unpacked(pack)
    assert new.journal.baselines("linky") == []


async def test_one_that_never_counted_here_has_the_baselines_of_before(new, pack):
    await new.unpacked(pack)
    (known,) = new.journal.baselines("linky")
    assert isinstance(known, Baseline)
    assert known.offsets == {"import_total_wh": 7}
    assert known.device == "device-1"
