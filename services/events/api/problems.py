"""Problems said during an activity: capture, share, merge, and make a topic of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.events.dependencies import PLAN, CurrentActivity, Dependencies
from services.events.domain.problem import PROBLEMS, CaptureProblem, MakeTopic, MergeProblem, ShareProblem
from services.events.views.problems import PROBLEM_LIST, ProblemRow
from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.policy import ANONYMOUS
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, up_to
from services.kernel.privacy.vault import Erased

_ALL = "/v1/activities/{activity}/problems"
_ONE = f"{_ALL}/{{problem}}"
routes = Routes()


@dataclass(frozen=True)
class NewProblem:
    """``anonymous``: no person is recorded with the problem, even if the caller is logged in."""

    text: Annotated[str, up_to(2000)]
    anonymous: Annotated[bool, Described("store no name")] = False


@dataclass(frozen=True)
class OtherProblem:
    into: Annotated[Identity, Described("the problem that the other is merged into")]


@dataclass(frozen=True)
class TopicOfProblem:
    title: Line
    origin: Annotated[str, OneOf(["member", "library"])] = "member"


@dataclass(frozen=True)
class ProblemRef:
    activity: str
    problem: str
    topic: str | None


@dataclass(frozen=True)
class ProblemShown:
    problem: str
    text: Annotated[str | None, Described("null where it is erased")]
    count: Annotated[int, Described("how many have it")]
    mine: bool
    author: Annotated[str | None, Described("for planners; null without a name")]
    into: str | None
    topic: str | None
    at: str


@routes.post(_ALL, statuses=(201, 404, 422))
def capture_problem(deps: Dependencies, request: Request[NewProblem]) -> Answer[ProblemRef]:
    """Record a problem that somebody has, with the person's name or anonymously, during an activity.

    Open to everybody. Without a login, or with ``anonymous``, no name is stored.
    """
    current = deps.activity(request.path["activity"], request.actor)
    nameless = request.body.anonymous or request.actor.kind != "person"
    problem = request.new_id("problem")
    person = None if nameless else request.actor.id
    owner = person or current.identity
    text = deps.vault.seal(owner, request.body.text)
    command = CaptureProblem(problem, person, owner, text, request.now, current.times)
    # Said without a name: the commit does not name the caller either.
    asked = replace(request, actor=ANONYMOUS) if nameless else request
    return _changed_problem(asked, current, command, None)


@routes.post(f"{_ONE}/raisers", statuses=(201, 403, 404, 422))
def share_problem(deps: Dependencies, request: Request) -> Answer[ProblemRef]:
    """Add the caller to those who have a problem that another person recorded.

    For people who take part in the activity and for callers with ``activities.plan`` in its region.
    """
    person = request.actor.require_person()
    current = _open_to_participants(deps, request)
    return _changed_problem(request, current, ShareProblem(request.path["problem"], person), None)


@routes.post(f"{_ONE}/merge", statuses=(200, 403, 404, 422))
def merge_problem(deps: Dependencies, request: Request[OtherProblem]) -> Answer[ProblemRef]:
    """Merge a problem into another problem of the same activity.

    Needs ``activities.plan`` in the region. Everybody who had the merged problem then has the other problem.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    return _changed_problem(request, current, MergeProblem(request.path["problem"], request.body.into), None)


@routes.post(f"{_ONE}/topic", statuses=(201, 403, 404, 422))
def problem_to_topic(deps: Dependencies, request: Request[TopicOfProblem]) -> Answer[ProblemRef]:
    """Make a topic of a problem, raised by the people who recorded or shared the problem by name.

    Needs ``activities.plan`` in the region.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    problems, _ = deps.commands.state(PROBLEMS, current.identity)
    problem = problems.all.get(request.path["problem"])
    if problem is None:
        raise NotFound
    # The author raises the topic; without a name a person who shares the problem does, or the planner for them.
    raiser = problem.author or min(problem.persons, default=request.actor.id)
    details = problem.text if problem.owner == raiser else _sealed_anew(deps, raiser, problem.owner, problem.text)
    body = request.body
    topic = request.new_id("topic")
    command = MakeTopic(request.path["problem"], topic, body.title, body.origin, raiser, details)
    return _changed_problem(request, current, command, topic)


@routes.get(_ALL, statuses=(200, 403, 404))
def list_problems(deps: Dependencies, request: Request[None, PageQuery]) -> Answer[Listing[ProblemShown]]:
    """List the problems recorded at an activity.

    For people who take part in the activity and for callers with ``activities.plan`` in its region.
    """
    current = _open_to_participants(deps, request)
    plans = request.actor.may(PLAN, current.plan.region)
    page = deps.views.find(PROBLEM_LIST, {"activity": current.identity}, **paging(request))
    return paged(page, lambda row: problem_shown(deps, request.actor.id, row, plans=plans))


def _open_to_participants(deps: Dependencies, request: Request[Any, Any]) -> CurrentActivity:
    """The activity, for its planners and its participants. Raises ``Forbidden`` for other callers."""
    person = request.actor.require_person()
    current = deps.activity(request.path["activity"], request.actor)
    if not (request.actor.may(PLAN, current.plan.region) or deps.took_part(current.identity, person)):
        raise Forbidden("This is only for people who take part in the activity.")
    return current


def _changed_problem(
    request: Request[Any],
    current: CurrentActivity,
    command: CaptureProblem | ShareProblem | MergeProblem | MakeTopic,
    topic: str | None,
) -> Answer[ProblemRef]:
    reference = ProblemRef(current.identity, command.problem, topic)
    return request.outcome(PROBLEMS, current.identity, command, lambda *_: reference)


def _sealed_anew(deps: Dependencies, owner: str, former: str, sealed: str) -> str | None:
    text = deps.vault.open(former, sealed)
    try:
        return text and deps.vault.seal(owner, text)
    except Erased:
        return None


def problem_shown(deps: Dependencies, person: str, row: ProblemRow, *, plans: bool) -> ProblemShown:
    """The problem as ``person`` reads it; the author is shown only if ``plans``."""
    return fill(
        ProblemShown,
        row,
        text=deps.vault.open(row.owner, row.text),
        count=len(row.persons) + row.nameless,
        mine=person in row.persons,
        author=row.author if plans else None,
    )
