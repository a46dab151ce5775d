"""Equipment: cards of the fire equipment, their logs, expiry, stock, and consents to move it."""
