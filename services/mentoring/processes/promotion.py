"""Promotion: opens the library's case when an answer is not enough.

One instance a consultation. Where the library has an open case already, the consultation names the open case, and a second
opening is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.case import Library
from services.mentoring.domain.consultation_messages import ConsultationPromoted
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import BY_CONSULTATION, OpenMentorship
from services.mentoring.templates import newest

SOFTWARE = "slims"


def instances(recorded: Recorded) -> Sequence[str]:
    """The consultation."""
    return [recorded.stream_id] if isinstance(recorded.event, ConsultationPromoted) else []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    event, template = recorded.event, newest(SOFTWARE)
    if not isinstance(event, ConsultationPromoted) or template is None:
        return Reaction(state)
    library = Library(event.library, event.region)
    command = OpenMentorship(library, SOFTWARE, template.name, event.by, how=BY_CONSULTATION, origin=recorded.stream_id)
    return Reaction(state, [Dispatch(MENTORSHIP, event.mentorship, command)])


PROMOTION = ProcessManager(name="promotion", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
