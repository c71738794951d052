"""How the story reports its progress and its failure."""

from collections.abc import Callable
from dataclasses import dataclass


class StoryFailed(Exception):
    """A step had an unexpected result. `step` names the step, `reason` says what was seen instead."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps are done. `step` of `chapter` was done last, or is being done if `detail` is given."""

    chapter: str
    step: str
    done: int
    total: int
    detail: str = ""

    def __str__(self) -> str:
        return f"[{self.done:>2}/{self.total}] {self.chapter} · {self.step}{f' ({self.detail})' if self.detail else ''}"


Report = Callable[[Progress], None]
