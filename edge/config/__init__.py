"""Configuration: one TOML file, overridden by RELEVE_… variables, checked whole."""

from edge.config.load import ConfigError, load_config
from edge.config.model import ApiConfig, Config, JournalConfig, MeterConfig, StoreConfig

__all__ = [
    "ApiConfig",
    "Config",
    "ConfigError",
    "JournalConfig",
    "MeterConfig",
    "StoreConfig",
    "load_config",
]
