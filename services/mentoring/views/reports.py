"""Reports that libraries released. Key: the digest of the code under which one is confirmed.

``{report, mentorship, library, released, parts, figures}``
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View
from services.mentoring.domain.report import ReportReleased


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    event = recorded.event
    if not isinstance(event, ReportReleased):
        return []
    shown = {
        "report": recorded.stream_id,
        "mentorship": event.mentorship,
        "library": event.library.id,
        "released": moment(recorded.at),
        "parts": list(event.parts),
        "figures": event.figures,
    }
    return [Change(event.digest, shown)]


REPORTS = View(name="reports", version=1, apply=apply)
