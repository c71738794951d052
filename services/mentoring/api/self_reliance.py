"""Self-reliance: whether askers come to answer, and whether a library asks less and less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity
from services.mentoring.api.consultations import require_login
from services.mentoring.dependencies import ANSWER, Dependencies
from services.mentoring.views.exchange import EXCHANGE, LIBRARY, PERSON, REGION, THERE
from services.mentoring.views.libraries import LIBRARIES

routes = Routes()


@dataclass(frozen=True)
class Of:
    region: Annotated[Identity | Unset, Described("the region; neither region nor library: the caller")] = UNSET
    library: Annotated[Identity | Unset, Described("the library; neither region nor library: the caller")] = UNSET


@dataclass(frozen=True)
class Month:
    month: str
    asked: int


@dataclass(frozen=True)
class People:
    asked: int
    answered: int
    both: Annotated[int, Described("who once asked and by now answers")]


@dataclass(frozen=True)
class SelfReliance:
    of: Annotated[str, Described("person, library or region")]
    asked: int
    answered: Annotated[int, Described("answers given; none by a library")]
    ratio: Annotated[float | None, Described("answers given to questions asked")]
    months: tuple[Month, ...]
    people: Annotated[People | None, Described("of a region alone")]


@routes.get("/v1/self-reliance", statuses=(200, 401, 403, 404))
def show_self_reliance(deps: Dependencies, request: Request[None, Of]) -> Answer[SelfReliance]:
    """Count the questions asked and the answers given: by the caller, by a library's staff, or in a region.

    A ``library`` is for people who work there and those who answer in its region; a ``region`` needs
    ``consultations.answer`` there.
    """
    region, library = request.query.region, request.query.library
    if region and library:
        raise Malformed(errors={"library": ["Ask for a region or a library."]})
    if library:
        _require_answerer_or_staff(deps, request, library)
        return Answer(_self_reliance(deps, LIBRARY, [library]))
    if region:
        deps.require_region(region)
        request.actor.require(ANSWER, region)
        return Answer(_self_reliance(deps, REGION, [region], _people_of(deps, region)))
    request.actor.require_person()
    return Answer(_self_reliance(deps, PERSON, sorted(deps.ids(request.actor))))


def _require_answerer_or_staff(deps: Dependencies, request: Request[Any, Any], library: str) -> None:
    """Raises ``Unauthorized``, and ``NotFound`` for a library that the caller may not look at."""
    require_login(request.actor)
    known = deps.views.get(LIBRARIES, library)
    if known is None or not (request.actor.id in known.present_staff or request.actor.may(ANSWER, known.region)):
        raise NotFound


def _self_reliance(deps: Dependencies, kind: str, names: Sequence[str], people: People | None = None) -> SelfReliance:
    """The counts of these persons, libraries or regions together."""
    rows = [found for name in names if (found := deps.views.get(EXCHANGE, f"{kind}.{name}")) is not None]
    asked, answered = sum(row.asked for row in rows), sum(row.answered for row in rows)
    months: Counter[str] = Counter()
    for row in rows:
        months.update(row.months)
    return SelfReliance(
        of=kind,
        asked=asked,
        answered=answered,
        ratio=round(answered / asked, 2) if asked else None,
        months=tuple(Month(month, count) for month, count in sorted(months.items())),
        people=people,
    )


def _people_of(deps: Dependencies, region: str) -> People:
    here = {"kind": THERE, "region": region}
    asked, answered = {"asked": {"$gt": 0}}, {"answered": {"$gt": 0}}
    return People(
        asked=deps.views.count(EXCHANGE, here | asked),
        answered=deps.views.count(EXCHANGE, here | answered),
        both=deps.views.count(EXCHANGE, here | asked | answered),
    )
