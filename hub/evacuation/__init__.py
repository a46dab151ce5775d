"""Evacuation: how many people of a building need help to get out; totals only, never lists."""
