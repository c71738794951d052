"""Decisions of docs/adr/ that a change elsewhere would undo without a word."""

from services.kernel.base.mongo import connect


def test_the_driver_repeats_no_write_and_no_operation_is_waited_for_longer_than_five_seconds() -> None:
    # ADR 0004: every write has its own answer to an unknown outcome, so it must learn of each.
    with connect("mongodb://127.0.0.1:1/") as nobody:
        assert nobody.options.retry_writes is False
        assert nobody.options.timeout == 5.0
        assert nobody.options.server_selection_timeout == 2.0
