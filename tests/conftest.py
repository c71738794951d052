"""The fixtures that every room of the tests shares; see the modules named here."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.servers"]

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
