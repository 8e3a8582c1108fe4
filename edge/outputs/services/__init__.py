"""What each service is told by MQTT: its own tree, at fixed times, and what it asks."""
