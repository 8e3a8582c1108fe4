"""What can't be read or written as a configuration is refused, with what to mend."""

from __future__ import annotations

import math

import pytest

from edge.config import ConfigError, load_config
from edge.config.writing import rendered


def test_a_key_that_a_meter_needs_is_named(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text('[[meters]]\nport = "/dev/ttyUSB0"\n')
    with pytest.raises(ConfigError, match=r"id: this key is needed"):
        load_config(path)


def test_what_would_not_be_read_the_same_is_not_written():
    with pytest.raises(ConfigError, match="would not be read the same"):
        rendered({"least": math.nan}, {})
