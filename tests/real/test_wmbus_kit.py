"""The wM-Bus kit's own files on a real Mosquitto: from a telegram to a reading."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.config import Config
from edge.host import HostClock
from edge.service.service import Service
from tests.deploy.test_wmbus import KIT, settings
from tests.real.brokers import Plain, until
from tests.real.home import free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]

TOTALS = {"water": 123_456, "gas": 4_567_891}
REGISTERS = {"water": "water_volume_l", "gas": "gas_volume_l"}


class KitBroker(Plain):
    """A Mosquitto as the kit sets it up, at a port of this test's own."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, anonymous=False, port=free_port())
        text = (KIT / "mosquitto.conf").read_text()
        passwords, acl = path / "passwords", path / "acl"
        acl.write_text((KIT / "mosquitto.acl").read_text())
        for user in ("wmbus", "releve", "owner"):
            words = ["mosquitto_passwd", "-b", *([] if passwords.exists() else ["-c"])]
            subprocess.run([*words, passwords, user, f"of-{user}"], check=True)
        for file in (passwords, acl):
            file.chmod(0o600)
        text = text.replace("/etc/mosquitto/releve-wmbus.passwords", str(passwords))
        text = text.replace("/etc/mosquitto/releve-wmbus.acl", str(acl))
        text = text.replace("listener 1883 ", f"listener {self.port} ")
        self.conf.write_text(f"user root\n{text}")


def hear(path: Path, port: int, user: str, message: dict[str, object]) -> str:
    """Do what wmbusmeters does with a telegram: its shell line, the kit's options."""
    options = (KIT / "mosquitto_pub").read_text()
    options = options.replace("-p 1883", f"-p {port}").replace("-u wmbus", f"-u {user}")
    (path / "mosquitto_pub").write_text(
        options.replace("-P change-this", f"-P of-{user}")
    )
    done = subprocess.run(
        ["/bin/sh", "-c", settings(KIT / "wmbusmeters.conf")["shell"]],
        env=os.environ
        | {"XDG_CONFIG_HOME": str(path), "METER_ID": str(message["id"])}
        | {"METER_JSON": json.dumps(message)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    return done.stderr


async def test_a_telegram_becomes_a_reading_and_only_the_radio_s_does(tmp_path):
    broker = KitBroker(tmp_path)
    broker.start()
    ids = {
        name: settings(KIT / "wmbusmeters.d" / name)["id"] for name in ("water", "gas")
    }
    config = Config(
        data_dir=tmp_path / "data",
        mqtt={"url": f"mqtt://releve:of-releve@127.0.0.1:{broker.port}"},
        meters=[
            {
                "id": name,
                "kind": {"water": "water", "gas": "gazpar"}[name],
                "mqtt": {"preset": "wmbusmeters", "ids": [number]},
            }
            for name, number in ids.items()
        ],
    )
    stop, checked = asyncio.Event(), []

    async def look(hub, _stop):
        await until(lambda: all(source.health().ok for source in hub.sources))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for name, number in ids.items():
            message = {
                "media": name,
                "meter": settings(KIT / "wmbusmeters.d" / name)["driver"],
                "id": number,
                "total_m3": TOTALS[name] / 1000,
                "timestamp": now,
            }
            wrong = message | {"total_m3": 99_999}
            await asyncio.to_thread(
                hear, tmp_path, broker.port, "owner", wrong
            )  # who may not write is not heard
            said = await asyncio.to_thread(
                hear, tmp_path, broker.port, "wmbus", message
            )
            assert said == ""
            await until(lambda name=name: name in hub.bus.latest)
            sample = hub.bus.latest[name]
            assert sample.values[REGISTERS[name]] == TOTALS[name]
            checked.append(name)
        stop.set()

    try:
        await broker.up()
        service = Service(config, clock=HostClock(trust=True))
        async with asyncio.timeout(60):
            await service.run(stop, {"look": look})
    finally:
        broker.end()
    assert checked == ["water", "gas"]
