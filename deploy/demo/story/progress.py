"""How the story tells how far it is, and that it failed."""

from collections.abc import Callable
from dataclasses import dataclass


class StoryFailed(Exception):
    """A step did not go as a person would have seen it go. `step` names it, `reason` says what was seen instead."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps; `step` of `chapter` is the one that was done last, or `detail` of it has happened."""

    chapter: str
    step: str
    done: int
    total: int
    detail: str = ""

    def __str__(self) -> str:
        return f"[{self.done:>2}/{self.total}] {self.chapter} · {self.step}{f' ({self.detail})' if self.detail else ''}"


Report = Callable[[Progress], None]
