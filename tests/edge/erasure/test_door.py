"""Who erases: the service, else a process alone, which leaves to it what it can't."""

from __future__ import annotations

import pytest
from erased_home import HOUR, MIDNIGHT

from edge.commands import Erase
from edge.config import Config, InfluxConfig, MeterConfig, MqttConfig
from edge.erasure.door import erasing
from edge.errors import JournalError
from edge.journal.journal import Journal

METERS = (MeterConfig(id="linky", port="/dev/null"),)


async def test_where_there_is_no_journal_there_is_nothing_to_erase(tmp_path):
    with pytest.raises(JournalError, match="no journal"):
        async with erasing(Config(data_dir=tmp_path, meters=METERS)):
            pass
    assert list(tmp_path.iterdir()) == []


async def test_alone_what_the_service_reaches_is_left_to_it(tmp_path):
    Journal.open(tmp_path).close()
    config = Config(
        data_dir=tmp_path,
        meters=METERS,
        mqtt=MqttConfig(url="managed"),
        influxdb=InfluxConfig(token_file=tmp_path / "influx.token"),
    )
    (tmp_path / "cozy").mkdir()
    (tmp_path / "cozy" / "one.json").write_text("{}")
    async with erasing(config) as door:
        command = Erase("linky", MIDNIGHT, MIDNIGHT + HOUR)
        (stone,) = await door.erase(command, lambda _part: None)
    waits = {name for name, word in stone.places.items() if isinstance(word, str)}
    assert {"influxdb", "broker", "cozy"} <= waits
    assert stone.finished_ms is None
