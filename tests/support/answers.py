"""Whether an answer fits the shape that its route declares: nothing undeclared, nothing missing, every type right."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from services.kernel.api import RawAnswer
from services.kernel.route import Route


def assert_fits(routes: Iterable[Route], method: str, answer: RawAnswer, but: Collection[str] = ()) -> None:
    """Compare a successful JSON answer with its route's schema; ``but`` names operations that are known not to fit."""
    if answer.status >= 300 or not answer.body or answer.headers["Content-Type"] != "application/json":
        return
    wanted = "GET" if method == "HEAD" else method
    route = next(each for each in routes if (each.method, each.path) == (wanted, answer.route))
    if route.answer is not None and route.name not in but:
        misfits: dict[str, Any] = route.answer.validate(json.loads(answer.body))
        assert misfits == {}, f"{route.name} answers what it does not declare: {misfits}"
