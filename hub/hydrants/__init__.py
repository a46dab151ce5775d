"""Hydrants: the register of hydrants and other water sources, and the maps of them."""
