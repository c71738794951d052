"""Whether an answer fits the shape that its route declares: nothing undeclared, nothing missing, every type right."""

import json
from collections.abc import Iterable
from typing import Any

from services.kernel.declare.route import Route
from services.kernel.http.api import RawAnswer


def assert_fits(routes: Iterable[Route], method: str, answer: RawAnswer) -> None:
    """Compare a successful JSON answer with its route's schema."""
    if answer.status >= 300 or not answer.body or answer.headers["Content-Type"] != "application/json":
        return
    wanted = "GET" if method == "HEAD" else method
    route = next(each for each in routes if (each.method, each.path) == (wanted, answer.route))
    if route.answer is not None:
        misfits: dict[str, Any] = route.answer.validate(json.loads(answer.body))
        assert misfits == {}, f"{route.name} answers what it does not declare: {misfits}"
