"""Whom an audience tells what about a fact. Pure; each function sees the state before that fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kernel.ids import derived_id
from services.kernel.message import Fact
from services.kernel.process import Issue
from services.notifications.domain.message import MESSAGE, PEOPLE_AT_MOST, Kind, PlanMessage, Variable
from services.notifications.processes.hearing import State, published

WELCOME_WORTH = timedelta(days=14)
COMPLETION_WORTH = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The fact that is told about, the moment at which it is judged, and what it belongs to."""

    fact: str
    at: datetime
    activity: str | None = None
    region: str | None = None

    def tell(
        self,
        kind: Kind,
        people: Sequence[str],
        worth_until: datetime,
        variables: Mapping[str, str],
        *,
        urgent: bool = False,
        chat: str | None = None,
        announcement: str | None = None,
        shared: bool = False,
    ) -> list[Issue]:
        """The messages that tell these people; none where nobody is concerned or it is not worth it any more.

        ``shared``: other audiences tell of the same in the same words, and may hold the same people.
        """
        if worth_until <= self.at:
            return []
        concerned = list(dict.fromkeys(people))
        chunks = [concerned[n : n + PEOPLE_AT_MOST] for n in range(0, len(concerned), PEOPLE_AT_MOST)]
        return [
            Issue(
                MESSAGE,
                derived_id("message", self.fact, kind, *(chunk if shared else chunk[:1])),
                PlanMessage(
                    fact=self.fact,
                    kind=kind,
                    people=tuple(chunk),
                    variables=tuple(Variable(name, value) for name, value in sorted(variables.items())),
                    worth_until=worth_until,
                    urgent=urgent,
                    activity=self.activity,
                    region=self.region,
                    chat=chat,
                    announcement=announcement,
                ),
            )
            for chunk in chunks
        ]

    def tell_ahead(self, kind: Kind, people: Sequence[str], activity: State, **more: str) -> list[Issue]:
        """The messages about an activity that lies ahead: worth sending until it starts."""
        shown = {name: activity[name] for name in ("title", "starts", "ends", "venue")}
        return self.tell(kind, people, datetime.fromisoformat(activity["starts"]), shown | more)


def occasion(fact: Fact) -> Occasion:
    """The occasion that a fact is."""
    return Occasion(fact.id, fact.at, fact.data.get("activity"), fact.region)


def standing(state: State, fact: Fact) -> State | None:
    """The activity as it stands published; None where it does not, or no longer."""
    found: State | None = state.get("activities", {}).get(fact.data["activity"])
    return found


def _registrants(state: State) -> list[str]:
    return [*state.get("seats", []), *state.get("line", [])]


def _tell_login(_state: State, fact: Fact) -> list[Issue]:
    expires = datetime.fromisoformat(fact.data["expires"])
    code = {"code": fact.data["code"]}
    return occasion(fact).tell(Kind.LOGIN_CODE, [fact.data["person"]], expires, code, urgent=True)


def _tell_joined(state: State, fact: Fact) -> list[Issue]:
    person = [fact.data["person"]]
    told: list[Issue] = []
    if fact.data["how"] in ("form", "import"):
        asked = state.get("coordinator") or state.get("stand_in") or ""
        shown = {"region_name": state["name"], "coordinator": asked}
        told += occasion(fact).tell(Kind.WELCOME, person, fact.at + WELCOME_WORTH, shown)
    for identity, activity in state.get("activities", {}).items():
        # Joined before the publication, heard after it: the sources have no common order.
        if fact.at <= datetime.fromisoformat(activity["at"]):
            before = Occasion(activity["fact"], fact.at, identity, activity["region"])
            told += before.tell_ahead(Kind.ACTIVITY_PUBLISHED, person, activity)
    return told


def _tell_publication(state: State, fact: Fact) -> list[Issue]:
    here, activity = occasion(fact), published(fact)
    told: list[Issue] = []
    if topical := [*state.get("raisers", []), *state.get("endorsers", [])]:
        told += here.tell_ahead(Kind.TOPIC_GATHERING, topical, activity, topic_title=state["title"])
    if members := [*state.get("members", []), *state.get("followers", [])]:
        told += here.tell_ahead(Kind.ACTIVITY_PUBLISHED, members, activity)
    return told


def _tell_registrant(kind: Kind) -> Callable[[State, Fact], list[Issue]]:
    def tell(state: State, fact: Fact) -> list[Issue]:
        activity = standing(state, fact)
        if activity is None:  # cancelled as a whole, and they heard of that
            return []
        more = {"place": str(fact.data["place"])} if kind is Kind.SEAT_LINED else {}
        return occasion(fact).tell_ahead(kind, [fact.data["person"]], activity, **more)

    return tell


def _tell_schedule(state: State, fact: Fact) -> list[Issue]:
    before = standing(state, fact)
    if before is None:
        return []
    after = {**before, "starts": fact.data["starts"], "ends": fact.data["ends"]}
    return occasion(fact).tell_ahead(Kind.ACTIVITY_RESCHEDULED, _registrants(state), after, was=before["starts"])


def _tell_cancellation(state: State, fact: Fact) -> list[Issue]:
    activity = standing(state, fact)
    if activity is None:
        return []
    reason = fact.data.get("reason") or ""
    return occasion(fact).tell_ahead(Kind.ACTIVITY_CANCELLED, _registrants(state), activity, reason=reason)


def _tell_completion(state: State, fact: Fact) -> list[Issue]:
    here, worth = occasion(fact), fact.at + COMPLETION_WORTH
    told: list[Issue] = []
    if raisers := state.get("raisers"):
        told += here.tell(Kind.TOPIC_QUESTION, raisers, worth, {"topic_title": state["title"]})
    if present := state.get("present"):
        title = {"title": state["activities"][fact.data["activity"]]["title"]}
        told += here.tell(Kind.ACTIVITY_COMPLETED, present, worth, title)
    return told


TELL: Mapping[str, Callable[[State, Fact], list[Issue]]] = {
    "members.login-code-issued": _tell_login,
    "members.member-joined": _tell_joined,
    "events.activity-published": _tell_publication,
    "events.activity-rescheduled": _tell_schedule,
    "events.activity-cancelled": _tell_cancellation,
    "events.activity-completed": _tell_completion,
    "events.seat-taken": _tell_registrant(Kind.SEAT_TAKEN),
    "events.seat-lined": _tell_registrant(Kind.SEAT_LINED),
    "events.seat-promoted": _tell_registrant(Kind.SEAT_PROMOTED),
    "events.seat-released": _tell_registrant(Kind.SEAT_RELEASED),
}
