"""Configuration: one TOML file, overridden by RELEVE_… variables, checked whole."""

from edge.config.load import ConfigError, load_config
from edge.config.model import (
    ApiConfig,
    BackupConfig,
    CloudConfig,
    CollectorConfig,
    Config,
    InfluxConfig,
    JournalConfig,
    KeepConfig,
    LanConfig,
    MeterConfig,
    MqttConfig,
    StoreConfig,
)

__all__ = [
    "ApiConfig",
    "BackupConfig",
    "CloudConfig",
    "CollectorConfig",
    "Config",
    "ConfigError",
    "InfluxConfig",
    "JournalConfig",
    "KeepConfig",
    "LanConfig",
    "MeterConfig",
    "MqttConfig",
    "StoreConfig",
    "load_config",
]
