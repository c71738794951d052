"""Drafts, releases and confirms evidence reports.

The gateway stores nothing. Mentoring's log keeps a released report with its figures, and the report's code leads back
to the log. (U4)
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from gateway.composed.composition import PART_SECONDS, compose, query_of
from gateway.edge.caller import Caller
from gateway.edge.forwarding import Forwarding
from gateway.reports.evidence_pdf import ReportSheet, render_pdf
from gateway.reports.figures import DECISIONS, PARTS, PARTS_FROM_MEMBERS, figures_of, suggested_decisions
from gateway.reports.sections import Section, day, decisions, sections
from services.kernel.base.clock import Clock
from services.kernel.base.problem import Malformed, NotFound, Unavailable


@dataclass(frozen=True)
class Draft:
    """A report that was not released yet. ``offered`` are names of ``DECISIONS``, the most needed first."""

    library: str
    name: str
    mentorship: str
    figures: Mapping[str, Any]
    offered: Sequence[str]
    warnings: Sequence[Mapping[str, Any]]

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "library": {"library": self.library, "name": self.name},
            "mentorship": self.mentorship,
            "parts": [part for part in PARTS if self.figures.get(part)],
            "figures": self.figures,
            "decisions": [{"decision": name, "text": DECISIONS[name]} for name in self.offered],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Released:
    """A released report; ``code`` confirms the report."""

    code: str
    library: str
    name: str
    released_at: str
    parts: Sequence[str]
    figures: Mapping[str, Any]

    @property
    def sections(self) -> list[Section]:
        """The sections of the released parts."""
        return sections(self.figures, self.parts)

    @property
    def decisions(self) -> list[str]:
        """The decisions that the school is asked for."""
        return decisions(self.figures.get("decisions", ()))

    @property
    def period(self) -> str:
        """``1 Maret 2026 sampai 20 Juni 2026``."""
        period = self.figures["period"]
        return f"{day(period['from'])} sampai {day(period['to'])}"


class EvidenceReports:
    """``public_url`` is the gateway's public address, to which the printed code leads. Days are days of ``zone``."""

    def __init__(self, forwarding: Forwarding, clock: Clock, zone: tzinfo, community: str, public_url: str) -> None:
        self._forwarding = forwarding
        self._clock = clock
        self._zone = zone
        self._community = community
        self._public_url = public_url

    async def draft(self, caller: Caller, library: str) -> Draft:
        """The current figures, for callers who may see the library's case. Raises ``NotFound`` when the library has no
        case.
        """
        caller.actor.require_person()
        ask = self._forwarding.ask
        found = (await ask(caller, "GET", "/v1/mentorships", query=query_of(library=library)))["items"]
        if not found:
            raise NotFound
        newest = max(found, key=lambda each: (each["state"] != "closed", each["opened"]))
        case = await ask(caller, "GET", f"/v1/mentorships/{newest['mentorship']}")
        more = await compose(
            {
                "library": ask(caller, "GET", f"/v1/libraries/{library}"),
                "competence": ask(
                    caller, "GET", "/v1/competence", query=query_of(library=library, **{"from": case["opened"]})
                ),
            },
            seconds=PART_SECONDS,
        )
        figures = figures_of(case, more.answers["competence"], self._today, self._zone)
        name = (more.answers["library"] or {}).get("name") or case["name"] or library
        return Draft(library, name, case["mentorship"], figures, suggested_decisions(case), more.warnings)

    async def release(
        self, caller: Caller, library: str, parts: Sequence[str], wanted: Sequence[str], key: str
    ) -> Mapping[str, Any]:
        """Release all chosen parts with the wanted decisions, or nothing.

        Raises mentoring's ``Refused`` for a caller who does not work at the library, ``Malformed`` for unknown parts
        and for parts without figures, ``Unavailable`` when figures are missing because a service is down.
        """
        unknown = [*(part for part in parts if part not in PARTS), *(name for name in wanted if name not in DECISIONS)]
        if unknown or not parts:
            raise Malformed(
                errors={"parts": [f"Unknown: {', '.join(unknown)}." if unknown else "Choose one at least."]}
            )
        draft = await self.draft(caller, library)
        chosen = [part for part in PARTS if part in parts]
        _require_all(chosen, draft)
        # Mentoring adds its own figures at the release, so nobody can forge them.
        others = {name: draft.figures[name] for name in chosen if name in PARTS_FROM_MEMBERS}
        figures = others | {"decisions": list(dict.fromkeys(wanted))}
        answer = await self._forwarding.ask(
            caller,
            "POST",
            f"/v1/mentorships/{draft.mentorship}/reports",
            document={"parts": chosen, "figures": figures},
            key=key,
        )
        return {**answer, "url": self.check_url(answer["code"])}

    async def released(self, caller: Caller, code: str) -> Released:
        """The report that a code confirms. Raises ``NotFound`` for an unknown code."""
        found = await self._forwarding.ask(caller, "GET", f"/v1/reports/{code}")
        return Released(
            code, found["library"], found["name"] or "", found["released_at"], found["parts"], found["figures"]
        )

    async def pdf(self, released: Released) -> bytes:
        """The report as a PDF file."""
        sheet = ReportSheet(
            community=self._community,
            library=released.name,
            period=released.period,
            released=day(datetime.fromisoformat(released.released_at).astimezone(self._zone).date().isoformat()),
            sections=released.sections,
            decisions=released.decisions,
            code=released.code,
            address=self.check_url(released.code),
        )
        return await asyncio.to_thread(render_pdf, sheet)

    def check_url(self, code: str) -> str:
        """The page that checks a code."""
        return f"{self._public_url}/laporan/{code}"

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()


def _require_all(chosen: Sequence[str], draft: Draft) -> None:
    missing = [part for part in chosen if not draft.figures.get(part)]
    down = {warning["part"] for warning in draft.warnings if warning["status"] >= 500}
    if down.intersection(missing):
        raise Unavailable(
            "figures of a chosen part could not be had; nothing was released, ask again with the same key"
        )
    if missing:
        raise Malformed(errors={"parts": [f"No figures: {', '.join(missing)}."]})
