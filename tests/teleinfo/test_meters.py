"""One frame or two of each kind of meter, its numbers invented, as committed files.

RELEVE_WRITE_METERS=1 writes the files anew from the tables below.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from teleinfo import Decoder, Mode
from teleinfo.encode import frame
from teleinfo.labels import LABELS

HERE = Path(__file__).parent / "meters"
UNUSED = " NONUTILE"
DAY = "00008001" + UNUSED * 10
TEMPO_DAY = "00004001 06004002 22004001" + UNUSED * 8
NOW = "H261124071530"


def historic(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(" ", 1)) for line in text.strip().splitlines()]


def indexes(prefix: str, values: list[int]) -> list[tuple[str, ...]]:
    return [
        (f"{prefix}{n:02}", f"{value:09}") for n, value in enumerate(values, start=1)
    ]


def dated(labels: str, value: str, at: str = NOW) -> list[tuple[str, ...]]:
    return [(label, value, at) for label in labels.split()]


def plain(**groups: str) -> list[tuple[str, ...]]:
    return list(groups.items())


HEAD = plain(ADSC="041961000042", VTIC="02")
TAIL = [
    ("MSG1", "PAS DE          MESSAGE         "),
    ("PRM", "99000000000042"),
    ("RELAIS", "001"),
    ("NTARF", "02"),
    ("NJOURF", "00"),
    ("NJOURF+1", "00"),
]

STANDARD_1P = [
    *HEAD,
    ("DATE", "", NOW),
    ("NGTF", "H PLEINE/CREUSE "),
    ("LTARF", " HEURE  PLEINE  "),
    ("EAST", "012345678"),
    *indexes("EASF", [4_000_000, 8_345_678, 0, 0, 0, 0, 0, 0, 0, 0]),
    *indexes("EASD", [4_000_000, 8_345_678, 0, 0]),
    *plain(IRMS1="005", URMS1="231", PREF="09", PCOUP="09", SINSTS="01155"),
    ("SMAXSN", "04210", "H261124064012"),
    ("SMAXSN-1", "05870", "H261123191744"),
    ("CCASN", "00912", "H261124070000"),
    ("CCASN-1", "00874", "H261124063000"),
    ("UMOY1", "232", "H261124071000"),
    ("STGE", "003A4401"),
    *TAIL,
    ("PJOURF+1", DAY),
]

PRODUCER_1P = [
    *plain(ADSC="041961000043", VTIC="02"),
    ("DATE", "", NOW),
    ("NGTF", "   PRODUCTEUR   "),
    ("LTARF", " INDEX NON CONSO"),
    ("EAST", "000001234"),
    *indexes("EASF", [1234, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    *indexes("EASD", [1234, 0, 0, 0]),
    *plain(EAIT="003276810", ERQ1="000000012", ERQ2="000089045"),
    *plain(ERQ3="000254600", ERQ4="000000034", IRMS1="009", URMS1="238"),
    *plain(PREF="06", PCOUP="06", SINSTS="00000"),
    *dated("SMAXSN SMAXSN-1", "00021"),
    ("SINSTI", "02142"),
    *dated("SMAXIN SMAXIN-1", "02871"),
    *dated("CCASN CCASN-1", "00000"),
    *dated("CCAIN CCAIN-1", "01650"),
    *dated("UMOY1", "239"),
    ("STGE", "002A0301"),
    *TAIL,
    ("PJOURF+1", DAY),
]

TEMPO_3P = [
    *plain(ADSC="041963000044", VTIC="02"),
    ("DATE", "", NOW),
    ("NGTF", "     TEMPO      "),
    ("LTARF", "   HP  BLANC    "),
    ("EAST", "021000006"),
    *indexes("EASF", [5_000_000, 14_000_000, 500_000, 1_000_006, 200_000, 300_000]),
    *indexes("EASD", [21_000_006, 0, 0, 0]),
    *plain(IRMS1="003", IRMS2="006", IRMS3="002"),
    *plain(URMS1="237", URMS2="238", URMS3="235", PREF="18", PCOUP="18"),
    *plain(SINSTS="02700", SINSTS1="00664", SINSTS2="01373", SINSTS3="00664"),
    *dated("SMAXSN SMAXSN1 SMAXSN2 SMAXSN3", "03411"),
    *dated("SMAXSN-1 SMAXSN1-1 SMAXSN2-1 SMAXSN3-1", "03129", "H261123081500"),
    *dated("CCASN CCASN-1", "01650"),
    *dated("UMOY1 UMOY2 UMOY3", "237"),
    ("STGE", "463A0C00"),
    ("DPM1", "00", " 261124060000"),
    ("FPM1", "00", " 261125060000"),
    *TAIL,
    ("PJOURF+1", TEMPO_DAY),
    ("PPOINTE", TEMPO_DAY),
]

PRODUCER_3P = [
    *plain(ADSC="041963000045", VTIC="02"),
    ("DATE", "", NOW),
    ("NGTF", "   PRODUCTEUR   "),
    ("LTARF", " INDEX NON CONSO"),
    ("EAST", "000004321"),
    *indexes("EASF", [4321, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    *indexes("EASD", [4321, 0, 0, 0]),
    *plain(EAIT="123456789", ERQ1="000000001", ERQ2="000000002"),
    *plain(ERQ3="000000003", ERQ4="000000004"),
    *plain(IRMS1="021", IRMS2="022", IRMS3="020"),
    *plain(URMS1="238", URMS2="237", URMS3="239", PREF="36", PCOUP="36"),
    *plain(SINSTS="00000", SINSTS1="00000", SINSTS2="00000", SINSTS3="00000"),
    *dated("SMAXSN SMAXSN1 SMAXSN2 SMAXSN3", "00120"),
    *dated("SMAXSN-1 SMAXSN1-1 SMAXSN2-1 SMAXSN3-1", "00118"),
    ("SINSTI", "15020"),
    *dated("SMAXIN SMAXIN-1", "17800"),
    *dated("CCASN CCASN-1", "00000"),
    *dated("CCAIN CCAIN-1", "14900"),
    *dated("UMOY1 UMOY2 UMOY3", "238"),
    ("STGE", "003A0301"),
    *[
        (f"{edge}PM{n}", "00", f" 26112{n}060000")
        for n in (1, 2, 3)
        for edge in ("D", "F")
    ],
    ("MSG1", "COUPURE POUR TRAVAUX DEMAIN     "),
    ("MSG2", "TRAVAUX DEMAIN  "),
    *TAIL[1:],
    ("PJOURF+1", DAY),
    ("PPOINTE", DAY),
]

DEGRADED_1P = [
    (*group[:2], group[2].lower()) if len(group) == 3 else group
    for group in STANDARD_1P
]

METERS: dict[str, tuple[Mode, list[list[tuple[str, ...]]]]] = {
    "std_1p_hc": (Mode.STANDARD, [STANDARD_1P]),
    "std_1p_degraded_clock": (Mode.STANDARD, [DEGRADED_1P]),
    "std_1p_producer": (Mode.STANDARD, [PRODUCER_1P]),
    "std_3p_tempo": (Mode.STANDARD, [TEMPO_3P]),
    "std_3p_producer_largest": (Mode.STANDARD, [PRODUCER_3P]),
    "hist_1p_base": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 041961000001\nOPTARIF BASE\nISOUSC 30\nBASE 000123456\n"
                "PTEC TH..\nIINST 004\nIMAX 090\nPAPP 00920\nHHPHC A\nMOTDETAT 000000"
            )
        ],
    ),
    "hist_1p_hc_old": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 029911000002\nOPTARIF HC..\nISOUSC 45\nHCHC 012345678\n"
                "HCHP 023456789\nPTEC HP..\nIINST 005\nIMAX 041\nPAPP 01095\n"
                "HHPHC D\nMOTDETAT 400000"
            )
        ],
    ),
    "hist_1p_hc_overload": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 041961000003\nOPTARIF HC..\nISOUSC 15\nHCHC 000000100\n"
                "HCHP 000000200\nPTEC HC..\nIINST 017\nADPS 017\nIMAX 090\n"
                "PAPP 03910\nHHPHC A\nMOTDETAT 000000"
            )
        ],
    ),
    "hist_1p_ejp_notice": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 041961000004\nOPTARIF EJP.\nISOUSC 45\nEJPHN 001234567\n"
                "EJPHPM 000045678\nPEJP 30\nPTEC HN..\nIINST 002\nIMAX 090\n"
                "PAPP 00460\nMOTDETAT 000000"
            )
        ],
    ),
    "hist_1p_tempo": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 041961000005\nOPTARIF BBR(\nISOUSC 45\nBBRHCJB 001478389\n"
                "BBRHPJB 001012295\nBBRHCJW 000134553\nBBRHPJW 000213701\n"
                "BBRHCJR 000025098\nBBRHPJR 000006010\nPTEC HPJB\nDEMAIN BLAN\n"
                "IINST 001\nIMAX 090\nPAPP 00230\nHHPHC A\nMOTDETAT 000000"
            )
        ],
    ),
    "hist_3p_base_old": (
        Mode.HISTORIC,
        [
            historic(
                "ADCO 039808000006\nOPTARIF BASE\nISOUSC 20\nBASE 001181243\n"
                "PTEC TH..\nIINST1 000\nIINST2 002\nIINST3 000\nIMAX1 026\n"
                "IMAX2 018\nIMAX3 027\n"
                "PMAX 07990\nPAPP 00540\nMOTDETAT 400000\nPPOT 00"
            )
        ],
    ),
    "hist_3p_overload_short": (
        Mode.HISTORIC,
        [
            historic(
                "ADIR1 021\nADIR2 004\nADIR3 003\nADCO 041963000007\nIINST1 021\n"
                "IINST2 004\nIINST3 003"
            ),
            historic(
                "ADCO 041963000007\nOPTARIF HC..\nISOUSC 20\nHCHC 001181243\n"
                "HCHP 002181243\nPTEC HP..\nIINST1 021\nIINST2 004\nIINST3 003\n"
                "IMAX1 060\nIMAX2 060\nIMAX3 060\nPMAX 07990\nPAPP 06440\nHHPHC A\n"
                "MOTDETAT 000000\nPPOT 00"
            ),
        ],
    ),
}


def encoded(name: str) -> bytes:
    mode, frames = METERS[name]
    return b"".join(frame(mode, groups) for groups in frames)


@pytest.mark.parametrize("name", METERS)
def test_the_committed_file_is_what_the_encoder_gives(name):
    if os.environ.get("RELEVE_WRITE_METERS"):
        HERE.mkdir(exist_ok=True)
        (HERE / f"{name}.tic").write_bytes(encoded(name))
    assert (HERE / f"{name}.tic").read_bytes() == encoded(name)


@pytest.mark.parametrize("name", METERS)
def test_each_kind_of_meter_is_read_whole(name, meter, decoded):
    mode, frames = METERS[name]
    found = decoded(meter(name))
    assert [frame.complete for frame in found] == [True] * len(frames)
    assert [frame.refusals for frame in found] == [()] * len(frames)
    assert {frame.mode for frame in found} == {mode}
    for one, groups in zip(found, frames, strict=True):
        assert [(group.label, group.raw) for group in one] == [
            (label, raw) for label, raw, *_ in groups
        ]


@pytest.mark.parametrize("name", METERS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 866])
def test_each_kind_is_read_the_same_in_chunks(name, size, meter, decoded):
    data = meter(name) * 3
    assert decoded(data, chunk=size) == decoded(data)


def test_every_label_is_sent_by_one_of_these_meters():
    for mode, labels in LABELS.items():
        sent = {
            label
            for its_mode, frames in METERS.values()
            for groups in frames
            for label, *_ in groups
            if its_mode is mode
        }
        assert sent == set(labels)


def test_the_short_frame_of_an_overload_is_whole_and_marked(meter):
    short, long = Decoder().feed(meter("hist_3p_overload_short"))
    assert (short.complete, short.short) == (True, True)
    assert (long.complete, long.short) == (True, False)
    assert short["ADIR1"].value == 21


def test_a_degraded_clock_shows_in_every_horodate(meter, decoded):
    (frame,) = decoded(meter("std_1p_degraded_clock"))
    horodates = [group.horodate for group in frame if group.horodate is not None]
    assert len(horodates) == 6
    assert all(horodate.degraded for horodate in horodates)


def test_the_largest_frame_is_within_the_bounds(meter):
    assert 1700 < len(meter("std_3p_producer_largest")) < 2048
