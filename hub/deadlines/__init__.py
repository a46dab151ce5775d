"""Deadlines: limits in the units of the plan, on a calendar of working days, hours and pauses."""
