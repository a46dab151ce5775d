"""Ingest: from MQTT into the store, exactly once, with dead letters for what can't be decoded."""
