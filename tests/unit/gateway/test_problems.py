import logging

import pytest
from starlette.requests import Request

from gateway.problems import problem_from
from services.kernel.problem import Problem

REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"correlation-id", b"c-1")]})


def look_up(typed):
    try:
        return {}[typed]
    except KeyError as error:
        raise ValueError(f"no {typed}") from error


def test_what_nobody_foresaw_is_logged_by_type_and_place_and_never_with_what_was_typed(caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError) as raised:
        look_up("secret-0812")
    shown = problem_from(REQUEST, raised.value)
    [record] = caplog.records
    assert "secret" not in str(vars(record)) + caplog.text
    assert "builtins.ValueError at" in record.getMessage()
    assert "builtins.KeyError at" in record.getMessage()
    assert "test_problems.py" in record.getMessage()
    assert "look_up" in record.getMessage()
    assert (record.incident, record.correlation) == (shown.extensions["incident"], "c-1")
    assert shown.status == 500


def test_a_problem_is_shown_as_it_is_and_is_no_fault(caplog):
    problem = Problem("as it is")
    assert problem_from(REQUEST, problem) is problem
    assert not caplog.records
