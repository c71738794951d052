"""The community's own rules as far as this service applies them: dated, and changed by the board elsewhere.

A decision that follows one of them carries the version that it was taken under.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHOOL_DAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What a decision is taken under; ``version`` 0 is what holds until the board has set any rules.

    ``response_school_days`` is how long a question may wait, counted in ``school_days`` (``mon`` … ``sun``) that are no
    ``holidays`` (ISO dates). A pilot needs ``pilot_after_gatherings`` gatherings attended and ``pilot_able_people`` people
    rated at least ``pilot_level``; its probation lasts ``probation_weeks``.
    """

    version: int = 0
    response_school_days: int = 2
    school_days: tuple[str, ...] = SCHOOL_DAYS
    holidays: tuple[str, ...] = ()
    pilot_after_gatherings: int = 3
    pilot_able_people: int = 1
    pilot_level: int = 3
    probation_weeks: int = 4
