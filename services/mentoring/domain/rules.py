"""The dated rules of the community for this service. The board changes them in the members service.

A decision under a rule carries the version of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHOOL_DAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules that a decision is taken under. ``version`` 0 holds until the board sets any rules.

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
