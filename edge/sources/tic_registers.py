"""Each TIC label's register, for both modes: data, no logic.

A label is in one place only: REGISTERS (its value goes to one register), SPREAD (it
says several things), SLICES (it speaks of a period), APART (its own field of a
reading) or LEFT_OUT, with the reason. A test holds it to that.
"""

from __future__ import annotations

from collections.abc import Mapping

from teleinfo.mode import Mode

PHASES = (1, 2, 3)
TEMPO_INDEXES = ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR")
CONTRACTS: tuple[tuple[str, ...], ...] = (
    ("HCHC", "HCHP"),
    ("EJPHN", "EJPHPM"),
    TEMPO_INDEXES,
)
"""Historic contracts that send no total: the labels that sum to it."""

TOTAL = "import_total_wh"
DERIVED = frozenset({TOTAL})

HISTORIC: Mapping[str, str] = {
    **{f"ADIR{n}": f"overload_current_l{n}_a" for n in PHASES},
    "OPTARIF": "tariff_option",
    "ISOUSC": "subscribed_current_a",
    "BASE": TOTAL,
    **{
        label: f"import_tariff{n:02}_wh"
        for labels in CONTRACTS
        for n, label in enumerate(labels, 1)
    },
    "PEJP": "peak_notice_min",
    "DEMAIN": "tempo_tomorrow",
    "IINST": "current_l1_a",
    **{f"IINST{n}": f"current_l{n}_a" for n in PHASES},
    "ADPS": "overload_current_l1_a",
    "IMAX": "max_current_l1_a",
    **{f"IMAX{n}": f"max_current_l{n}_a" for n in PHASES},
    "PMAX": "max_power_yesterday_va",
    "PAPP": "apparent_power_va",
    "PPOT": "phase_potentials",
}

STANDARD: Mapping[str, str] = {
    "NGTF": "tariff_option",
    "LTARF": "tariff_period",
    "EAST": TOTAL,
    **{f"EASF{n:02}": f"import_tariff{n:02}_wh" for n in range(1, 11)},
    **{f"EASD{n:02}": f"import_distributor{n:02}_wh" for n in range(1, 5)},
    "EAIT": "export_total_wh",
    **{f"ERQ{n}": f"reactive_q{n}_varh" for n in range(1, 5)},
    **{f"IRMS{n}": f"current_l{n}_a" for n in PHASES},
    **{f"URMS{n}": f"voltage_l{n}_v" for n in PHASES},
    "PREF": "subscribed_power_kva",
    "PCOUP": "breaker_power_kva",
    "SINSTS": "apparent_power_va",
    **{f"SINSTS{n}": f"apparent_power_l{n}_va" for n in PHASES},
    "SMAXSN": "max_power_today_va",
    **{f"SMAXSN{n}": f"max_power_today_l{n}_va" for n in PHASES},
    "SMAXSN-1": "max_power_yesterday_va",
    **{f"SMAXSN{n}-1": f"max_power_yesterday_l{n}_va" for n in PHASES},
    "SINSTI": "export_apparent_power_va",
    "SMAXIN": "max_export_today_va",
    "SMAXIN-1": "max_export_yesterday_va",
    **{f"UMOY{n}": f"voltage_mean_l{n}_v" for n in PHASES},
    "MSG1": "message_short",
    "MSG2": "message_ultra_short",
    "RELAIS": "relays",
    "NTARF": "tariff_index",
    "NJOURF": "day_profile",
    "NJOURF+1": "day_profile_tomorrow",
    "PJOURF+1": "profile_tomorrow",
    "PPOINTE": "profile_peak",
}

REGISTERS: Mapping[Mode, Mapping[str, str]] = {
    Mode.HISTORIC: HISTORIC,
    Mode.STANDARD: STANDARD,
}

SPREAD: Mapping[str, tuple[str, ...]] = {
    "PTEC": ("tariff_period", "tempo_today"),
    "STGE": (
        "status_register",
        "overload",
        "energy_direction",
        "tempo_today",
        "tempo_tomorrow",
        "peak_notice",
        "peak_running",
    ),
}
"""The registers of a label that says several things; STGE's tariff index steps in
only where NTARF is missing."""

SLICES: Mapping[str, tuple[str, str]] = {
    "CCASN": ("CCASN-1", "import_load_curve_w"),
    "CCAIN": ("CCAIN-1", "export_load_curve_w"),
}
"""The newest point of a load curve: the label of the point before it, the register."""

CURVES = frozenset((*SLICES, *(before for before, _ in SLICES.values())))

PEAKS: Mapping[str, str] = {
    f"SMAX{flow}-1": STANDARD[f"SMAX{flow}"]
    for flow in ("SN", *(f"SN{n}" for n in PHASES), "IN")
}
"""The largest of the day before: the register that has the day among its rows.

Historic PMAX is not among them: no horodate says of which day it is, and on meters
before Linky it is the largest since the last bill.
"""

APART: Mapping[str, str] = {
    "ADCO": "Reading.device",
    "ADSC": "Reading.device",
    "DATE": "Reading.meter_clock",
    "CCASN-1": "Reading.slices",
    "CCAIN-1": "Reading.slices",
}

LEFT_OUT: Mapping[str, str] = {
    "PRM": "the delivery point's number is personal, and no part needs it",
    "VTIC": "the version of the output's specification is no quantity",
    "HHPHC": "a letter of the network's off-peak programme; a Linky always sends A",
    "MOTDETAT": "the state word of meters before Linky; a Linky sends six zeros",
    **{
        f"{edge}{n}": "when a mobile peak runs is told by STGE as it happens"
        for edge in ("DPM", "FPM")
        for n in PHASES
    },
}
