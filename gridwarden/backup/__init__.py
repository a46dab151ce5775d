"""Backup: the store and what matters of the data folder in one file, and its way back."""

from gridwarden.backup.make import make_backup
from gridwarden.backup.restore import restore_backup

__all__ = ["make_backup", "restore_backup"]
