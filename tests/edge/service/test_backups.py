"""A running service makes its backups by itself, and says so in its health."""

from __future__ import annotations

import asyncio

import pytest
from service_home import Source, reading

from edge.backup import kept, read_manifest, schedule
from edge.config import BackupConfig
from edge.health import PartHealth
from edge.service.service import Service

PHRASE = "four words nobody guesses"


class Meter(Source):
    async def __aiter__(self):
        for one in self.readings:
            yield one
        await asyncio.Event().wait()

    def health(self):
        return PartHealth("source:linky", ok=True)


@pytest.mark.real
@pytest.mark.timeout(120)
async def test_one_is_made_sealed_and_proved_while_the_meter_is_read(
    config, clock, tmp_path, monkeypatch
):
    monkeypatch.setattr(schedule, "LOOK_S", 0.05)
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text(PHRASE)
    wanted = BackupConfig(passphrase_file=tmp_path / "secret")
    config = config.model_copy(update={"backup": wanted})
    stop, told = asyncio.Event(), []

    async def look(hub, stop):
        while not told:
            await asyncio.sleep(0.02)
            parts = {part.name: part for part in hub.health().parts}
            part = parts["backup"]
            if part.gauges.get("kept") or not part.ok:
                told.append(part)
        stop.set()

    service = Service(config, clock=clock, sources=[Meter([reading(0)])])
    await service.run(stop, {"look": look})
    (part,) = told
    assert part.ok, part.detail
    assert {"age_s", "verified_age_s", "bytes", "kept"} <= set(part.gauges)
    (made,) = kept.backups(config.data_dir / "backups")
    assert made.name.endswith(".sealed")
    assert read_manifest(made, PHRASE).databases[0].name == "journal.db"
