"""The tests of one service: through its handlers, on a real database."""

from tests.support.service_databases import service_databases

__all__ = ["service_databases"]
