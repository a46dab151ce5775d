"""Gridwarden: the composition root. Settings, commands, the embedded database and broker, the demo.

Everything else is a part (`edge`, `ingest`, `hub`, `dashboards`); only this package puts the
parts together, reads settings and starts processes.
"""

from importlib.metadata import version

__version__ = version("gridwarden")
