"""Shut-offs: planned times without water; pressure rules only write to the log meanwhile."""
