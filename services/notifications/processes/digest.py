"""When each person's digest is due. What it tells has been gathered by the planner; here is only the time.

One instance a person who wishes for a digest; its deadline is the next one. Who no longer wishes for one gets what was
gathered until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.kernel.ids import derived_id
from services.kernel.message import Recorded
from services.kernel.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS
from services.notifications.domain.message import MESSAGE, Kind, PlanMessage, Variable
from services.notifications.domain.preference import Preference, PreferenceChosen, Wishes

DUE = "digest"
DIGEST_WORTH = timedelta(days=6)


def instances(recorded: Recorded) -> Sequence[str]:
    """The person."""
    return [recorded.stream_id] if isinstance(recorded.event, PreferenceChosen) else []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """``state`` is ``{every, day, at}`` of a digest that is wished for, empty without one."""
    match recorded.event:
        case PreferenceChosen() as chosen if chosen.gathered:
            after = {"every": chosen.digest_every, "day": chosen.digest_day, "at": chosen.digest_at}
            return Reaction(after, deadlines={DUE: _next(after, recorded.at)})
        case PreferenceChosen() if state:
            return Reaction({}, [_digest(recorded.stream_id, state, recorded.id, recorded.at)])
        case DeadlinePassed(instance=person, due=due) if state:
            issue = _digest(person, state, due.isoformat(), recorded.at)
            return Reaction(state, [issue], {DUE: _next(state, max(due, recorded.at))})
    return Reaction(state)


def _next(state: Mapping[str, Any], after: datetime) -> datetime:
    wishes = Wishes(digest_every=state["every"], digest_day=state["day"], digest_at=state["at"])
    return Preference(wishes).next_digest(after)


def _digest(person: str, state: Mapping[str, Any], occasion: str, now: datetime) -> Issue:
    fact = derived_id(DUE, person, occasion)
    every = (Variable("every", state["every"]),)
    return Issue(MESSAGE, fact, PlanMessage(fact, Kind.DIGEST, (person,), every, now + DIGEST_WORTH))


DIGEST = ProcessManager(name="digest", instances=instances, react=react, logs=(COMMITS,))
