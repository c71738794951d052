"""Reports that libraries released. Key: the digest of the code under which a report is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View
from services.mentoring.domain.report import ReportReleased


@dataclass(frozen=True)
class ReportRow:
    digest: str
    report: str
    mentorship: str
    library: str
    released: str
    parts: tuple[str, ...]
    # Open: figures stay as they were released, and each release of this service may have had other ones.
    figures: Mapping[str, Any]


def apply(recorded: Recorded) -> Applied:
    event = recorded.event
    if not isinstance(event, ReportReleased):
        return []
    row = ReportRow(
        digest=event.digest,
        report=recorded.stream_id,
        mentorship=event.mentorship,
        library=event.library.id,
        released=moment(recorded.at),
        parts=event.parts,
        figures=event.figures,
    )
    return [Change.put(row)]


REPORTS = View(name="reports", version=1, row=ReportRow, apply=apply)
