"""A household grants, looks, narrows, takes back and proves from its shell."""

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli import consent_letter, consent_preview, grants
from cli.consent_words import length
from cli.display import shown
from cli.language import Language
from cli.main import app
from edge.catalogue import ConsentClass, Fluid
from edge.config import load_config
from edge.consent.asking import Asking, Request
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.period import Period
from edge.consent.read_journal import Reading, ReadJournal
from edge.consent.records import RESTORED, Declared
from edge.consent.standing import Act
from edge.consent.terms import Channel, read
from edge.errors import ConsentError
from edge.host import HostClock
from edge.service.control import ControlServer
from edge.service.household import Household
from edge.service.owner import Owner

DAY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "Conseils d'économie",
}
CREATE = (
    *("services", "create", "Script", "--purpose", "a look", "--meter", "linky"),
    *("--grant", "electricity/energy/day"),
)
FLUIDS = {
    "linky": Fluid.ELECTRICITY,
    "attic": Fluid.ELECTRICITY,
    "water": Fluid.WATER,
}


class House:
    """A home's household behind its control socket, and the shell before it."""

    def __init__(self, path):
        self.data = path / "data"
        self.data.mkdir()
        self.config = path / "releve.toml"
        self.config.write_text(
            f'data_dir = "{self.data}"\n[[meters]]\nid = "linky"\nport = "/dev/null"\n'
        )
        zone = ZoneInfo("Europe/Paris")
        self.consents = Consents.open(self.data, HostClock(), zone)
        self.asking = Asking(self.consents)
        self.readings = ReadJournal(self.consents.ledger, zone)
        credentials = Credentials(self.consents.ledger).follow(self.consents)
        self.household = Household(
            self.consents, credentials, self.asking, FLUIDS, self.readings
        )

    def type(self, *words, said="", language="en"):
        return CliRunner().invoke(
            app,
            [*words, "--config", str(self.config)],
            input=said,
            env={"LC_ALL": language, "COLUMNS": "200"},
        )

    def told(self, *words, **other):
        done = self.type(*words, **other)
        assert done.exit_code == 0, done.output + str(done.exception)
        return done.output

    def refused(self, *words, **other):
        done = self.type(*words, **other)
        assert done.exit_code != 0, done.output
        return str(done.exception)

    def asked(self, *lines, **declared):
        who = Declared(
            *("Coach", "ALEC", "dpo@alec.example"),
            **declared,
        )
        request = Request("c1", who, tuple(read(DAY | line) for line in lines))
        return self.asking.ask(request, "lan").user

    def only_consent(self):
        (one,) = [
            c for c in self.consents.standing.consents.values() if c.ended_ms is None
        ]
        return one

    def has_read(self, consent, rows=3):
        at_ms = self.consents.now_ms()
        reading = Reading(
            *("linky", ConsentClass.ENERGY, "day", at_ms - 86_400_000, at_ms, rows)
        )
        self.readings.note(consent.service, Channel.REST, [reading], at_ms)


@contextmanager
def serving(house):
    """Serve a house's control socket from a loop of its own."""
    loop = asyncio.new_event_loop()
    owner = Owner(None, {}, None, None, None, rebuild=None, household=house.household)
    server = ControlServer(house.data, owner)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    task = asyncio.run_coroutine_threadsafe(server.run(), loop)
    asyncio.run_coroutine_threadsafe(server.ready.wait(), loop).result(60)
    try:
        yield
    finally:
        task.cancel()
        asyncio.run_coroutine_threadsafe(ended(loop), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


async def ended(loop):
    mine = asyncio.current_task()
    others = [one for one in asyncio.all_tasks(loop) if one is not mine]
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_default_executor()


@pytest.fixture
def closed(tmp_path):
    house = House(tmp_path)
    yield house
    house.consents.close()


@pytest.fixture
def house(closed):
    with serving(closed):
        yield closed


# granting by oneself


def test_the_token_of_a_new_service_stands_alone_on_standard_output(house):
    done = house.type(*CREATE)
    token = done.stdout.strip()
    (service,) = house.consents.standing.services
    assert house.household.credentials.service_of(token, 0) == service
    assert service in done.stderr
    assert token not in done.stderr
    assert token not in house.told("services", "list", "--all")


def test_what_a_service_may_read_is_listed_in_both_languages(house):
    house.told(*CREATE)
    assert "electricity, amounts used, each day (linky)" in house.told(
        "services", "list"
    )
    assert "électricité" in house.told("services", "list", language="fr_FR.UTF-8")
    (one,) = json.loads(house.told("services", "list", "--json"))
    assert one["declared"]["name"] == "Script"


@pytest.mark.parametrize(
    ("grant", "why"),
    [
        ("electricity/energy", "FLUID/CLASS/GRAIN"),
        ("electricity/energy/day/P1Y/rest/more", "FLUID/CLASS/GRAIN"),
        ("gaz/energy/day", "one of electricity, gas, water"),
        ("electricity/curve/day", "one of energy, "),
        ("electricity/energy/weekly", "one of live, 30min"),
        ("electricity/energy/day/P1Y/P1Y", "twice"),
        ("electricity/energy/day/Pfoo", "no length of time"),
        ("electricity/energy/day/http", "one of rest, sse, mqtt"),
        ("electricity/energy/day/P9Y", "longer"),
        ("gas/energy/day", "no meter of gas"),
        ("water/energy/day", "name one of water"),
        ("[red]/energy/day", "one of electricity"),
    ],
)
def test_a_grant_that_makes_no_sense_says_what_would(house, grant, why):
    assert why in house.refused(*CREATE, "--grant", grant)
    assert house.consents.standing.services == {}


def test_a_grant_is_read_as_typed():
    given = grants.detail("electricity/energy/30min/P3M/rest,mqtt", "x", "P1Y")
    terms = read(given)
    assert (terms.grain, str(terms.history)) == ("30min", "P3M")
    assert terms.channels == {"rest", "mqtt"}
    usual = read(grants.detail("water/energy/day/sse", "x", "P30D"))
    assert (str(usual.history), usual.channels) == ("P1Y", {"sse"})


def test_live_power_that_leaves_the_home_wants_a_second_yes(house):
    words = (*CREATE, "--grant", "electricity/live_power/live", "--recipients", "ALEC")
    assert house.type(*words, said="n\n").exit_code == 1
    assert house.consents.standing.services == {}
    assert "when you are there" in house.type(*words, said="y\n").stderr
    assert len(house.consents.standing.services) == 1


# names of others


NAMES = ("[red]loud[/red]", "[link=file:///etc]x[/link]", ":smile:", "{0} %s \\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_and_never_obeyed(house, name):
    house.told("services", "create", name, *CREATE[3:])
    consent = house.only_consent()
    house.has_read(consent)
    for words in (
        ("services", "list"),
        ("consents", "list"),
        ("consents", "show", consent.id),
        ("services", "reads"),
        ("services", "remove", name),
        ("consents", "letter", consent.id),
    ):
        assert name in house.told(*words), words


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\rb", "a\x07", "a\u202eb", "a\u200bb"])
def test_a_name_with_what_moves_a_cursor_is_refused(house, name):
    assert "control" in house.refused("services", "create", name, *CREATE[3:])


def test_what_a_changed_file_holds_reaches_no_terminal():
    assert shown("a\x1b[31m\u202eb\u0085\n") == "a\ufffd[31m\ufffdb\ufffd\ufffd"
    assert shown("électricité [red]") == "électricité [red]"


# pausing, narrowing, withdrawing


def test_everything_is_paused_at_once_and_resumed(house):
    house.told(*CREATE)
    service = house.only_consent().service
    assert "never told" in house.told("services", "pause")
    assert house.consents.grant(service) is None
    assert "paused" in house.told("services", "list")
    house.told("services", "resume", "Script")
    assert house.consents.grant(service) is not None


def test_a_consent_is_narrowed_from_the_shell(house):
    house.told(*CREATE)
    consent = house.only_consent()
    house.told("consents", "narrow", consent.id, "--grain", "month", "--history", "P3M")
    after = house.only_consent()
    assert (after.terms.grain, str(after.terms.history)) == ("month", "P3M")
    why = house.refused("consents", "narrow", after.id, "--grain", "day")
    assert "not widened" in why


def test_what_is_withdrawn_is_gone_and_listed_as_over(house):
    house.told(*CREATE)
    consent = house.only_consent()
    assert consent.id in house.told("consents", "withdraw", consent.id)
    assert house.consents.grant(consent.service) is None
    assert consent.id not in house.told("consents", "list")
    assert "ended on" in house.told("consents", "list", "--all")
    assert "had ended" in house.told("consents", "withdraw", consent.id)


def test_all_that_a_service_holds_is_withdrawn_by_its_name(house):
    house.told(*CREATE, "--grant", "electricity/max_power/day")
    house.told("consents", "withdraw", "--service", "Script")
    assert all(o.ended_ms for o in house.consents.standing.consents.values())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("consents", "withdraw"), "no consent was named"),
        (("consents", "withdraw", "c0"), "consents list"),
        (("consents", "withdraw", "--service", "nobody"), "services list"),
        (("consents", "show", "c0"), "consents list"),
        (("consents", "letter", "c0"), "consents list"),
        (("services", "remove", "nobody"), "services list"),
        (("services", "pause", "nobody"), "services list"),
        (("writers", "remove", "nobody"), "writers list"),
        (("writers", "add", "x", "--writes", "nobody"), "name one of linky"),
        (("consents", "request", "BBBBB-BBBBB"), "ask again"),
        (("consents", "refuse", "BBBBB-BBBBB"), "ask again"),
    ],
)
def test_what_is_not_there_says_where_to_look(house, words, why):
    assert why in house.refused(*words)


def test_two_services_of_one_name_are_told_apart_by_their_ids(house):
    house.told(*CREATE)
    house.told(*CREATE)
    why = house.refused("services", "remove", "Script")
    assert all(one in why for one in house.consents.standing.services)


# requests


def test_a_request_is_shown_as_declared_and_nothing_is_granted_unasked(house):
    code = house.asked({}, leaves_home=True, recipients="ALEC, Lyon", retention="P2Y")
    told = house.told("consents", "request", code, said="\n", language="fr")
    for words in (
        "Coach — déclaré, non vérifié :",
        "Responsable : ALEC",
        "Les données quittent la maison, pour : ALEC, Lyon",
        "Gardées : 2 ans",
        "électricité, quantités consommées ou produites, par jour",
        "Pour : Conseils d'économie",
        "Rien n'est accordé",
    ):
        assert words in told
    assert house.consents.standing.services == {}


def test_a_request_can_be_looked_at_without_a_question(house):
    code = house.asked({"granularity": "30min"})
    told = house.told("consents", "request", code, "--show")
    assert "somebody is at home" in told
    assert "Grant it?" not in told


def test_the_homes_own_figures_stand_beside_what_is_asked(house, monkeypatch):
    rows = [
        {"start": f"2026-11-{day}T00:00:00+01:00", "value": day}
        for day in range(10, 20)
    ]
    register = {
        "title": {"en": "Energy taken [red]", "fr": "Énergie soutirée"},
        "unit": "Wh",
        "step": "day",
        "rows": [*rows, {"start": "2026-11-20T00:00:00+01:00", "value": None}],
    }

    def post(_config, path, asked):
        assert (path, asked["terms"]["granularity"]) == ("/api/v1/owner/preview", "day")
        found = [register] if asked["meter"] == "linky" else []
        return {"meter": asked["meter"], "registers": found}

    monkeypatch.setattr(consent_preview, "post", post)
    told = house.told("consents", "request", house.asked({}), "--show")
    assert (
        "What it would see of linky:\n    Energy taken [red] (Wh) — 2026-11-17 17"
        in told
    )
    assert "2026-11-19 19 · 2026-11-20 –" in told
    assert "What it would see of attic:\n    nothing yet" in told


def test_a_request_is_shown_where_the_figures_can_not_be(house):
    told = house.told("consents", "request", house.asked({}), "--show")
    assert "API doesn't answer" in told


def test_each_class_is_answered_apart_and_meters_are_named(house):
    code = house.asked({}, {"class": "max_power"}, {"fluid": "gas"})
    told = house.told("consents", "request", code, said="yes\nattic\nno\n")
    assert "No meter here counts any" in told
    consent = house.only_consent()
    assert consent.meters == {"attic"}
    assert consent.terms.consent_class == "energy"


def test_no_meter_is_granted_that_was_not_named(house):
    code = house.asked({})
    house.told("consents", "request", code, said="yes\nnobody\n\n")
    assert house.consents.standing.services == {}


def test_what_is_granted_can_be_coarser_from_the_start(house):
    code = house.asked({"fluid": "water"})
    house.told("consents", "request", code, said="maybe\nlive\nmonth\n")
    assert house.only_consent().terms.grain == "month"


def test_live_that_leaves_the_home_is_asked_twice(house):
    line = {"class": "event", "granularity": "live", "fluid": "water"}
    code = house.asked(line, leaves_home=True, recipients="ALEC")
    house.told("consents", "request", code, said="yes\nn\n")
    assert house.consents.standing.services == {}
    house.told("consents", "request", code, said="yes\ny\n")
    assert house.only_consent().terms.grain == "live"


def test_an_answer_that_breaks_off_grants_nothing(house):
    code = house.asked({}, {"fluid": "water"})
    assert house.type("consents", "request", code, said="yes\nlinky\n").exit_code == 1
    assert house.consents.standing.services == {}


def test_who_is_refused_hears_no_more_for_30_days(house):
    code = house.asked({})
    assert "30 days" in house.told("consents", "refuse", code)
    assert "ask again" in house.refused("consents", "request", code)
    again = house.asked({})
    assert "ask again" in house.refused("consents", "request", again)


# proving


def test_a_receipt_is_verified_and_says_what_happened_since(house, tmp_path):
    house.told(*CREATE)
    consent = house.only_consent()
    path = tmp_path / "receipt.json"
    path.write_text(house.told("consents", "receipt", consent.id))
    assert "Nothing has changed" in house.told("consents", "verify", str(path))
    told = house.told("consents", "verify", "-", said=path.read_text())
    assert "Nothing has changed" in told
    house.told("consents", "withdraw", consent.id)
    assert "withdrawn on" in house.told("consents", "verify", str(path))
    path.write_text(path.read_text().replace('energy/day"', 'energy/hour"'))
    assert "doesn't say" in house.refused("consents", "verify", str(path))
    path.write_text("{}")
    assert "no receipt" in house.refused("consents", "verify", str(path))
    assert "can't be read" in house.refused("consents", "verify", str(tmp_path / "no"))


def test_an_entry_that_was_changed_is_found(closed):
    with serving(closed):
        closed.told(*CREATE)
    assert "2 acts" in closed.told("consents", "verify")
    closed.consents.ledger.database.execute(
        "UPDATE entry SET body = replace(body, 'day', 'live') WHERE seq = 2"
    )
    consent = closed.only_consent().id
    for words in (("verify",), ("receipt", consent), ("list", "--json")):
        assert "entry 2" in closed.refused("consents", *words)


@pytest.mark.parametrize("change", ["act = 'asked'", "body = '{'", "body = '[]'"])
def test_a_ledger_that_is_none_any_more_is_said_to_be(closed, change):
    with serving(closed):
        closed.told(*CREATE)
    closed.consents.ledger.database.execute(f"UPDATE entry SET {change} WHERE seq = 2")  # noqa: S608 - ours
    for words in (
        ("consents", "verify"),
        ("consents", "list"),
        ("services", "list"),
        ("writers", "list"),
    ):
        assert "ledger" in closed.refused(*words), words


def test_looking_and_proving_want_no_service(closed):
    with serving(closed):
        closed.told(*CREATE)
    consent = closed.only_consent()
    closed.has_read(consent)
    closed.readings.write(closed.consents.now_ms() + 3_600_000)
    assert consent.id in closed.told("consents", "list")
    assert "Script" in closed.told("services", "list")
    assert "given" in closed.told("consents", "show", consent.id)
    assert consent.id in closed.told("consents", "receipt", consent.id)
    assert "electricity/energy/day" in closed.told("consents", "list", "--json")
    assert "Script" in closed.told("services", "reads", "Script")
    assert "releve run" in closed.refused("consents", "withdraw", consent.id)


def test_a_home_that_never_ran_says_what_to_do(tmp_path):
    config = tmp_path / "releve.toml"
    config.write_text(
        f'data_dir = "{tmp_path}/none"\n[[meters]]\nid = "linky"\nport = "/dev/null"\n'
    )
    words = ["consents", "list", "--config", str(config)]
    assert "releve run" in str(CliRunner().invoke(app, words).exception)


def test_what_was_read_is_shown_with_its_newest_lines(house):
    assert "No service has read" in house.told("services", "reads")
    house.told(*CREATE)
    house.has_read(house.only_consent())
    told = house.told("services", "reads", "Script")
    assert "linky, energy, day, rest" in told
    (line,) = json.loads(house.told("services", "reads", "--json"))
    assert line["rows"] == 3


# the letter


def leaving(house):
    words = ("--recipients", "ALEC, Lyon", "--contact", "dpo@alec.example")
    house.told(*CREATE, *words)
    return house.only_consent()


def test_a_letter_is_ready_once_what_had_left_is_withdrawn(house):
    consent = leaving(house)
    house.has_read(consent)
    assert "holds still" in house.refused("consents", "letter", consent.id)
    told = house.told("consents", "withdraw", consent.id)
    assert f"releve consents letter {consent.id}" in told
    letter = house.told("consents", "letter", consent.id, language="fr")
    for words in (
        "dpo@alec.example",
        "RGPD, article 17",
        "« Script »",
        "3 valeurs",
        "ALEC, Lyon",
        consent.id,
    ):
        assert words in letter
    english = house.told("consents", "letter", consent.id, "--language", "en")
    assert "GDPR, article 17" in english


def test_no_letter_is_offered_where_nothing_was_read(house):
    consent = leaving(house)
    assert "letter" not in house.told("consents", "withdraw", consent.id)
    assert "nothing was read" in house.refused("consents", "letter", consent.id)


def test_a_letter_tells_nothing_that_was_read_under_another_consent(closed):
    with serving(closed):
        closed.told(*CREATE)
    consent = closed.only_consent()
    closed.has_read(consent)
    (line,) = closed.readings.lines()
    others = [
        replace(line, service="s0"),
        replace(line, meter="attic"),
        replace(line, consent_class="max_power"),
        replace(line, day="2020-01-01"),
    ]
    config = load_config(closed.config)
    assert consent_letter.of_consent([line, *others], consent, config) == [line]


# writers


def test_a_writers_token_stands_alone_and_the_writer_is_listed(house):
    done = house.type("writers", "add", "garage [red]", "--writes", "water")
    token = done.stdout.strip()
    assert token.startswith("rw_")
    told = house.told("writers", "list")
    assert "garage [red]" in told
    assert token not in told
    house.told("writers", "remove", "garage [red]")
    assert "No node" in house.told("writers", "list")


def test_what_came_out_of_a_backup_waits_for_the_owners_word(house):
    house.told(*CREATE)
    house.told("writers", "add", "garage", "--writes", "water")
    (writer,) = house.consents.standing.writers
    service = house.only_consent().service
    paused = {"service": service, "reason": RESTORED}
    house.consents.enter(Act.PAUSED, paused)
    house.consents.enter(Act.WRITER_HELD, {"writer": writer})
    assert "restored" in house.told("services", "list")
    assert "writers confirm" in house.told("writers", "list")
    house.told("services", "resume")
    assert writer in house.told("writers", "confirm", "garage")
    assert "restored" not in house.told("services", "list")
    assert "confirm" not in house.told("writers", "list")


@pytest.mark.parametrize(
    ("period", "french", "english"),
    [
        ("P1Y", "1 an", "1 year"),
        ("P18M", "1 an et 6 mois", "1 year and 6 months"),
        ("P1D", "1 jour", "1 day"),
        ("P2Y1M3D", "2 ans et 1 mois et 3 jours", "2 years and 1 month and 3 days"),
    ],
)
def test_a_length_is_said_as_people_say_it(period, french, english):
    assert length(Period.parse(period), Language.FR) == french
    assert length(Period.parse(period), Language.EN) == english


def test_no_period_is_longer_than_it_says():
    with pytest.raises(ConsentError):
        grants.period("P1H")
