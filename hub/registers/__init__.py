"""Registers: lists that people keep, with the age of what is in them."""
