"""Waiting with a deadline. Nothing here sleeps and hopes.

``JEJARING_WAIT_FACTOR`` multiplies every deadline: a slow machine needs longer, and only a process that hangs is to be given up.
"""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from deploy.errors import DeadlinePassed

Seen = TypeVar("Seen")


def allowed(seconds: float) -> float:
    """So many seconds, times ``JEJARING_WAIT_FACTOR`` (1 unless set). Raises ``ValueError`` if the factor is no number."""
    return seconds * float(os.environ.get("JEJARING_WAIT_FACTOR", "1"))


def wait_until(condition: Callable[[], Seen], deadline_seconds: float, what: str, every_seconds: float = 0.05) -> Seen:
    """Ask `condition` until its answer is true, and return that answer.

    After `deadline_seconds`, as `allowed` counts them, raises `DeadlinePassed`, which says `what` was waited for and what the last answer was.
    An `AssertionError` of the condition counts as "not yet", so that a condition may be written as assertions.
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
