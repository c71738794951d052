"""Promotion: a consultation that turned out to need more than an answer opens the library's case.

One instance a consultation. Where the library is accompanied already, the case that stands is the one that the
consultation names, and opening it once more is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.case import Library
from services.mentoring.domain.consultation_acts import ConsultationPromoted
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import BY_CONSULTATION, OpenMentorship
from services.mentoring.templates import newest

SOFTWARE = "slims"


def instances(recorded: Recorded) -> Sequence[str]:
    """The consultation."""
    return [recorded.stream_id] if isinstance(recorded.event, ConsultationPromoted) else []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty, for all that is needed stands in the event."""
    event, template = recorded.event, newest(SOFTWARE)
    if not isinstance(event, ConsultationPromoted) or template is None:
        return Reaction(state)
    library = Library(event.library, event.region)
    command = OpenMentorship(library, SOFTWARE, template.name, event.by, how=BY_CONSULTATION, origin=recorded.stream_id)
    return Reaction(state, [Issue(MENTORSHIP, event.mentorship, command)])


PROMOTION = ProcessManager(name="promotion", instances=instances, react=react, logs=(COMMITS,))
