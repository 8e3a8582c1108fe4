"""A home that tells a cloud all that it may, and who listens there."""

from __future__ import annotations

from pathlib import Path

from edge.event import Event, EventKind
from edge.outputs.cloud.account import load
from edge.outputs.cloud.channels import PREFIX as DESCRIBED
from edge.outputs.cloud.reach import release
from edge.sample import Sample
from tests.attacks.service_house import terms
from tests.attacks.twin_home import LINKY, NOW_MS
from tests.real.asyncapi_home import Ear, Told, asked
from tests.real.brokers import until
from tests.real.cloud_house import PREFIX, Cloud, CloudHome

GRANTED = (("day", "energy"), ("live", "live_power"), ("live", "event"))


async def told_elsewhere(directory: Path) -> list[Told]:
    """Give all that a home published at a cloud, until it left the prefix."""
    cloud = Cloud(directory / "cloud")
    await cloud.start()
    home = CloudHome(directory, cloud)
    home.open()
    home.add(*(terms(*one, channels=["cloud"], history="P7D") for one in GRANTED))
    login = {"client_id": "ear", "response": f"{PREFIX}/response"}
    login["request"] = f"{PREFIX}/request"
    ear = Ear.open(cloud.port, login, "#", ca_file=cloud.ca_file)
    try:
        async with home.running():
            await home.up()
            await home.quiet()
            values = {"apparent_power_va": 730}
            home.bus.publish(Sample(LINKY, NOW_MS + 1000, values))
            happened = Event(LINKY, NOW_MS + 2000, EventKind.OVERLOAD, {})
            await home.journal.append([happened])
            ear.ask(login, **asked(meter=LINKY, step="day"))
            ear.ask(login, **asked(meter="gas"))
            await until(lambda: ear.count(login["response"]) == 2)
            await until(lambda: ear.has("/live$") and ear.has("/event/overload$"))
            await until(lambda: ear.has("/day/import_total_wh$"))
            await until(lambda: ear.has("/cursor$"))
        account = load(home.config.data_dir, "mine")
        await release(cloud.address, account, f"{PREFIX}/claim")
        await until(lambda: (f"{PREFIX}/claim", b"") in {one[:2] for one in ear.told})
    finally:
        ear.close()
        home.close()
        cloud.end()
    return [
        one._replace(topic=one.topic.replace(PREFIX, DESCRIBED)) for one in ear.told
    ]
