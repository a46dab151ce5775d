"""Deeds: what each action of a person does to a case, one module for each kind."""
