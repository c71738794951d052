"""The fixtures that every room of the tests shares; see the modules named here."""

pytest_plugins = ["tests.support.servers"]
