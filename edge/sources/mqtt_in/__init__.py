"""Meters that others read and tell a broker of: radios, pulse counters, portals."""

from __future__ import annotations

from edge.sources.mqtt_in.source import MqttMeter

__all__ = ["MqttMeter"]
