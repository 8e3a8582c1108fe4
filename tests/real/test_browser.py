"""A household in Debian's Chromium: pairs, sees what is asked, agrees, takes back."""

from __future__ import annotations

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from edge.outputs.cozy.account import Account, Asked, ask
from tests.real.browser import (
    CHROMIUM,
    FLAGS,
    MOVED,
    Demo,
    Screen,
    Service,
    demonstration,
    usable,
)

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

PASSWORD = "un compteur au placard"  # noqa: S105 - invented
EVIL = "<img src=x onerror=alert(1)>"
DAYS = "/api/v1/meters/linky/registers/import_total_wh?step=day"
DAY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P1Y",
    "channels": ["rest"],
    "purpose": "Dire ce que coûte chaque jour",
    "duration": "P1Y",
}
HOURS_OF_WATER = {**DAY, "fluid": "water", "granularity": "hour", "history": "P1M"}
POWER = {**DAY, "class": "live_power", "granularity": "live", "history": "P1D"}
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demonstration(tmp_path_factory.mktemp("browser") / "demo") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not there: scripts/packages installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser, demo: Demo, request) -> Iterator[Screen]:
    """A phone in French; parametrised, in another language."""
    opened = Screen(chromium, demo.url, getattr(request, "param", "fr-FR"))
    yield opened
    opened.context.close()
    assert opened.wrong == []


def heading(page: Page, name: str | re.Pattern[str]):
    return page.get_by_role("heading", name=name, exact=isinstance(name, str))


def pair(page: Page, demo: Demo) -> None:
    page.get_by_label("Code d’appairage").fill(demo.pairing_code())
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Choisir ce mot de passe").click()


@pytest.fixture(scope="module")
def paired(chromium: Browser, demo: Demo) -> Demo:
    """A demonstration whose owner has set a password."""
    screen = Screen(chromium, demo.url, "fr-FR")
    pair(screen.open(), demo)
    expect(heading(screen.page, "Chez vous")).to_be_visible()
    screen.context.close()
    return demo


def sign_in(page: Page, label: str = "Mot de passe", button="Se connecter") -> None:
    page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def granted(page: Page, demo: Demo, *lines: dict, name: str) -> Service:
    """Have a service ask for lines, and the household tick them all."""
    service = Service(demo.url, name)
    code = service.ask(*lines)
    page.goto(f"{demo.url}/consent")
    page.get_by_label("Code du service").fill(code)
    page.get_by_role("button", name="Voir la demande").click()
    expect(heading(page, name)).to_be_visible()
    for box in page.get_by_role("checkbox", name=re.compile("J’accorde")).all():
        box.check()
    page.get_by_role("button", name="Accorder ce qui est coché").click()
    expect(heading(page, re.compile("C’est accordé"))).to_be_visible()
    service.fetch_token()
    return service


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_stranger_is_told_how_and_nothing_of_the_home(screen: Screen, scheme: str):
    screen.page.emulate_media(color_scheme=scheme)
    page = screen.open()
    expect(heading(page, "Connexion")).to_be_visible()
    text = page.locator("body").inner_text()
    assert "releve pair" in text
    assert "linky" not in text
    usable(page)


def test_a_code_of_the_shell_makes_a_browser_the_owners(screen: Screen, demo: Demo):
    page = screen.open()
    page.get_by_label("Code d’appairage").fill("000-000-000")
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Choisir ce mot de passe").click()
    expect(page.get_by_role("status")).to_contain_text("Ce n’est pas le bon")
    usable(page)
    pair(page, demo)
    expect(heading(page, "Chez vous")).to_be_focused()
    for fluid in ("Électricité", "Gaz", "Eau"):
        card = page.get_by_role("region", name=re.compile(fluid))
        expect(card).to_contain_text("Aujourd’hui")
        expect(card).to_contain_text("Dernier relevé il y a")
        expect(card.get_by_role("img")).to_have_attribute(
            "aria-label", re.compile(r"valeurs du .+ au .+, de .+ à .+")
        )
    usable(page)
    cookie = screen.context.cookies()[0]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["expires"] == -1


def test_a_household_agrees_to_one_thing_of_several_and_the_service_has_that_alone(
    screen: Screen, paired: Demo
):
    service = Service(paired.url, EVIL)
    code = service.ask(
        DAY, HOURS_OF_WATER, POWER, leaves_home="true", recipients="Hébergeur, Lyon"
    )
    page = screen.open("/consent")
    sign_in(page)
    page.get_by_label("Code du service").fill("BBBBB-BBBBB")
    page.get_by_role("button", name="Voir la demande").click()
    expect(page.get_by_role("status")).to_contain_text("Aucune demande n’attend")
    usable(page)
    page.get_by_label("Code du service").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Voir la demande").click()

    expect(heading(page, EVIL)).to_be_visible()  # as text, and no image of it
    assert page.locator("img").count() == 0
    expect(page.get_by_text("déclaré par le service, et non vérifié")).to_be_visible()
    expect(page.get_by_text("les données quittent la maison")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    days = page.get_by_role("region", name=re.compile("Électricité.*énergie"))
    water = page.get_by_role("region", name=re.compile("^Eau"))
    presence = "on voit quand quelqu’un est à la maison"
    expect(days.get_by_text(presence)).to_be_hidden()
    expect(water.get_by_text(presence)).to_be_visible()
    for line in (days, water):
        expect(line.get_by_role("img").first).to_be_visible()
    usable(page)

    water.get_by_label("Finesse").select_option("day")
    expect(water.get_by_text(presence)).to_be_hidden()
    page.get_by_role("button", name="Accorder ce qui est coché").click()
    expect(page.get_by_role("status")).to_contain_text("Rien n’est coché")
    days.get_by_role("checkbox", name=re.compile("J’accorde")).check()
    days.get_by_label("Passé montré").select_option("P7D")
    page.get_by_role("button", name="Accorder ce qui est coché").click()
    expect(heading(page, re.compile("C’est accordé"))).to_be_focused()
    usable(page)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Garder le reçu").click()
    assert "dpv:ConsentReceipt" in Path(kept.value.path()).read_text()

    service.fetch_token()
    status, answer = service.call(DAYS)
    assert status == 200
    assert 5 <= len(answer["rows"]) <= 7
    assert service.call(DAYS.replace("day", "hour"))[1]["rows"] == []
    water_path = "/api/v1/meters/water/registers/water_volume_l?step=day"
    assert service.call(water_path)[0] == 404


def test_power_that_leaves_the_home_needs_a_second_yes(screen: Screen, paired: Demo):
    service = Service(paired.url, "Compagnie")
    code = service.ask(POWER, leaves_home="true", recipients="Compagnie")
    screen.page.emulate_media(color_scheme="dark")
    page = screen.open("/consent")
    sign_in(page)
    page.get_by_label("Code du service").fill(code)
    page.get_by_role("button", name="Voir la demande").click()
    page.get_by_role("checkbox", name=re.compile("J’accorde")).check()
    page.get_by_role("button", name="Accorder ce qui est coché").click()
    expect(page.get_by_role("status")).to_contain_text("second oui")
    expect(page.get_by_role("checkbox", name=re.compile("quittera"))).to_be_focused()
    usable(page)
    page.get_by_role("button", name="Refuser").click()
    expect(heading(page, "C’est refusé")).to_be_visible()
    usable(page)


def test_what_no_meter_here_counts_can_not_be_granted(screen: Screen, paired: Demo):
    code = Service(paired.url, "Gazette").ask({**DAY, "fluid": "gas"})

    def told(route: Route) -> None:
        answer = route.fetch()
        asked = answer.json()
        asked["lines"][0]["meters"] = []
        route.fulfill(response=answer, json=asked)

    screen.page.route("**/api/v1/owner/requests", told)
    page = screen.open("/consent")
    sign_in(page)
    page.get_by_label("Code du service").fill(code)
    page.get_by_role("button", name="Voir la demande").click()
    expect(page.get_by_text("Aucun compteur d’ici n’en mesure")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_what_was_given_is_narrowed_paused_and_taken_back(screen: Screen, paired: Demo):
    page = screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    service = granted(page, paired, DAY, name="Coach")
    assert service.call(DAYS)[0] == 200
    page.get_by_role("link", name=re.compile("Voir votre foyer")).click()

    coach = page.get_by_role("article", name="Coach")
    expect(coach).to_contain_text("par jour")
    reads = page.get_by_role("region", name="Qui a lu quoi")
    read = reads.get_by_role("listitem").filter(has_text="Coach").first
    expect(read).to_contain_text(
        "Électricité : énergie consommée ou produite, par jour"
    )
    expect(read).to_contain_text(re.compile(r"valeurs, du .+ au .+ Lu aujourd’hui à"))
    usable(page)

    page.get_by_role("button", name="Tout mettre en pause").click()
    expect(page.get_by_role("status")).to_contain_text("Tout est en pause")
    assert service.call(DAYS)[0] == 401
    resume = page.get_by_role("button", name="Tout reprendre")
    expect(resume).to_be_focused()  # where the finger was
    usable(page)
    resume.click()
    expect(page.get_by_role("status")).to_contain_text("La pause est finie")

    coach.get_by_text("Restreindre").click()
    usable(page)
    coach.get_by_label("Finesse").select_option("month")
    coach.get_by_role("button", name="Remplacer par ce choix").click()
    expect(page.get_by_role("status")).to_contain_text("Restreint")
    expect(coach).to_contain_text("par mois")

    coach.get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("status")).to_contain_text("Retiré")
    expect(coach).to_have_count(0)
    expect(heading(page, "Qui lit vos données")).to_be_focused()
    assert service.call(DAYS)[0] == 401


def test_the_page_renews_itself_and_leaves_alone_who_is_on_it(
    screen: Screen, paired: Demo
):
    assert paired
    page = screen.page
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no slow scroll
    page.clock.install()
    screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    assert page.evaluate(MOVED) < 0.01
    card = page.get_by_role("region", name="Électricité")
    card.get_by_text("Les chiffres").click()
    out = page.get_by_role("button", name="Se déconnecter")
    out.focus()
    at = page.evaluate("scrollY")

    def told(route: Route) -> None:
        answer = route.fetch()
        home = answer.json()
        home["meters"][0].update(today=12_345_678, age_s=7300, quiet=True)
        home["meters"][1].update(seen=None, age_s=None, today=None, until=None)
        home["collectors"] = [{"name": "grdf", "age_s": 22_000}]
        home["troubles"] = [{"name": "source:linky", "detail": "no frame"}]
        route.fulfill(response=answer, json=home)

    page.route("**/api/v1/owner/home", told)
    page.clock.fast_forward(10_000)
    expect(card).to_contain_text("12\u202f346\u00a0kWh")
    expect(card).to_contain_text("Dernier relevé il y a 2 heures")
    expect(card).to_contain_text("Ce compteur ne se fait plus entendre.")
    expect(card.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("region", name="Gaz")).to_contain_text("inconnu")
    expect(page.get_by_text("grdf : dernier relevé il y a 6 heures")).to_be_visible()
    expect(page.get_by_text("Le compteur « linky » ne se fait plus")).to_be_visible()
    expect(out).to_be_focused()
    assert page.evaluate("scrollY") >= at > 0
    usable(page)

    page.unroute("**/api/v1/owner/home")
    page.route("**/api/v1/owner/home", lambda route: route.abort())
    page.clock.fast_forward(10_000)
    expect(page.get_by_role("status")).to_contain_text("ne répond plus")
    page.unroute("**/api/v1/owner/home")
    page.clock.fast_forward(10_000)
    expect(page.get_by_role("status")).to_have_text("")
    page.get_by_label("Mettre les chiffres à jour").uncheck()
    page.route("**/api/v1/owner/home", told)
    page.clock.fast_forward(60_000)
    expect(card).not_to_contain_text("12\u202f346")
    screen.wrong.clear()  # what was aborted here


def test_a_box_that_does_not_answer_is_asked_again(screen: Screen, paired: Demo):
    assert paired
    page = screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    page.route("**/api/v1/owner/*", lambda route: route.abort())
    page.reload()
    expect(heading(page, "Le boîtier ne répond pas.")).to_be_focused()
    usable(page)
    page.unroute("**/api/v1/owner/*")
    page.get_by_role("button", name="Essayer encore").click()
    expect(heading(page, "Chez vous")).to_be_focused()
    screen.wrong.clear()  # what was aborted here


@pytest.mark.parametrize("screen", ["en-GB"], indirect=True)
def test_a_household_that_speaks_english_does_it_all_by_keyboard(
    screen: Screen, paired: Demo
):
    service = Service(paired.url, "By keys")
    code = service.ask(DAY)
    page = screen.open("/consent")
    expect(heading(page, "Sign in")).to_be_focused()
    keys = page.keyboard

    def go_to(name: str) -> None:
        """Press Tab until an element of that name has the focus."""
        for _ in range(60):
            keys.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and name in focused.evaluate(
                "e => (e.labels?.[0] ?? e).textContent"
            ):
                return
        raise AssertionError(f"no Tab leads to {name!r}")

    go_to("Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(heading(page, "A service asks to read your data")).to_be_focused()
    go_to("Code of the service")
    keys.type(code)
    keys.press("Enter")
    expect(heading(page, "By keys")).to_be_visible()
    usable(page)
    go_to("I allow")
    keys.press("Space")
    go_to("Allow what is ticked")
    keys.press("Enter")
    expect(heading(page, re.compile("Allowed"))).to_be_focused()
    go_to("See your home")
    keys.press("Enter")
    expect(heading(page, "Your home")).to_be_focused()
    usable(page)
    go_to("Withdraw")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Withdrawn")


def test_the_language_is_switched_and_remembered(screen: Screen):
    page = screen.open()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("button", name="English").click()
    expect(heading(page, "Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    screen.open("/consent")
    expect(heading(page, "Sign in")).to_be_visible()
    usable(page)


def test_who_signs_out_is_a_stranger_again(screen: Screen, paired: Demo):
    assert paired
    page = screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(heading(page, "Connexion")).to_be_visible()
    screen.open()
    expect(heading(page, "Connexion")).to_be_visible()


def test_another_tab_has_the_cookie_and_not_the_pages_secret(
    screen: Screen, paired: Demo
):
    assert paired
    page = screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    other = screen.context.new_page()
    other.goto(screen.url)
    expect(heading(other, "Connexion")).to_be_visible()


class Neighbour(BaseHTTPRequestHandler):
    """Another program of the same machine: keeps the cookies that it is sent."""

    got: ClassVar[list[str]] = []
    there: ClassVar[str] = ""

    def do_GET(self):
        self.got.append(self.headers.get("Cookie", ""))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>neighbour</title>")

    def log_message(self, *_):
        pass


def test_a_program_at_another_port_is_sent_the_cookie_and_gets_nothing_by_it(
    screen: Screen, paired: Demo
):
    page = screen.open()
    sign_in(page)
    expect(heading(page, "Chez vous")).to_be_visible()
    with ThreadingHTTPServer(("127.0.0.1", 0), Neighbour) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            other = screen.context.new_page()
            other.goto(f"http://127.0.0.1:{server.server_port}/")
            tried = other.evaluate(
                """async (home) => {
                  const go = (options) => fetch(home, options)
                    .then((answer) => answer.status, () => "refused");
                  return [
                    await go({ credentials: "include" }),
                    await go({ credentials: "include", mode: "no-cors" }),
                    await go({ credentials: "include", headers: { "X-Page": "x" } }),
                    await go({ credentials: "include", method: "POST", body: "{}" }),
                  ];
                }""",
                f"{paired.url}/api/v1/owner/home",
            )
        finally:
            server.shutdown()
            serving.join()
    cookie = next(one for one in Neighbour.got if "releve=" in one)
    assert tried == ["refused", "refused", "refused", "refused"]
    request = urllib.request.Request(  # noqa: S310 - ours
        f"{paired.url}/api/v1/owner/home", headers={"Cookie": cookie}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310 - ours
    with refused.value as answer:
        assert answer.code == 401


def asked_of_a_cozy(demo: Demo) -> str:
    """Begin a consent at a Cozy, as a shell does; give where it sends browsers back."""
    account = Account(
        *("cozy", "https://127.0.0.1:9", "client", f"{demo.url}/cozy/callback"),
        secret="a secret",  # noqa: S106 - invented
        registration="a token",
    )
    asked = Asked(account, time.time_ns() // 1_000_000)
    ask(demo.config.parent / "data", asked)
    return f"/cozy/callback?access_code=c0de&code=c0de&state={asked.state}#"


def test_a_household_that_comes_back_from_a_cozy_sees_which_one_it_is(
    screen: Screen, paired: Demo
):
    page = screen.open(asked_of_a_cozy(paired))
    expect(heading(page, "Connexion")).to_be_visible()
    assert "c0de" not in page.url  # nor in the browser's history
    sign_in(page)
    expect(heading(page, "Votre Cozy a répondu")).to_be_visible()
    expect(page.get_by_text("https://127.0.0.1:9")).to_be_visible()
    usable(page)
    connect = page.get_by_role("button", name="C’est mon Cozy")
    connect.click()  # no Cozy is on this machine: it is not even spoken to
    expect(page.get_by_text("n’a pas confirmé")).to_be_visible()
    screen.open("/cozy/callback?error=access_denied&state=another")
    expect(page.get_by_text("Votre Cozy dit non")).to_be_visible()
    screen.open("/cozy/callback?code=c0de&state=another")
    expect(page.get_by_text("Aucun accord n’attend ici")).to_be_visible()


def test_a_cozy_that_confirmed_is_said_to_be_connected(screen: Screen, paired: Demo):
    page = screen.open(asked_of_a_cozy(paired))
    sign_in(page)
    told = {"connected": "https://alice.cozy.example"}
    page.route("**/owner/cozy/connect", lambda route: route.fulfill(json=told))
    page.get_by_role("button", name="C’est mon Cozy").click()
    expect(heading(page, "Connecté")).to_be_visible()
    expect(page.get_by_text("alice.cozy.example")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/consent", "/cozy/callback", "/docs"])
def test_a_page_needs_nothing_from_anywhere_else(screen: Screen, path: str):
    screen.open(path)
    screen.page.wait_for_load_state("networkidle")


def test_the_apis_own_page_lists_every_route_to_who_has_the_token(
    screen: Screen, demo: Demo
):
    page = screen.open("/docs")
    page.get_by_label("Token").fill(demo.token())
    page.get_by_role("button", name="Open").click()
    posted = page.get_by_text("POST /api/v1/owner/requests/approve")
    expect(posted).to_be_visible()
    posted.click()
    opened = page.locator("details", has=posted)
    expect(opened.get_by_role("button", name="Try")).to_have_count(0)
    usable(page)
