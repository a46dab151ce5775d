"""Evaluate: hours of a simulated campus at speed, through the engine, judged with its truth."""
