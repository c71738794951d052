"""Waiting with a deadline.

``JEJARING_WAIT_FACTOR`` multiplies every deadline: a slow machine needs more time, and only a process that hangs should
be given up.
"""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from deploy.errors import DeadlinePassed

Seen = TypeVar("Seen")


def allowed(seconds: float) -> float:
    """`seconds` times ``JEJARING_WAIT_FACTOR`` (1 unless set). Raises ``ValueError`` if the factor is no number."""
    return seconds * float(os.environ.get("JEJARING_WAIT_FACTOR", "1"))


def wait_until(condition: Callable[[], Seen], deadline_seconds: float, what: str, every_seconds: float = 0.05) -> Seen:
    """Call `condition` until its answer is true, and return this answer.

    After `deadline_seconds`, multiplied as in `allowed`, raises `DeadlinePassed`, whose text holds `what` and the last
    answer. An `AssertionError` of the condition counts as "not yet", so a condition may be written as assertions.
    """
    deadline = time.monotonic() + allowed(deadline_seconds)
    while True:
        try:
            answer = condition()
            last = repr(answer)
        except AssertionError as error:
            last = f"assertion: {error}"
        else:
            if answer:
                return answer
        if time.monotonic() >= deadline:
            message = f"Waited {allowed(deadline_seconds):g} s in vain for {what}; last seen: {last[:500]}."
            raise DeadlinePassed(message)
        time.sleep(every_seconds)
