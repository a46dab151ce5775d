"""Escalation: what falls due in a case, and who is urged or takes it over then."""
