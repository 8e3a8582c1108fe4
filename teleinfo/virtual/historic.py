"""What a Linky shows in historic mode (Enedis-NOI-CPT_54E v3, 6.1)."""

from __future__ import annotations

from teleinfo.mode import Mode
from teleinfo.virtual.civil import day_of
from teleinfo.virtual.household import Household, Moment
from teleinfo.virtual.spec import Contract, MeterSpec
from teleinfo.virtual.tariff import Colour, Tariff
from teleinfo.virtual.writer import ETX, STX, Writer

OPTIONS = {
    Contract.BASE: "BASE",
    Contract.HPHC: "HC..",
    Contract.EJP: "EJP.",
    Contract.TEMPO: "BBR(",
}
INDEXES = {
    Contract.BASE: ("BASE",),
    Contract.HPHC: ("HCHC", "HCHP"),
    Contract.EJP: ("EJPHN", "EJPHPM"),
    Contract.TEMPO: ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
}
TOMORROW = {
    Colour.NONE: "----",
    Colour.BLUE: "BLEU",
    Colour.WHITE: "BLAN",
    Colour.RED: "ROUG",
}
LETTER = {Colour.BLUE: "B", Colour.WHITE: "W", Colour.RED: "R"}
IMAX_1P, IMAX_3P = "090", "060"
SHORT_FRAMES = 20
SHORT_FRAME_MS = 800
LONG_FRAME_MS = 2_000
CYCLE_MS = SHORT_FRAMES * SHORT_FRAME_MS + LONG_FRAME_MS


def period(contract: Contract, tariff: Tariff) -> str:
    """Give PTEC: the tariff period in force."""
    if contract is Contract.BASE:
        return "TH.."
    if contract is Contract.HPHC:
        return "HC.." if tariff.off_peak else "HP.."
    if contract is Contract.EJP:
        return "PM.." if tariff.peak else "HN.."
    return f"{'HC' if tariff.off_peak else 'HP'}J{LETTER[tariff.today]}"


class HistoricFace:
    """Frames in historic mode of one home's meter."""

    def __init__(self, spec: MeterSpec, home: Household) -> None:
        self._spec, self._home = spec, home
        self._writer = Writer(Mode.HISTORIC)

    def frame(self, at_ms: int) -> bytes:
        """Give the frame that starts at an instant; a short one in an overload."""
        day = self._home.at(at_ms)
        moment = self._home.moment(at_ms)
        spell = day.overload(at_ms) if self._spec.phases == 3 else None
        if spell and (at_ms - spell[0]) % CYCLE_MS < SHORT_FRAMES * SHORT_FRAME_MS:
            return self._short(moment)
        rule = day.rule(at_ms)
        fields = [
            ("ADCO", self._spec.address),
            ("OPTARIF", OPTIONS[self._spec.contract]),
            ("ISOUSC", f"{self._spec.limit_a:02}"),
        ]
        counted = day.counters(at_ms).supplier
        for label, wh in zip(INDEXES[self._spec.contract], counted, strict=False):
            fields.append((label, f"{wh:09}"))
        if self._spec.contract is Contract.EJP and rule.tariff.notice:
            fields.append(("PEJP", "30"))
        fields.append(("PTEC", period(self._spec.contract, rule.tariff)))
        if self._spec.contract is Contract.TEMPO:
            fields.append(("DEMAIN", TOMORROW[rule.tariff.tomorrow]))
        one_phase = self._spec.phases == 1
        fields += self._one(moment) if one_phase else self._three(moment, at_ms)
        fields += [("HHPHC", "A"), ("MOTDETAT", "000000")]
        if not one_phase:
            fields.append(("PPOT", "00"))
        return STX + self._writer.groups(fields) + ETX

    def _one(self, moment: Moment) -> list[tuple[str, str]]:
        current = moment.amperes[0]
        fields = [("IINST", f"{current:03}")]
        if current > self._spec.limit_a:
            fields.append(("ADPS", f"{current:03}"))
        return [*fields, ("IMAX", IMAX_1P), ("PAPP", _power(moment))]

    def _three(self, moment: Moment, at_ms: int) -> list[tuple[str, str]]:
        home, day = self._home, day_of(at_ms)
        highest = home.day(day - 1).peaks[0][-1].va
        return [
            *((f"IINST{n}", f"{a:03}") for n, a in enumerate(moment.amperes, 1)),
            *((f"IMAX{n}", IMAX_3P) for n in (1, 2, 3)),
            ("PMAX", f"{highest:05}"),
            ("PAPP", _power(moment)),
        ]

    def _short(self, moment: Moment) -> bytes:
        """Give a short frame; ADIRn tells the phases that are over."""
        over = [a for a in moment.amperes if a > self._spec.limit_a]
        fields = [
            (f"ADIR{n}", f"{a if a in over else 0:03}")
            for n, a in enumerate(moment.amperes, 1)
        ]
        fields.append(("ADCO", self._spec.address))
        fields += [(f"IINST{n}", f"{a:03}") for n, a in enumerate(moment.amperes, 1)]
        return STX + self._writer.groups(fields) + ETX


def _power(moment: Moment) -> str:
    """Give PAPP: a Linky rounds to 10 VA, and shows 0 while the home injects."""
    return f"{max(0, moment.total_va) // 10 * 10:05}"
