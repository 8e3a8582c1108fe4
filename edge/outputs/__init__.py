"""What leaves the home by MQTT: live values, intervals, events, and their discovery."""
