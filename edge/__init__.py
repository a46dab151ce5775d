"""Edge: agents that read sensors, spool what they read on disk and publish it over MQTT."""
