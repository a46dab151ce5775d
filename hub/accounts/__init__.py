"""Accounts: who may sign in, with which password, in which sessions and with which tokens."""
