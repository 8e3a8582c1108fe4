"""Electricity: what a Linky or an older electronic meter counts and shows.

Units and widths: Enedis-NOI-CPT_54E v3, 6.1 (historic) and 6.2.2 (standard).
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.catalogue import ConsentClass, Fluid, FluidMeter, Kind, Register

INDEX_MAX = 999_999_999
PHASES = (1, 2, 3)


def _index(name: str, en: str, fr: str, power: str, *, tariff: bool) -> Register:
    coarse = ConsentClass.ENERGY_BY_TARIFF if tariff else ConsentClass.ENERGY
    return Register(
        name=name,
        fluid=Fluid.ELECTRICITY,
        kind=Kind.INDEX,
        unit="VArh" if name.endswith("varh") else "Wh",
        title_en=en,
        title_fr=fr,
        minimum=0,
        maximum=INDEX_MAX,
        power=power,
        device_class=None if name.endswith("varh") else "energy",
        state_class="total_increasing",
        green_button=None if name.endswith("varh") else (12, 72, 0),
        coarse=coarse,
        fine=coarse,
    )


def _instant(  # noqa: PLR0913 - a table row has these columns
    name: str, unit: str, en: str, fr: str, maximum: int, consent: ConsentClass
) -> Register:
    device_class = {"VA": "apparent_power", "A": "current", "V": "voltage"}.get(unit)
    return Register(
        name=name,
        fluid=Fluid.ELECTRICITY,
        kind=Kind.INSTANT,
        unit=unit,
        title_en=en,
        title_fr=fr,
        minimum=0,
        maximum=maximum,
        device_class=device_class,
        state_class="measurement",
        coarse=consent,
        fine=consent,
    )


def _state(  # noqa: PLR0913 - a table row has these columns
    name: str,
    en: str,
    fr: str,
    *,
    unit: str | None = None,
    kind: Kind = Kind.STATE,
    maximum: int | None = None,
    peak: bool = False,
    options: tuple[str, ...] = (),
    consent: ConsentClass = ConsentClass.CONTRACT,
) -> Register:
    return Register(
        name=name,
        fluid=Fluid.ELECTRICITY,
        kind=kind,
        unit=unit,
        title_en=en,
        title_fr=fr,
        minimum=None if maximum is None else 0,
        maximum=maximum,
        peak=peak,
        options=options,
        device_class="enum" if options else None,
        coarse=consent,
        fine=consent,
    )


LIVE = ConsentClass.LIVE_POWER
MAX = ConsentClass.MAX_POWER
EVENT = ConsentClass.EVENT
COLOURS = ("none", "blue", "white", "red")

CURVES: Mapping[str, str] = {
    "import_load_curve_w": "import_total_wh",
    "export_load_curve_w": "export_total_wh",
}
"""Mean powers of periods, and the index that counts the same energy."""

FORETOLD = frozenset({"tempo_day", "ecowatt_level"})
"""Signals of the grid that are said of periods to come."""

LINKY = FluidMeter(hold_ms=10_000)  # five frames of the slowest (1200 baud)

ELECTRICITY: tuple[Register, ...] = (
    _index(
        "import_total_wh", "Drawn energy", "Énergie soutirée", "import", tariff=False
    ),
    *(
        _index(
            f"import_tariff{n:02}_wh",
            f"Drawn energy, supplier index {n}",
            f"Énergie soutirée, index fournisseur {n}",
            "import",
            tariff=True,
        )
        for n in range(1, 11)
    ),
    *(
        _index(
            f"import_distributor{n:02}_wh",
            f"Drawn energy, distributor index {n}",
            f"Énergie soutirée, index distributeur {n}",
            "import",
            tariff=True,
        )
        for n in range(1, 5)
    ),
    _index(
        "export_total_wh", "Injected energy", "Énergie injectée", "export", tariff=False
    ),
    *(
        _index(
            f"reactive_q{n}_varh",
            f"Reactive energy, quadrant {n}",
            f"Énergie réactive, quadrant {n}",
            "export",
            tariff=False,
        )
        for n in range(1, 5)
    ),
    _instant(
        "apparent_power_va", "VA", "Drawn power", "Puissance soutirée", 99_999, LIVE
    ),
    *(
        _instant(
            f"apparent_power_l{n}_va",
            "VA",
            f"Drawn power, phase {n}",
            f"Puissance soutirée, phase {n}",
            99_999,
            LIVE,
        )
        for n in PHASES
    ),
    _instant(
        "export_apparent_power_va",
        "VA",
        "Injected power",
        "Puissance injectée",
        99_999,
        LIVE,
    ),
    *(
        _instant(
            f"current_l{n}_a",
            "A",
            f"Current, phase {n}",
            f"Intensité, phase {n}",
            999,
            LIVE,
        )
        for n in PHASES
    ),
    *(
        _instant(
            f"voltage_l{n}_v",
            "V",
            f"Voltage, phase {n}",
            f"Tension, phase {n}",
            999,
            LIVE,
        )
        for n in PHASES
    ),
    *(
        _instant(
            f"voltage_mean_l{n}_v",
            "V",
            f"Mean voltage of 10 min, phase {n}",
            f"Tension moyenne sur 10 min, phase {n}",
            999,
            LIVE,
        )
        for n in PHASES
    ),
    *(
        _instant(
            f"overload_current_l{n}_a",
            "A",
            f"Current over the limit, phase {n}",
            f"Intensité de dépassement, phase {n}",
            999,
            EVENT,
        )
        for n in PHASES
    ),
    *(
        _state(
            f"{name}{suffix}_va",
            f"{en}{en_phase}",
            f"{fr}{fr_phase}",
            unit="VA",
            maximum=99_999,
            peak=peak,
            consent=MAX,
        )
        for name, en, fr, peak in (
            ("max_power_today", "Maximum drawn today", "Maximum soutiré ce jour", True),
            (
                "max_power_yesterday",
                "Maximum drawn yesterday",
                "Maximum soutiré la veille",
                False,  # today's of another day, which its rows tell
            ),
        )
        for suffix, en_phase, fr_phase in (
            ("", "", ""),
            *((f"_l{n}", f", phase {n}", f", phase {n}") for n in PHASES),
        )
    ),
    _state(
        "max_export_today_va",
        "Maximum injected today",
        "Maximum injecté ce jour",
        unit="VA",
        maximum=99_999,
        peak=True,
        consent=MAX,
    ),
    _state(
        "max_export_yesterday_va",
        "Maximum injected yesterday",
        "Maximum injecté la veille",
        unit="VA",
        maximum=99_999,
        consent=MAX,
    ),
    *(
        _state(
            f"max_current_l{n}_a",
            f"Maximum current, phase {n}",
            f"Intensité maximale, phase {n}",
            unit="A",
            maximum=999,
            consent=MAX,
        )
        for n in PHASES
    ),
    _state(
        "import_load_curve_w",
        "Load curve, drawn (mean power of a period)",
        "Courbe de charge soutirée (puissance moyenne d'une période)",
        unit="W",
        maximum=99_999,
        consent=ConsentClass.ENERGY,
    ),
    _state(
        "export_load_curve_w",
        "Load curve, injected (mean power of a period)",
        "Courbe de charge injectée (puissance moyenne d'une période)",
        unit="W",
        maximum=99_999,
        consent=ConsentClass.ENERGY,
    ),
    _state(
        "export_estimated_va",
        "Injected power, estimated",
        "Puissance injectée, estimée",
        unit="VA",
        maximum=99_999,
        consent=LIVE,
    ),
    _state(
        "subscribed_power_kva",
        "Subscribed power",
        "Puissance souscrite",
        unit="kVA",
        maximum=99,
    ),
    _state(
        "subscribed_current_a",
        "Subscribed current",
        "Intensité souscrite",
        unit="A",
        maximum=99,
    ),
    _state(
        "breaker_power_kva",
        "Breaker setting",
        "Puissance de coupure",
        unit="kVA",
        maximum=99,
    ),
    _state("tariff_option", "Tariff option", "Option tarifaire", kind=Kind.TEXT),
    _state("tariff_period", "Tariff period", "Période tarifaire", kind=Kind.TEXT),
    _state(
        "tariff_index",
        "Supplier index in use",
        "Index fournisseur en cours",
        maximum=15,
    ),
    _state("peak_notice_min", "EJP notice", "Préavis EJP", unit="min", maximum=99),
    _state(
        "tempo_today", "Tempo colour today", "Couleur Tempo du jour", options=COLOURS
    ),
    _state(
        "tempo_tomorrow",
        "Tempo colour tomorrow",
        "Couleur Tempo du lendemain",
        options=COLOURS,
    ),
    _state(
        "tempo_day",
        "Tempo colour of a day (1 blue, 2 white, 3 red)",
        "Couleur Tempo d'un jour (1 bleu, 2 blanc, 3 rouge)",
        maximum=3,
    ),
    _state(
        "ecowatt_level",
        "EcoWatt level of an hour (0 or 1 green, 2 orange, 3 red)",
        "Niveau EcoWatt d'une heure (0 ou 1 vert, 2 orange, 3 rouge)",
        maximum=3,
    ),
    _state("peak_notice", "Mobile peak notice", "Préavis de pointe mobile", maximum=3),
    _state("peak_running", "Mobile peak running", "Pointe mobile en cours", maximum=3),
    _state("day_profile", "Day profile", "Profil du jour", maximum=99),
    _state(
        "day_profile_tomorrow",
        "Day profile tomorrow",
        "Profil du lendemain",
        maximum=99,
    ),
    _state(
        "profile_tomorrow",
        "Tomorrow's schedule",
        "Programme du lendemain",
        kind=Kind.TEXT,
    ),
    _state(
        "profile_peak", "Mobile peak's schedule", "Programme de pointe", kind=Kind.TEXT
    ),
    _state(
        "status_register",
        "Status register",
        "Registre de statuts",
        kind=Kind.TEXT,
        consent=LIVE,
    ),
    _state(
        "overload",
        "Over the subscribed power",
        "Dépassement",
        options=("no", "yes"),
        consent=EVENT,
    ),
    _state(
        "energy_direction",
        "Direction of energy",
        "Sens de l'énergie",
        options=("import", "export"),
        consent=LIVE,
    ),
    _state("relays", "Relays", "Relais", maximum=255),
    _state(
        "phase_potentials",
        "Phases present",
        "Présence des potentiels",
        kind=Kind.TEXT,
        consent=EVENT,
    ),
    _state("message_short", "Message", "Message court", kind=Kind.TEXT),
    _state(
        "message_ultra_short", "Short message", "Message ultra court", kind=Kind.TEXT
    ),
)
