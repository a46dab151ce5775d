"""Dashboards: Grafana dashboards and data sources as Python, over the store's views only."""
