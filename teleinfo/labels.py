"""Every label of both modes, in the order in which a meter sends them.

Enedis-NOI-CPT_54E v3: 6.1 (historic, with the groups of the electronic meters before
Linky) and 6.2.2 (standard). A frame holds a part of its mode's rows, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from teleinfo.label import Kind, Label, Stamp
from teleinfo.mode import Mode

N = Kind.NUMBER
DATED = Stamp.DATED
PHASES = (1, 2, 3)
DAYS = (("", "today", "ce jour"), ("-1", "yesterday", "la veille"))
FLOWS = (("S", "drawn", "soutirée"), ("I", "injected", "injectée"))
TEMPO = (("B", "blue", "bleus"), ("W", "white", "blancs"), ("R", "red", "rouges"))

HISTORIC: tuple[Label, ...] = (
    # The short frame of an overload opens with these, before the address.
    *(
        Label(
            f"ADIR{n}",
            N,
            3,
            f"Current over the limit, phase {n}",
            f"Intensité de dépassement, phase {n}",
            "A",
            phases=3,
        )
        for n in PHASES
    ),
    Label("ADCO", Kind.ADDRESS, 12, "Meter's number", "Adresse du compteur"),
    Label("OPTARIF", Kind.OPTION, 4, "Tariff option", "Option tarifaire"),
    Label("ISOUSC", N, 2, "Subscribed current", "Intensité souscrite", "A", minimum=1),
    Label("BASE", N, 9, "Index", "Index option Base", "Wh"),
    Label("HCHC", N, 9, "Index, off-peak", "Index heures creuses", "Wh"),
    Label("HCHP", N, 9, "Index, peak", "Index heures pleines", "Wh"),
    Label("EJPHN", N, 9, "Index, normal", "Index EJP heures normales", "Wh"),
    Label(
        "EJPHPM", N, 9, "Index, mobile peak", "Index EJP heures de pointe mobile", "Wh"
    ),
    *(
        Label(
            f"BBRH{period}J{letter}",
            N,
            9,
            f"Index, {en}, {colour} days",
            f"Index Tempo {fr}, jours {couleur}",
            "Wh",
        )
        for letter, colour, couleur in TEMPO
        for period, en, fr in (
            ("C", "off-peak", "heures creuses"),
            ("P", "peak", "heures pleines"),
        )
    ),
    Label("PEJP", N, 2, "EJP notice", "Préavis EJP", "min", minimum=1),
    Label("PTEC", Kind.PERIOD, 4, "Tariff period", "Période tarifaire en cours"),
    Label("DEMAIN", Kind.TOMORROW, 4, "Colour tomorrow", "Couleur du lendemain"),
    Label("IINST", N, 3, "Current", "Intensité instantanée", "A", phases=1),
    *(
        Label(
            f"IINST{n}",
            N,
            3,
            f"Current, phase {n}",
            f"Intensité instantanée, phase {n}",
            "A",
            phases=3,
        )
        for n in PHASES
    ),
    Label(
        "ADPS", N, 3, "Current over the limit", "Avertissement de dépassement", "A",
        phases=1,
    ),
    Label("IMAX", N, 3, "Maximum current", "Intensité maximale", "A", phases=1),
    *(
        Label(
            f"IMAX{n}",
            N,
            3,
            f"Maximum current, phase {n}",
            f"Intensité maximale, phase {n}",
            "A",
            phases=3,
        )
        for n in PHASES
    ),
    Label(
        "PMAX", N, 5, "Maximum power, yesterday", "Puissance maximale atteinte", "W",
        phases=3,
    ),
    Label("PAPP", N, 5, "Apparent power", "Puissance apparente", "VA"),
    Label("HHPHC", Kind.CODE, 1, "Off-peak hours' group", "Horaire heures creuses"),
    Label("MOTDETAT", Kind.CODE, 6, "Status word", "Mot d'état du compteur"),
    Label(
        "PPOT", Kind.POTENTIALS, 2, "Phases present", "Présence des potentiels",
        phases=3,
    ),
)  # fmt: skip

STANDARD: tuple[Label, ...] = (
    Label("ADSC", Kind.ADDRESS, 12, "Meter's number", "Adresse du compteur"),
    Label("VTIC", Kind.CODE, 2, "Version of the output", "Version de la TIC"),
    Label(
        "DATE", Kind.NOTHING, 0, "Date and time", "Date et heure courantes", stamp=DATED
    ),
    Label("NGTF", Kind.TEXT, 16, "Supplier's calendar", "Calendrier du fournisseur"),
    Label("LTARF", Kind.TEXT, 16, "Tariff in use", "Libellé du tarif en cours"),
    Label("EAST", N, 9, "Energy drawn", "Énergie active soutirée totale", "Wh"),
    *(
        Label(
            f"EASF{n:02}",
            N,
            9,
            f"Energy drawn, supplier index {n}",
            f"Énergie active soutirée, index fournisseur {n}",
            "Wh",
        )
        for n in range(1, 11)
    ),
    *(
        Label(
            f"EASD{n:02}",
            N,
            9,
            f"Energy drawn, distributor index {n}",
            f"Énergie active soutirée, index distributeur {n}",
            "Wh",
        )
        for n in range(1, 5)
    ),
    Label(
        "EAIT", N, 9, "Energy injected", "Énergie active injectée totale", "Wh",
        producer=True,
    ),
    *(
        Label(
            f"ERQ{n}",
            N,
            9,
            f"Reactive energy, quadrant {n}",
            f"Énergie réactive, quadrant {n}",
            "VArh",
            producer=True,
        )
        for n in range(1, 5)
    ),
    *(
        Label(
            f"IRMS{n}",
            N,
            3,
            f"Current, phase {n}",
            f"Courant efficace, phase {n}",
            "A",
            phases=3 if n > 1 else 0,
        )
        for n in PHASES
    ),
    *(
        Label(
            f"URMS{n}",
            N,
            3,
            f"Voltage, phase {n}",
            f"Tension efficace, phase {n}",
            "V",
            phases=3 if n > 1 else 0,
        )
        for n in PHASES
    ),
    Label(
        "PREF", N, 2, "Subscribed power", "Puissance de référence", "kVA", minimum=1
    ),
    Label("PCOUP", N, 2, "Breaker's setting", "Puissance de coupure", "kVA"),
    Label("SINSTS", N, 5, "Apparent power drawn", "Puissance apparente soutirée", "VA"),
    *(
        Label(
            f"SINSTS{n}",
            N,
            5,
            f"Apparent power drawn, phase {n}",
            f"Puissance apparente soutirée, phase {n}",
            "VA",
            phases=3,
        )
        for n in PHASES
    ),
    *(
        Label(
            f"SMAXSN{n}{suffix}",
            N,
            5,
            f"Maximum power drawn {day}" + (f", phase {n}" if n else ""),
            f"Puissance maximale soutirée {jour}" + (f", phase {n}" if n else ""),
            "VA",
            stamp=DATED,
            phases=3 if n else 0,
        )
        for suffix, day, jour in DAYS
        for n in ("", *PHASES)
    ),
    Label(
        "SINSTI", N, 5, "Apparent power injected", "Puissance apparente injectée", "VA",
        producer=True,
    ),
    *(
        Label(
            f"SMAXIN{suffix}",
            N,
            5,
            f"Maximum power injected {day}",
            f"Puissance maximale injectée {jour}",
            "VA",
            stamp=DATED,
            producer=True,
        )
        for suffix, day, jour in DAYS
    ),
    *(
        Label(
            f"CCA{letter}N{suffix}",
            N,
            5,
            f"Load curve, {en}, {point} point",
            f"Courbe de charge {fr}, point {rang}",
            "W",
            stamp=DATED,
            producer=letter == "I",
        )
        for letter, en, fr in FLOWS
        for suffix, point, rang in (("", "last", "n"), ("-1", "previous", "n-1"))
    ),
    *(
        Label(
            f"UMOY{n}",
            N,
            3,
            f"Mean voltage of 10 min, phase {n}",
            f"Tension moyenne sur 10 min, phase {n}",
            "V",
            stamp=DATED,
            phases=3 if n > 1 else 0,
        )
        for n in PHASES
    ),
    Label("STGE", Kind.STATUS, 8, "Status register", "Registre de statuts"),
    *(
        Label(
            f"{edge}PM{n}",
            N,
            2,
            f"{en} of mobile peak {n}, its day profile",
            f"{fr} de la pointe mobile {n}, son profil",
            stamp=Stamp.PLANNED,
        )
        for n in PHASES
        for edge, en, fr in (("D", "Start", "Début"), ("F", "End", "Fin"))
    ),
    Label("MSG1", Kind.MESSAGE, 32, "Short message", "Message court"),
    Label("MSG2", Kind.MESSAGE, 16, "Ultra-short message", "Message ultra court"),
    Label("PRM", Kind.ADDRESS, 14, "Delivery point's number", "Point de livraison"),
    Label("RELAIS", Kind.RELAYS, 3, "Relays", "Relais"),
    Label(
        "NTARF", N, 2, "Supplier index in use", "Index tarifaire en cours",
        minimum=1, maximum=10,
    ),
    Label("NJOURF", N, 2, "Day profile", "Profil du jour"),
    Label("NJOURF+1", N, 2, "Day profile, tomorrow", "Profil du lendemain"),
    Label(
        "PJOURF+1", Kind.SCHEDULE, 98, "Tomorrow's schedule", "Programme du lendemain"
    ),
    Label(
        "PPOINTE", Kind.SCHEDULE, 98, "Mobile peak's schedule", "Programme de pointe"
    ),
)  # fmt: skip

LABELS: Mapping[Mode, Mapping[str, Label]] = MappingProxyType({
    Mode.HISTORIC: MappingProxyType({row.name: row for row in HISTORIC}),
    Mode.STANDARD: MappingProxyType({row.name: row for row in STANDARD}),
})  # fmt: skip

RANKS: Mapping[Mode, Mapping[str, int]] = MappingProxyType({
    mode: MappingProxyType({name: rank for rank, name in enumerate(rows)})
    for mode, rows in LABELS.items()
})  # fmt: skip
