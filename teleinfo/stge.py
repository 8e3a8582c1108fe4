"""The status register: 32 bits to named states (Enedis-NOI-CPT_54E v3, 6.2.3.14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from teleinfo.errors import ValueRefused

WIDTH = 8
HEX = frozenset("0123456789ABCDEF")


class Contact(StrEnum):
    """A contact, or a cover."""

    CLOSED = "closed"
    OPEN = "open"


class Breaker(StrEnum):
    """The meter's own breaker, and why it opened."""

    CLOSED = "closed"
    OVER_POWER = "open_over_power"
    OVER_VOLTAGE = "open_over_voltage"
    LOAD_SHEDDING = "open_load_shedding"
    ORDERED = "open_ordered"
    OVERHEATED_ABOVE = "open_overheated_above_max_current"
    OVERHEATED_BELOW = "open_overheated_below_max_current"
    UNDEFINED = "undefined"


class Role(StrEnum):
    """What the contract makes of the meter; not whether it exports now."""

    CONSUMER = "consumer"
    PRODUCER = "producer"


class Direction(StrEnum):
    """Where active energy flows now; consumer-only meters tell it too."""

    IMPORT = "import"
    EXPORT = "export"


class Clock(StrEnum):
    """What the meter thinks of its clock."""

    GOOD = "good"
    DEGRADED = "degraded"


class TicOutput(StrEnum):
    """The mode of the customer output."""

    HISTORIC = "historic"
    STANDARD = "standard"


class Euridis(StrEnum):
    """The Euridis output."""

    OFF = "off"
    WITHOUT_SECURITY = "on_without_security"
    UNDEFINED = "undefined"
    WITH_SECURITY = "on_with_security"


class Plc(StrEnum):
    """The power-line modem's registration."""

    NEW_UNLOCKED = "new_unlocked"
    NEW_LOCKED = "new_locked"
    REGISTERED = "registered"
    UNDEFINED = "undefined"


class Colour(StrEnum):
    """A Tempo day's colour; NONE without a Tempo contract, or before it is known."""

    NONE = "none"
    BLUE = "blue"
    WHITE = "white"
    RED = "red"


CONTACTS = tuple(Contact)
BREAKERS = tuple(Breaker)
ROLES = tuple(Role)
DIRECTIONS = tuple(Direction)
CLOCKS = tuple(Clock)
OUTPUTS = tuple(TicOutput)
EURIDIS = tuple(Euridis)
PLCS = tuple(Plc)
COLOURS = tuple(Colour)


@dataclass(frozen=True, slots=True)
class Stge:
    """The register's bits; each property is one field of it."""

    bits: int

    @classmethod
    def from_field(cls, field: str) -> Stge:
        """Read the eight upper-case hexadecimal digits; raise ValueRefused if not."""
        if len(field) != WIDTH or not HEX.issuperset(field):
            raise ValueRefused("STGE", field, hint="eight digits, 0 to 9 and A to F")
        return cls(int(field, 16))

    @property
    def dry_contact(self) -> Contact:
        """Tell whether relay 1, the dry contact, is closed."""
        return CONTACTS[self.bits & 1]

    @property
    def breaker(self) -> Breaker:
        """Tell whether the breaker is closed, or why it opened."""
        return BREAKERS[self.bits >> 1 & 7]

    @property
    def terminal_cover(self) -> Contact:
        """Tell whether the distributor's terminal cover is closed."""
        return CONTACTS[self.bits >> 4 & 1]

    @property
    def overvoltage(self) -> bool:
        """Tell whether a phase is over its voltage."""
        return bool(self.bits >> 6 & 1)

    @property
    def overload(self) -> bool:
        """Tell whether the subscribed power is exceeded: ADPS's like."""
        return bool(self.bits >> 7 & 1)

    @property
    def role(self) -> Role:
        """Tell the contract's role."""
        return ROLES[self.bits >> 8 & 1]

    @property
    def direction(self) -> Direction:
        """Tell where active energy flows now."""
        return DIRECTIONS[self.bits >> 9 & 1]

    @property
    def supplier_index(self) -> int:
        """Give the supplier's index in use, from 1."""
        return (self.bits >> 10 & 15) + 1

    @property
    def distributor_index(self) -> int:
        """Give the distributor's index in use, from 1."""
        return (self.bits >> 14 & 3) + 1

    @property
    def clock(self) -> Clock:
        """Tell what the meter thinks of its clock."""
        return CLOCKS[self.bits >> 16 & 1]

    @property
    def tic_output(self) -> TicOutput:
        """Tell the mode of the customer output."""
        return OUTPUTS[self.bits >> 17 & 1]

    @property
    def euridis(self) -> Euridis:
        """Tell the Euridis output's state."""
        # Bit 18 is unused: whoever skips it reads Euridis and PLC one bit off.
        return EURIDIS[self.bits >> 19 & 3]

    @property
    def plc(self) -> Plc:
        """Tell the power-line modem's state."""
        return PLCS[self.bits >> 21 & 3]

    @property
    def plc_synchronised(self) -> bool:
        """Tell whether the power-line modem is synchronised."""
        return bool(self.bits >> 23 & 1)

    @property
    def tempo_today(self) -> Colour:
        """Give today's colour, as information: prices go by the tariff in use."""
        return COLOURS[self.bits >> 24 & 3]

    @property
    def tempo_tomorrow(self) -> Colour:
        """Give tomorrow's colour; none until the meter knows it."""
        return COLOURS[self.bits >> 26 & 3]

    @property
    def peak_notice(self) -> int:
        """Give the mobile peak that is announced, 1 to 3; 0 if none."""
        return self.bits >> 28 & 3

    @property
    def peak_running(self) -> int:
        """Give the mobile peak that is on, 1 to 3; 0 if none."""
        return self.bits >> 30 & 3

    def states(self) -> dict[str, str | int | bool]:
        """Give every field by its name."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS: tuple[str, ...] = tuple(
    name for name, part in vars(Stge).items() if isinstance(part, property)
)
