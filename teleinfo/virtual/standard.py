"""What a Linky shows in standard mode (Enedis-NOI-CPT_54E v3, 6.2.2)."""

from __future__ import annotations

from teleinfo.mode import Mode
from teleinfo.virtual.civil import horodate
from teleinfo.virtual.day import SLOT_MS, SLOTS_A_WH, Day, Rule
from teleinfo.virtual.household import CURVE_MS, MEAN_MS, NOMINAL_V, Household, Moment
from teleinfo.virtual.spec import Contract, MeterSpec
from teleinfo.virtual.tariff import Tariff
from teleinfo.virtual.writer import ETX, STX, Writer

CALENDARS = {
    Contract.BASE: "      BASE      ",
    Contract.HPHC: "H PLEINE/CREUSE ",
    Contract.EJP: "      EJP       ",
    Contract.TEMPO: "     TEMPO      ",
}
PROFILES = {
    Contract.BASE: ("00008001",),
    Contract.HPHC: ("0000C001", "06308002", "2230C001"),
    Contract.EJP: ("00008001",),
    Contract.TEMPO: ("00004001", "06004002", "22004001"),
}
PEAK_PROFILES = {
    Contract.EJP: ("00008001", "07008002"),
    Contract.TEMPO: ("00004005", "06004006", "22004005"),
}
COLOURS = ("      ", " BLEU ", "BLANC ", "ROUGE ")
NO_MESSAGE = "PAS DE          MESSAGE         "
ALWAYS = 0x003A0000  # standard output, Euridis secured, PLC locked
DEGRADED, EXPORTING, PRODUCER, OVERLOAD = 1 << 16, 1 << 9, 1 << 8, 1 << 7


def period(contract: Contract, tariff: Tariff) -> str:
    """Give LTARF: the name of the tariff in force, 16 characters."""
    if contract is Contract.BASE:
        return "      BASE      "
    if contract is Contract.HPHC:
        return " HEURE  CREUSE  " if tariff.off_peak else " HEURE  PLEINE  "
    if contract is Contract.EJP:
        return " POINTE MOBILE  " if tariff.peak else " HEURE NORMALE  "
    hours = "HC" if tariff.off_peak else "HP"
    return f"   {hours}  {COLOURS[tariff.today]}   "


def profile(blocks: tuple[str, ...]) -> str:
    """Give PJOURF+1 or PPOINTE: eleven blocks."""
    return " ".join([*blocks, *["NONUTILE"] * (11 - len(blocks))])


class StandardFace:
    """Frames in standard mode of one home's meter."""

    def __init__(self, spec: MeterSpec, home: Household) -> None:
        self._spec, self._home = spec, home
        self._writer = Writer(Mode.STANDARD)
        self._head = self._writer.groups([("ADSC", spec.address), ("VTIC", "02")])
        self._counted: tuple[object, bytes] = (None, b"")
        self._tail: tuple[object, bytes] = (None, b"")

    def frame(self, at_ms: int) -> bytes:
        """Give the frame that starts at an instant."""
        day, moment = self._home.at(at_ms), self._home.moment(at_ms)
        rule = day.rule(at_ms)
        date = self._writer.group("DATE", "", self._when(at_ms))
        counted = self._counters(day, rule, at_ms)
        now = self._instants(moment)
        tail = self._rest(day, rule.tariff, moment, at_ms)
        return b"".join((STX, self._head, date, counted, now, tail, ETX))

    def _when(self, at_ms: int) -> str:
        error_ms = self._spec.clock_error_ms
        return horodate(at_ms + error_ms, degraded=self._spec.degraded_clock)

    def _counters(self, day: Day, rule: Rule, at_ms: int) -> bytes:
        drawn = day.energy(day.drawn, at_ms) // SLOTS_A_WH
        injected = day.energy(day.injected, at_ms) // SLOTS_A_WH
        key = (drawn, injected, rule.slot, day.start_ms)
        if self._counted[0] == key:
            return self._counted[1]
        counted = day.counters(at_ms)
        producer = self._spec.producer
        name = "   PRODUCTEUR   " if producer else CALENDARS[self._spec.contract]
        now = (
            " INDEX NON CONSO" if producer else period(self._spec.contract, rule.tariff)
        )
        fields = [
            ("NGTF", name),
            ("LTARF", now),
            ("EAST", f"{drawn:09}"),
            *((f"EASF{n:02}", f"{wh:09}") for n, wh in enumerate(counted.supplier, 1)),
            *(
                (f"EASD{n:02}", f"{wh:09}")
                for n, wh in enumerate(counted.distributor, 1)
            ),
        ]
        if producer:
            fields.append(("EAIT", f"{injected:09}"))
            reactive = (drawn // 9, drawn // 40, injected // 30, injected // 11)
            fields += [(f"ERQ{n}", f"{v:09}") for n, v in enumerate(reactive, 1)]
        written = self._writer.groups(fields)
        self._counted = (key, written)
        return written

    def _instants(self, moment: Moment) -> bytes:
        subscribed = f"{self._spec.pref_kva:02}"
        fields = [
            *((f"IRMS{n}", f"{a:03}") for n, a in enumerate(moment.amperes, 1)),
            *((f"URMS{n}", f"{v:03}") for n, v in enumerate(moment.volts, 1)),
            ("PREF", subscribed),
            ("PCOUP", subscribed),
            ("SINSTS", f"{max(0, moment.total_va):05}"),
        ]
        if self._spec.phases == 3:
            fields += [
                (f"SINSTS{n}", f"{max(0, va):05}")
                for n, va in enumerate(moment.phases_va, 1)
            ]
        return self._writer.groups(fields)

    def _rest(self, day: Day, tariff: Tariff, moment: Moment, at_ms: int) -> bytes:
        status = self._status(tariff, moment)
        slot = day.slot(at_ms)
        injecting = max(0, -moment.total_va) if self._spec.producer else 0
        key = (day.start_ms, slot, status, injecting, tariff)
        if self._tail[0] == key:
            return self._tail[1]
        written = b"".join(
            (
                self._maxima(day, at_ms, injecting),
                self._curves(at_ms),
                self._writer.group("STGE", f"{status:08X}"),
                *self._peaks(tariff),
                self._writer.groups(self._last_fields(tariff)),
            )
        )
        self._tail = (key, written)
        return written

    def _maxima(self, day: Day, at_ms: int, injecting: int) -> bytes:
        lines = [0] if self._spec.phases == 1 else [0, 1, 2, 3]
        written = []
        for line in lines:
            peak = day.peak(line, at_ms)
            when = self._when(day.start_ms + peak.slot * SLOT_MS)
            label = f"SMAXSN{line or ''}"
            written.append(self._writer.group(label, f"{peak.va:05}", when))
        for line in lines:
            peak_ms, va = self._home.peak_before(line, at_ms)
            label = f"SMAXSN{line or ''}-1"
            written.append(self._writer.group(label, f"{va:05}", self._when(peak_ms)))
        if self._spec.producer:
            peak = day.peak(4, at_ms)
            when = self._when(day.start_ms + peak.slot * SLOT_MS)
            peak_ms, va = self._home.peak_before(4, at_ms)
            written += [
                self._writer.group("SINSTI", f"{injecting:05}"),
                self._writer.group("SMAXIN", f"{peak.va:05}", when),
                self._writer.group("SMAXIN-1", f"{va:05}", self._when(peak_ms)),
            ]
        return b"".join(written)

    def _curves(self, at_ms: int) -> bytes:
        end_ms = at_ms - at_ms % CURVE_MS
        written = []
        for label, injected in (("CCASN", False), ("CCAIN", True)):
            if injected and not self._spec.producer:
                continue
            for suffix, point_ms in (("", end_ms), ("-1", end_ms - CURVE_MS)):
                watts = self._home.mean_watts(point_ms, injected=injected)
                when = self._when(point_ms)
                written.append(self._writer.group(label + suffix, f"{watts:05}", when))
        mean_ms = at_ms - at_ms % MEAN_MS
        for phase in range(1, self._spec.phases + 1):
            volts = NOMINAL_V + (mean_ms // MEAN_MS + phase) % 3 - 1
            written.append(
                self._writer.group(f"UMOY{phase}", f"{volts:03}", self._when(mean_ms))
            )
        return b"".join(written)

    def _status(self, tariff: Tariff, moment: Moment) -> int:
        spec = self._spec
        status = ALWAYS | (not tariff.off_peak)  # the dry contact is open by day
        status |= OVERLOAD if max(moment.amperes) > spec.limit_a else 0
        status |= PRODUCER if spec.producer else 0
        status |= EXPORTING if moment.total_va < 0 else 0
        status |= (tariff.supplier - 1) << 10 | (tariff.distributor - 1) << 14
        status |= DEGRADED if spec.degraded_clock else 0
        status |= tariff.today << 24 | tariff.tomorrow << 26
        return status | tariff.notice << 28 | tariff.peak << 30

    def _peaks(self, tariff: Tariff) -> list[bytes]:
        number = tariff.peak or tariff.notice
        if not number:
            return []
        start = horodate(tariff.peak_start_ms, season=" ")
        end = horodate(tariff.peak_end_ms, season=" ")
        return [
            self._writer.group(f"DPM{number}", "00", start),
            self._writer.group(f"FPM{number}", "00", end),
        ]

    def _last_fields(self, tariff: Tariff) -> list[tuple[str, str]]:
        contract = self._spec.contract
        fields = [
            ("MSG1", NO_MESSAGE),
            ("PRM", self._spec.prm),
            ("RELAIS", "001" if tariff.off_peak else "000"),
            ("NTARF", f"{tariff.supplier:02}"),
            ("NJOURF", "00"),
            ("NJOURF+1", "00"),
            ("PJOURF+1", profile(PROFILES[contract])),
        ]
        if tariff.peak or tariff.notice:
            fields.append(("PPOINTE", profile(PEAK_PROFILES[contract])))
        return fields
