"""Devices: who may speak at a site's broker: certificates, passwords, rights, files."""
