"""Violations of duty by persons, as somebody records them with evidence."""
