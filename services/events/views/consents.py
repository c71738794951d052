"""Who allows to be named in the archive, as members told it. Key: the person.

``{named}``; whoever has said nothing is not in it.
"""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View

NAME_IN_ARCHIVE = "name-in-archive"
GIVEN, WITHDRAWN = "members.consent-given", "members.consent-withdrawn"


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name not in {GIVEN, WITHDRAWN} or fact.data["purpose"] != NAME_IN_ARCHIVE:
        return []
    return [Change(str(fact.data["person"]), {"named": fact.name == GIVEN})]


CONSENTS = View(name="consents", version=1, apply=apply, logs=(INBOX,))
