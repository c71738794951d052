"""A consultation as it is shown: whole to those concerned, to others what was answered publicly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.problem import Forbidden, NotFound, Unauthorized
from services.kernel.declare.policy import Actor
from services.mentoring.parts import ANSWER, Parts
from services.mentoring.views.consultations import CONSULTATIONS


class AnswerShown(Schema):
    number = fields.Integer()
    text = fields.String(allow_none=True, metadata={"description": "null where its author is erased"})
    by = fields.String(allow_none=True, metadata={"description": "who answered; null for those not concerned"})
    public = fields.Boolean()
    at = fields.String()


class RemarkShown(Schema):
    by = fields.String()
    text = fields.String(allow_none=True)
    at = fields.String()


class ConsultationShown(Schema):
    consultation = fields.String()
    title = fields.String()
    region = fields.String()
    state = fields.String(metadata={"description": "open, answered, resolved or promoted"})
    asked_at = fields.String()
    answers = fields.List(fields.Nested(AnswerShown))
    me_too = fields.Integer()
    shares = fields.Boolean(metadata={"description": "whether the caller has the same trouble"})
    public = fields.Boolean()
    role = fields.String(allow_none=True, metadata={"description": "asker, owner, answerer, or null"})
    details = fields.String(allow_none=True)
    asker = fields.String(allow_none=True)
    library = fields.String(allow_none=True)
    library_name = fields.String(allow_none=True)
    how = fields.String(allow_none=True)
    owner = fields.String(allow_none=True, metadata={"description": "null while the board's desk has it"})
    why = fields.String(allow_none=True)
    due = fields.String(allow_none=True)
    held_until = fields.String(allow_none=True)
    missed = fields.Boolean(allow_none=True)
    escalated = fields.Boolean(allow_none=True)
    rating = fields.Integer(allow_none=True)
    rounds = fields.Integer(allow_none=True)
    reasons = fields.List(fields.Nested(RemarkShown))
    notes = fields.List(fields.Nested(RemarkShown), metadata={"description": "for those who answer alone"})
    mentorship = fields.String(allow_none=True)


ASKER, OWNER, ANSWERER = "asker", "owner", "answerer"
_CONCERNED = ("asker", "library", "library_name", "how", "owner", "why", "due", "held_until", "missed", "escalated")
_COURSE = ("rating", "rounds", "mentorship")


@dataclass(frozen=True)
class Concerned:
    """A consultation as its view has it, and what the caller is to it; ``role`` None: it is public, and nothing more."""

    document: dict[str, Any]
    role: str | None
    answers: bool

    def require(self, *roles: str) -> None:
        """Raises ``Unauthorized`` and ``Forbidden`` for whoever may read it and not do this. Who may answer may do what
        the owner may.
        """
        if self.role not in roles and not (self.answers and OWNER in roles):
            raise Forbidden(permission=ANSWER, region=self.document["region"])


def concerned(parts: Parts, actor: Actor, consultation: str) -> Concerned:
    """The consultation for this caller. Raises ``NotFound`` where there is none that they may know of."""
    document = parts.views.get(CONSULTATIONS, consultation)
    if document is None or "asker" not in document:
        raise NotFound
    found = placed(parts, actor, document)
    if found.role is None and not document["public"]:
        raise NotFound
    return found


def placed(parts: Parts, actor: Actor, document: dict[str, Any], ids: frozenset[str] | None = None) -> Concerned:
    """What the caller is to a consultation."""
    ids = parts.ids(actor) if ids is None else ids
    owns = actor.kind == "person" and document["owner"] == actor.id
    answers = owns or actor.may(ANSWER, document["region"])
    if document["asker"] in ids:
        return Concerned(document, ASKER, answers)
    return Concerned(document, OWNER if owns else ANSWERER if answers else None, answers)


def require_login(actor: Actor) -> None:
    """Raises ``Unauthorized`` for nobody."""
    if actor.kind == "anonymous":
        raise Unauthorized


def shown(parts: Parts, actor: Actor, found: Concerned) -> dict[str, Any]:
    """What the caller reads of it."""
    document = found.document
    inside = found.role is not None
    base = {name: document[name] for name in ("title", "region", "state", "asked_at", "me_too", "public")}
    concerning = {name: document[name] if inside else None for name in (*_CONCERNED, *_COURSE)}
    details = document["details"]
    return {
        "consultation": document["_id"],
        **base,
        **concerning,
        "answers": _answers(parts, document["answers"], inside),
        "shares": not parts.ids(actor).isdisjoint(document["sharers"]),
        "role": found.role,
        "details": parts.vault.open(details["person"], details["sealed"]) if inside else None,
        "reasons": _remarks(parts, document["reasons"]) if inside else [],
        "notes": _remarks(parts, document["notes"]) if found.answers else [],
    }


def _answers(parts: Parts, answers: Sequence[dict[str, Any]], inside: bool) -> list[dict[str, Any]]:
    return [
        {**answer, "text": parts.vault.open(answer["by"], answer["text"]), "by": answer["by"] if inside else None}
        for answer in answers
        if inside or answer["public"]
    ]


def _remarks(parts: Parts, remarks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**remark, "text": parts.vault.open(remark["by"], remark["text"])} for remark in remarks]
