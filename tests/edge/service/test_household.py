"""The household's decisions from the shell: carried out whole, or refused and why."""

from zoneinfo import ZoneInfo

import pytest
from service_home import T0

from edge.catalogue import ConsentClass, Fluid
from edge.commands import CommandRefused, from_json, to_json
from edge.consent.asking import Asking, Request
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.read_journal import Reading, ReadJournal
from edge.consent.records import Declared
from edge.consent.terms import Channel, read
from edge.consent.writers import Writers
from edge.decisions import (
    DECISIONS,
    AddWriter,
    ApproveRequest,
    ConfirmWriters,
    CreateDestination,
    CreateService,
    Narrow,
    PauseServices,
    RefuseRequest,
    RemoveService,
    RemoveWriter,
    ResumeServices,
    ShowReadings,
    ShowRequest,
    Withdraw,
)
from edge.errors import ConsentError, EdgeError
from edge.sample import HostInstant
from edge.service.household import Household
from edge.service.owner import Owner

PARIS = ZoneInfo("Europe/Paris")
SELF = {"name": "Script", "controller": "me", "contact": "me"}
DAY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "a look",
}
CREATE = CreateService(SELF, [DAY], ["linky"], "en")


class Still:
    def now(self):
        return HostInstant(T0, T0 * 1_000_000, synchronised=True, boot_id="one")


@pytest.fixture
def house(tmp_path):
    consents = Consents.open(tmp_path, Still(), PARIS)
    yield Household(
        consents,
        Credentials(consents.ledger),
        Asking(consents),
        {"linky": Fluid.ELECTRICITY, "attic": Fluid.ELECTRICITY, "water": Fluid.WATER},
        ReadJournal(consents.ledger, PARIS),
    )
    consents.close()


async def asked(house, *lines, name="Coach"):
    declared = Declared(name, "ALEC", "dpo@alec.example")
    codes = house.asking.ask(Request("c1", declared, tuple(map(read, lines))), "lan")
    return codes, await house.decide(ShowRequest(codes.user))


async def test_a_service_that_is_created_holds_what_was_typed_and_has_a_token(house):
    made = await house.decide(CREATE)
    grant = house.consents.grant(made["service"])
    assert [one.id for one in grant.consents] == made["consents"]
    assert grant.meters == {"linky"}
    assert house.credentials.service_of(made["token"], T0) == made["service"]
    last = [*house.consents.ledger.entries()][-1]
    assert last.body["basis"] == {"way": "shell", "language": "en"}


async def test_a_destination_holds_what_was_typed_and_never_comes_in(house):
    details = [DAY | {"channels": ["cloud"]}]
    asked = CreateDestination(SELF, details, ["linky"], "fr", "cloud")
    made = await house.decide(asked)
    grant = house.consents.grant(made["service"])
    assert [one.id for one in grant.consents] == made["consents"]
    assert "token" not in made
    assert grant.consents[0].terms.channels == {Channel.CLOUD}


@pytest.mark.parametrize(("way", "channels"), [("rest", ["rest"]), ("cloud", ["rest"])])
async def test_a_destination_is_sent_to_and_never_asked(house, way, channels):
    details = [DAY | {"channels": channels}]
    with pytest.raises(EdgeError):
        await house.decide(CreateDestination(SELF, details, ["linky"], "fr", way))
    assert [*house.consents.ledger.entries()] == []


async def test_each_grant_is_of_the_meters_of_its_fluid(house):
    details = [DAY, DAY | {"fluid": "water"}]
    made = await house.decide(CreateService(SELF, details, ["attic", "water"], "fr"))
    grant = house.consents.grant(made["service"])
    assert [sorted(one.meters) for one in grant.consents] == [["attic"], ["water"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"meters": []}, "name one of linky, attic"),
        ({"meters": ["water"]}, "name one of linky, attic"),
        ({"meters": ["nobody"]}, "no meter is called"),
        ({"meters": [3]}, "an id is a text"),
        ({"details": []}, "ask for"),
        ({"details": [DAY, DAY]}, "two lines"),
        ({"details": [DAY | {"fluid": "gas"}]}, "no meter of gas"),
        ({"details": [DAY | {"history": "P4Y"}]}, "longer"),
        ({"declared": {"name": "x"}}, "text"),
        ({"declared": SELF | {"name": "a\x1b[31m"}}, "control"),
        ({"declared": SELF | {"name": "a\u202ecilbup"}}, "control"),
        ({"declared": SELF | {"leaves_home": True}}, "to whom"),
    ],
)
async def test_what_can_not_be_granted_leaves_nothing_behind(house, change, why):
    with pytest.raises(EdgeError, match=why):
        await house.decide(CreateService(**to_plain(CREATE) | change))
    assert [*house.consents.ledger.entries()] == []


def to_plain(command):
    plain = to_json(command)
    del plain["command"]
    return plain


async def test_who_is_removed_holds_nothing_and_its_token_is_nobodys(house):
    made = await house.decide(CREATE)
    told = await house.decide(RemoveService(made["service"]))
    assert told == {"withdrawn": made["consents"]}
    assert house.consents.grant(made["service"]) is None
    assert house.credentials.service_of(made["token"], T0) is None
    with pytest.raises(ConsentError, match="no service"):
        await house.decide(RemoveService("nobody"))


async def test_services_are_paused_and_resumed_one_by_one_or_all(house):
    one = (await house.decide(CREATE))["service"]
    two = (await house.decide(CREATE))["service"]
    await house.decide(PauseServices([one]))
    assert house.consents.grant(one) is None
    assert house.consents.grant(two) is not None
    await house.decide(PauseServices([]))
    assert house.consents.grant(two) is None
    await house.decide(ResumeServices([]))
    assert house.consents.grant(one) is not None
    assert house.consents.grant(two) is not None


async def test_what_is_withdrawn_twice_was_withdrawn_once(house):
    made = await house.decide(CREATE)
    assert await house.decide(Withdraw(made["consents"])) == {
        "withdrawn": made["consents"]
    }
    assert await house.decide(Withdraw(made["consents"])) == {"withdrawn": []}
    with pytest.raises(ConsentError, match="no consent"):
        await house.decide(Withdraw(["c0"]))


async def test_a_consent_is_narrowed_never_widened(house):
    (consent,) = (await house.decide(CREATE))["consents"]
    for terms, meters in (
        (read(DAY | {"granularity": "hour"}), ["linky"]),
        (read(DAY | {"history": "P2Y"}), ["linky"]),
        (read(DAY), ["linky", "attic"]),
    ):
        with pytest.raises(ConsentError, match="not widened"):
            await house.decide(Narrow(consent, terms.plain(), meters))
    terms = read(DAY | {"granularity": "month"}).plain()
    made = await house.decide(Narrow(consent, terms, ["linky"]))
    assert made["consent"]["terms"]["granularity"] == "month"


async def test_a_request_is_shown_by_its_code_with_the_meters_there_are(house):
    codes, shown = await asked(house, DAY, DAY | {"fluid": "gas"})
    assert shown["declared"]["name"] == "Coach"
    assert [one["meters"] for one in shown["lines"]] == [["linky", "attic"], []]
    with pytest.raises(CommandRefused, match="no request"):
        await house.decide(ShowRequest("BBBBB-BBBBB"))
    again = await house.decide(ShowRequest(codes.user.lower()))
    assert again["digest"] == shown["digest"]


async def test_what_is_chosen_of_a_request_is_granted_and_nothing_else(house):
    _, shown = await asked(house, DAY, DAY | {"class": "max_power"})
    choice = {"terms": shown["lines"][0]["terms"], "meters": ["attic"]}
    made = await house.decide(
        ApproveRequest(shown["request"], shown["digest"], [choice], "fr")
    )
    (held,) = house.consents.grant(made["service"]).consents
    assert (held.terms.consent_class, held.meters) == ("energy", {"attic"})


@pytest.mark.parametrize(
    "choice",
    [
        None,
        {},
        {"terms": DAY},
        {"meters": ["linky"]},
        {"terms": DAY, "meters": [1]},
        {"terms": DAY, "meters": ["nobody"]},
        {"terms": DAY, "meters": ["water"]},
        {"terms": DAY | {"granularity": "live"}, "meters": ["linky"]},
        {"terms": DAY | {"fluid": "water"}, "meters": ["water"]},
    ],
)
async def test_no_more_is_granted_than_was_asked(house, choice):
    _, shown = await asked(house, DAY)
    with pytest.raises(EdgeError):
        await house.decide(
            ApproveRequest(shown["request"], shown["digest"], [choice], "fr")
        )
    assert house.consents.standing.services == {}


async def test_who_was_refused_may_not_ask_again_soon(house):
    _, shown = await asked(house, DAY)
    await house.decide(RefuseRequest(shown["request"], shown["digest"]))
    with pytest.raises(CommandRefused, match="no request"):
        await asked(house, DAY)


async def test_what_was_read_is_shown_before_it_is_written(house):
    made = await house.decide(CREATE)
    reading = Reading("linky", ConsentClass.ENERGY, "day", T0 - 86_400_000, T0, 3)
    house.readings.note(made["service"], Channel.REST, [reading], T0)
    (line,) = (await house.decide(ShowReadings()))["lines"]
    assert (line["service"], line["rows"]) == (made["service"], 3)
    assert (await house.decide(ShowReadings("other")))["lines"] == []


async def test_a_writer_is_let_in_for_a_meter_there_is_and_removed(house):
    made = await house.decide(AddWriter("garage", "water"))
    writers = Writers(house.consents)
    assert writers.writer_of(made["token"]).meter == "water"
    with pytest.raises(CommandRefused, match="no meter"):
        await house.decide(AddWriter("cave", "nobody"))
    assert await house.decide(ConfirmWriters([])) == {"confirmed": []}
    with pytest.raises(ConsentError, match="no writer"):
        await house.decide(ConfirmWriters(["w0"]))
    await house.decide(RemoveWriter(made["writer"]))
    assert writers.writer_of(made["token"]) is None


async def test_where_nothing_is_granted_it_is_said(hub, clock):
    owner = Owner(hub.journal, hub.gates, hub.reads, hub.bus, clock, rebuild=None)
    with pytest.raises(CommandRefused, match="granted"):
        await owner.execute(PauseServices([]))


async def test_the_owners_commands_reach_the_household(hub, clock, house):
    owner = Owner(
        *(hub.journal, hub.gates, hub.reads, hub.bus, clock),
        rebuild=None,
        household=house,
    )
    assert (await owner.execute(CREATE))["service"] in house.consents.standing.services


def test_every_decision_crosses_a_process_border():
    assert [from_json(to_json(one)) for one in SAMPLES] == SAMPLES
    assert {type(one) for one in SAMPLES} == set(DECISIONS)


SAMPLES = [
    CreateDestination(SELF, [DAY], ["linky"], "fr", "cloud"),
    CREATE,
    RemoveService("s1"),
    PauseServices([]),
    ResumeServices(["s1"]),
    ShowRequest("BCDFG"),
    ApproveRequest("r", "d", [], "fr"),
    RefuseRequest("r", "d"),
    Withdraw(["c1"]),
    Narrow("c1", DAY, ["linky"]),
    ShowReadings(None),
    AddWriter("garage", "water"),
    ConfirmWriters(["w1"]),
    RemoveWriter("w1"),
]
