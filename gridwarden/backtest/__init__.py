"""Backtest: what rules find in a stretch of time, against what was raised and what was true."""
