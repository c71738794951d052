"""Who allows to be named in the archive, as members told. A person who has never consented has no row."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View

NAME_IN_ARCHIVE = "name-in-archive"


@dataclass(frozen=True)
class ConsentGiven:
    person: str
    purpose: str


@dataclass(frozen=True)
class ConsentWithdrawn:
    person: str
    purpose: str


HEARD = FactShapes({"members.consent-given": ConsentGiven, "members.consent-withdrawn": ConsentWithdrawn})


@dataclass(frozen=True)
class ConsentRow:
    """``named``: the person may be named in the archive."""

    person: str
    named: bool


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case ConsentGiven(person, purpose) if purpose == NAME_IN_ARCHIVE:
            return [Change.put(ConsentRow(person, named=True))]
        case ConsentWithdrawn(person, purpose) if purpose == NAME_IN_ARCHIVE:
            return [Change.put(ConsentRow(person, named=False))]
    return []


CONSENTS = View(name="consents", version=1, row=ConsentRow, apply=apply, logs=(INBOX,))
