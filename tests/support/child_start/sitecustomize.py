"""Python imports this module at the start of a service under test, before any other module of the project."""

from tests.support.coverage_probes import start

start()
