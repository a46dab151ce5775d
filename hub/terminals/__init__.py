"""Terminals: what members carry on duty, and how much of that time it is online."""
