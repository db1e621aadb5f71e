"""Fixtures that several rooms need."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases"]

# The machine may be busy with something else: examples are counted, not timed. `make test` tries the same examples each
# time, so that it fails because of a change and not by chance; `make soak` looks for new ones.
settings.register_profile("same", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("new", settings.get_profile("same"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
