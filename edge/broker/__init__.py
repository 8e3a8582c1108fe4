"""The MQTT broker: reach one, or run a private one, and keep one connection to it."""
