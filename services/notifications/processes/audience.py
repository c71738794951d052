"""Who hears of what.

One process manager keeps an audience for each region, topic, activity and person, and tells those whom it holds. All
audiences react alike: a region holds members, a topic raisers and endorsers, an activity its seats, its line and who
was present; whatever one does not hold, it tells nobody.

A fact that concerns several audiences goes to the narrowest first, and a delivery is unique on (fact, person,
channel): a raiser who also lives in the region hears that her topic became a gathering, and hears it once.

It declares ``start="now"``: what happened before its first start is learned and told to nobody. What it hears late is
told as long as it is worth it. Facts of one source arrive in that source's order, but a member's joining can arrive
behind a publication that it preceded; the region then tells that member of what stands published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.kernel.message import Fact, Recorded
from services.kernel.process import ProcessManager, Reaction
from services.kernel.view import COMMITS, INBOX
from services.notifications.processes import accompanying, announcing
from services.notifications.processes.hearing import LEARN, State
from services.notifications.processes.telling import TELL


def _person(fact: Fact) -> list[str]:
    return [f"person:{fact.data['person']}"]


def _region(fact: Fact) -> list[str]:
    return [f"region:{fact.region}"] if fact.region else []


def _region_of_office(fact: Fact) -> list[str]:
    region = fact.data.get("region")
    return [f"region:{region}"] if region and fact.data["office"] == "regional-coordinator" else []


def _topic(fact: Fact) -> list[str]:
    topic = fact.data.get("topic")
    return [f"topic:{topic}"] if topic else []


def _activity(fact: Fact) -> list[str]:
    return [f"activity:{fact.data['activity']}"]


CONCERNED: Mapping[str, Sequence[Callable[[Fact], list[str]]]] = {
    "members.login-code-issued": (_person,),
    "members.region-opened": (_region,),
    "members.member-joined": (_region,),
    "members.office-assumed": (_region_of_office,),
    "members.office-vacated": (_region_of_office,),
    "members.stand-in-named": (_region_of_office,),
    "members.stand-in-ended": (_region_of_office,),
    "events.topic-raised": (_topic,),
    "events.topic-joined": (_topic,),
    "events.topic-endorsed": (_topic,),
    "events.activity-published": (_topic, _activity, _region),
    "events.activity-rescheduled": (_activity, _region),
    "events.activity-cancelled": (_activity, _region),
    "events.activity-completed": (_topic, _activity),
    "events.seat-taken": (_activity,),
    "events.seat-lined": (_activity,),
    "events.seat-promoted": (_activity,),
    "events.seat-released": (_activity,),
    "events.attendance-recorded": (_activity,),
}
"""Which audiences a fact concerns, the narrowest first."""

_CONCERNED = {**CONCERNED, **accompanying.CONCERNED}
_LEARN = {**LEARN, **accompanying.LEARN}
_TELL = {**TELL, **accompanying.TELL}


def instances(heard: Fact | Recorded) -> Sequence[str]:
    """The audiences that a fact, or an event of our own, concerns; none for one that nobody here listens to."""
    if isinstance(heard, Recorded):
        return announcing.instances(heard)
    return [audience for named in _CONCERNED.get(heard.name, ()) for audience in named(heard)]


def react(state: State, heard: Fact | Recorded) -> Reaction:
    """What an audience knows after a fact, and whom it tells. Pure; the time is the fact's."""
    if isinstance(heard, Recorded):
        after, told = announcing.learn(state, heard), announcing.tell(state, heard)
        return Reaction(state=announcing.keep_the_gone(state, after), issues=told)
    told = _TELL[heard.name](state, heard) if heard.name in _TELL else []
    learned = _LEARN[heard.name](state, heard) if heard.name in _LEARN else state
    return Reaction(state=announcing.keep_the_gone(state, learned), issues=told)


AUDIENCE = ProcessManager(name="audience", instances=instances, react=react, logs=(INBOX, COMMITS), start="now")
