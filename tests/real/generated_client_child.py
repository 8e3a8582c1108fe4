"""A service over the client that was generated: a line of JSON a step, in and out.

It runs in a venv that holds nothing of ours: `python generated_client_child.py URL`.
"""

from __future__ import annotations

import json
import sys
import time

from home_client import AuthenticatedClient, Client
from home_client.api.meters import list_meters
from home_client.api.readings import get_readings
from home_client.api.services import ask_consent, get_grant, get_tokens
from home_client.models import (
    AskForm,
    Channel,
    ConsentClass,
    Fluid,
    Grain,
    Step,
    Terms,
    TokenForm,
    TokenFormGrantType,
)


def tell(**said: object) -> None:
    line = json.dumps(said, default=lambda one: one.to_dict())
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def told() -> str:
    return sys.stdin.readline().strip()


def kind(one: object) -> str:
    return type(one).__name__


url = sys.argv[1]
anyone = Client(base_url=url)
wanted = Terms(
    type_="releve",
    fluid=Fluid.ELECTRICITY,
    class_=ConsentClass.ENERGY,
    granularity=Grain.DAY,
    purpose="Advice",
    channels=[Channel.REST, Channel.MQTT],
)
asked = AskForm(
    client_id="generated",
    authorization_details=json.dumps([wanted.to_dict()]),
    client_name="Generated",
    controller="Example SAS",
    contact="privacy@coach.example",
)
codes = ask_consent.sync(client=anyone, body=asked)
tell(kind=kind(codes), code=codes.user_code)

poll = TokenForm(TokenFormGrantType.DEVICE_CODE, "generated", "of nobody")
tell(refused=get_tokens.sync(client=anyone, body=poll))
assert told() == "approved"

poll.device_code = codes.device_code
tokens = get_tokens.sync(client=anyone, body=poll)
home = AuthenticatedClient(base_url=url, token=tokens.access_token)
while (grant := get_grant.sync(client=home)).mqtt is None:
    time.sleep(0.2)  # the broker takes a moment to make a login
(meter,) = list_meters.sync(client=home).meters
days = get_readings.sync(meter.id, "import_total_wh", client=home, step=Step.DAY)
power = get_readings.sync(meter.id, "apparent_power_va", client=home)
tell(
    granted=[one.to_dict() for one in tokens.authorization_details],
    topics=grant.mqtt.out,
    expires=kind(grant.consents[0].expires),
    meter=meter,
    days=[kind(one) for one in days.rows],
    wh=[one.value for one in days.rows],
    first=[one.start.isoformat() for one in days.rows[:1]],
    next=days.next_,
    power=power,
)

assert told() == "withdrawn"
after = get_readings.sync_detailed(meter.id, "import_total_wh", client=home)
tell(status=after.status_code, problem=after.parsed)
anyone.get_httpx_client().close()
home.get_httpx_client().close()
