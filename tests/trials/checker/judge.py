"""All checks, in the order in which a reader of a log would look."""

from __future__ import annotations

from tests.trials.checker import effects, logs, outside
from tests.trials.checker.evidence import Evidence
from tests.trials.checker.findings import Finding

CHECKS = (
    logs.commands,
    logs.strangers,
    logs.gaps,
    logs.heard,
    logs.left,
    effects.seats,
    effects.attended_twice,
    effects.views,
    outside.told,
    outside.mails,
    outside.webhooks,
)


def judge(evidence: Evidence) -> list[Finding]:
    """Every broken promise; empty if all hold."""
    return [finding for check in CHECKS for finding in check(evidence)]
