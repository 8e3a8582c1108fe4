"""A small energy coach: `python coach.py http://127.0.0.1:8080 coach.json`."""

import json
import queue
import sys
from contextlib import suppress
from datetime import date
from http.client import HTTPException
from pathlib import Path
from statistics import mean
from time import sleep
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

ASKS = json.loads(Path(__file__).with_name("asks.json").read_text())
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REGISTER = "import_total_wh"
AWAY = (OSError, HTTPException)  # no answer, half of one, or none now


class Paused(Exception):
    """Raised while our tokens are good, and show nothing."""


class Over(Exception):
    """Raised when the household refused, or took all back: our tokens are worthless."""


class Home:
    """One home by its address; `path` keeps our tokens, for us alone to read."""

    def __init__(self, url: str, path: Path) -> None:
        self.url, self.path = url.rstrip("/"), path
        self.tokens = json.loads(path.read_text()) if path.exists() else {}

    def ask(self, asks: dict) -> None:
        """Ask the household, and wait for its answer (RFC 8628)."""
        details = {"authorization_details": json.dumps(asks["authorization_details"])}
        status, codes = self._send("/oauth/device_authorization", asks | details)
        if status != 200:
            raise Over(codes["error_description"])
        print(f"Type {codes['user_code']} at {codes['verification_uri']}", flush=True)
        poll = {"grant_type": DEVICE_GRANT, "client_id": asks["client_id"]}
        poll, wait_s = poll | {"device_code": codes["device_code"]}, codes["interval"]
        while not self.tokens:
            sleep(wait_s)
            with suppress(*AWAY):  # for a moment: the code holds for ten minutes
                status, answer = self._send("/oauth/token", poll)
                if status == 200:
                    self._keep(answer)
                elif answer["error"] == "slow_down":
                    wait_s += 5
                elif answer["error"] != "authorization_pending":
                    raise Over(answer["error"])  # access_denied, expired_token

    def get(self, path: str) -> dict:
        """Give what stands at an address; nothing where nothing is shown to us."""
        for _ in range(2):
            status, answer = self._send(path, token=self.tokens["access_token"])
            if status != 401:
                return answer if status == 200 else {}
            refresh = {"refresh_token": self.tokens["refresh_token"]}
            form = {"grant_type": "refresh_token"} | refresh
            status, answer = self._send("/oauth/token", form)
            if status != 200:
                raise Over("withdrawn")
            self._keep(answer)  # ours was an hour old; if not, we are paused
        raise Paused

    def _keep(self, answer: dict) -> None:
        """Keep new tokens, whole or not at all: a refresh token is good once."""
        self.tokens, new = answer, self.path.with_suffix(".new")
        new.touch(0o600)
        new.write_text(json.dumps(answer))
        new.replace(self.path)

    def _send(self, path: str, form: dict | None = None, token: str = "") -> tuple:
        head = {"Authorization": f"Bearer {token}"} if token else {}
        body = urlencode(form).encode() if form else None
        try:
            with urlopen(Request(self.url + path, body, head), timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            if error.code in (409, 429) or error.code >= 500:  # to be asked again
                raise
            with error:
                return error.code, json.load(error)


def advice(days: dict[date, int]) -> str:
    """Say how the last day was, beside the mean of that weekday's eight before."""
    last = max(days)
    like = [days[d] for d in sorted(days) if d.weekday() == last.weekday()][-9:-1]
    said = f"{last:%A %d %B}: {days[last] / 1000:.1f} kWh"
    if len(like) < 2 or not any(like):
        return f"{said}, too early to compare"
    more = round(100 * days[last] / mean(like)) - 100
    return f"{said}, {more:+} % beside its usual {mean(like) / 1000:.1f} kWh"


class Coach:
    """One home's coach; what it is shown stays in memory."""

    def __init__(self, home: Home) -> None:
        self.home, self.client, self.news = home, None, queue.SimpleQueue()
        self.forget()

    def forget(self) -> None:
        """Forget what we were shown, and stop listening."""
        self.listen(None)
        self.days, self.version = {}, None

    def run(self, patience_s: float) -> None:
        """Coach until the household has had enough."""
        while True:
            try:
                if not self.home.tokens:
                    self.home.ask(ASKS)
                self.look()
            except Paused:
                self.forget()
                print("paused: I ask again later", flush=True)
            except Over as why:
                self.forget()
                self.home.path.unlink(missing_ok=True)
                return print(f"{why}: I have forgotten all that I had", flush=True)
            except AWAY as error:
                print(f"no answer, I ask again later: {error}", flush=True)
            soon = self.version is not None and self.login is None  # it is being made
            self.wait(min(patience_s, 5) if soon else patience_s)

    def look(self) -> None:
        """See what we hold; listen and read anew where that isn't what it was."""
        grant = self.home.get("/api/v1/grant")
        if grant["version"] != self.version:
            self.forget()
            held = [f"{c['class']} by {c['granularity']}" for c in grant["consents"]]
            print(f"granted, version {grant['version']}: {', '.join(held)}", flush=True)
            self.version = grant["version"]
        if grant["mqtt"] != self.login:
            self.listen(grant["mqtt"])
        meters = {m["id"] for c in grant["consents"] for m in c["meters"]}
        for meter in sorted(meters - self.days.keys()):
            rows, path = [], f"/api/v1/meters/{meter}/registers/{REGISTER}?step=day"
            while path:  # a year of days, page by page
                page = self.home.get(path)
                rows, path = rows + page.get("rows", []), page.get("next")
            self.note(meter, rows)

    def note(self, meter: str, rows: list[dict]) -> None:
        """Take days in, and advise; one that comes twice is the same day."""
        for row in rows:
            if row["value"] is not None:
                day = date.fromisoformat(row["start"][:10])
                self.days.setdefault(meter, {})[day] = row["value"]
        if meter in self.days:
            print(f"{meter}: {advice(self.days[meter])}", flush=True)

    def listen(self, login: dict | None) -> None:
        """Follow our own topics, in a session that waits for us."""
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()
        self.login, self.client = login, None
        if login is None:
            return
        home, name = urlsplit(self.home.url), login["client_id"]
        mqtt = self.client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5)
        mqtt.username_pw_set(login["username"], login["password"])
        if home.scheme == "https":
            mqtt.tls_set()
        port = login["tls_port" if home.scheme == "https" else "port"]
        mqtt.on_connect = lambda *_: mqtt.subscribe(login["out"], qos=1)
        mqtt.on_message = lambda _client, _data, message: self.news.put(message)
        mqtt.on_subscribe = mqtt.on_disconnect = lambda *_: self.news.put(None)
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 7 * 86_400
        mqtt.connect_async(home.hostname, port, clean_start=False, properties=kept)
        mqtt.loop_start()

    def wait(self, patience_s: float) -> None:
        """Wait for a word by MQTT, or for our patience to end."""
        with suppress(queue.Empty):
            while message := self.news.get(timeout=patience_s):
                meter, step, register = message.topic.split("/")[-3:]
                if (step, register) == ("day", REGISTER):
                    self.note(meter, [json.loads(message.payload)])
            self.days = {}  # we came, or were turned out: what we missed, look() reads


if __name__ == "__main__":
    _, url, keep, patience_s = [*sys.argv, "60"][:4]
    Coach(Home(url, Path(keep))).run(float(patience_s))
