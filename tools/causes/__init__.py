"""Causes: how often the likeliest cause of a hydrant's trouble is the true one, in simulation."""
