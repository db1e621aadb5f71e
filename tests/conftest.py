"""Fixtures that several rooms need."""

pytest_plugins = ["tests.databases"]
