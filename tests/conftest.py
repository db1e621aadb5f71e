"""Fixtures that several rooms need."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases"]

# The machine may be busy with something else: examples are counted, not timed.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
