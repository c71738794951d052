import logging

import pytest
from starlette.requests import Request

from gateway.edge.problems import problem_from
from services.kernel.base.logs import JsonFormatter
from services.kernel.base.problem import Problem

REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"correlation-id", b"c-1")]})


def look_up(typed):
    try:
        return {}[typed]
    except KeyError as error:
        raise ValueError(f"no {typed}") from error


def test_an_unexpected_error_is_logged_without_user_input(caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError) as raised:
        look_up("secret-0812")
    shown = problem_from(REQUEST, raised.value)
    [record] = caplog.records
    line = JsonFormatter().format(record)
    assert "secret" not in line
    for told in ("builtins.ValueError at", "builtins.KeyError at", "test_problems.py", "look_up"):
        assert told in line
    assert (record.incident, record.correlation) == (shown.extensions["incident"], "c-1")
    assert shown.status == 500


def test_a_problem_is_shown_and_not_logged_as_an_error(caplog):
    problem = Problem("as it is")
    assert problem_from(REQUEST, problem) is problem
    assert not caplog.records
