"""`jejaring status`: asks every service how it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click
import httpx

from deploy.commands.open_service import installed_services
from services.kernel.base.settings import settings_for

ANSWER_SECONDS = 5.0
HEADERS = ("service", "ready", "head", "facts", "inbox", "lag", "parked", "strays")


@dataclass(frozen=True)
class Condition:
    """One service's own report; `document` is its `/internal/status`, empty without an answer. A `degraded` service
    answers requests, and `reasons` says what does not work.
    """

    name: str
    ready: bool
    reasons: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    degraded: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """A line of the table; `lag` is the lag of the slowest reader."""
        readers: Mapping[str, int] = self.document.get("readers", {})
        lag = max(readers.values(), default=0) if self.document else "–"
        rest = [self.document.get(name, "–") for name in ("head", "facts", "inbox")]
        return (
            self.name,
            "no" if not self.ready else "degraded" if self.degraded else "yes",
            *map(str, (*rest, lag, self.document.get("parked", "–"), self.document.get("strays", "–"))),
        )


@click.command()
@click.option("--readers", is_flag=True, help="Each reader and how many positions it is behind.")
def command(*, readers: bool) -> None:
    """How every service is; exit status 1 unless all are ready and none is degraded."""
    conditions = [ask(name, settings_for(name, os.environ).urls[name]) for name in installed_services()]
    for line in table(conditions):
        click.echo(line)
    for condition in conditions:
        for reason in condition.reasons:
            click.echo(f"{condition.name}: {reason}")
        for line in losses(condition):
            click.echo(line)
        if readers:
            for reader, lag in sorted(condition.document.get("readers", {}).items()):
                click.echo(f"{condition.name}  {reader}: {lag}")
    if not all(condition.ready and not condition.degraded for condition in conditions):
        raise click.exceptions.Exit(1)


def ask(name: str, url: str) -> Condition:
    """The condition of the service at an address. A service that does not answer is not ready, for this reason."""
    try:
        with httpx.Client(base_url=url, timeout=ANSWER_SECONDS) as client:
            readiness = client.get("/readyz")
            known = readiness.json() if readiness.status_code in {200, 503} else {"reasons": [str(readiness)]}
            reasons = known["reasons"]
            status = client.get("/internal/status")
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Condition(name, False, (f"no answer at {url} ({type(error).__name__})",))
    if status.status_code != 200:
        return Condition(name, False, (*reasons, f"/internal/status answers {status.status_code}"))
    degraded = bool(known.get("degraded"))
    return Condition(name, readiness.status_code == 200, tuple(reasons), status.json(), degraded)


def losses(condition: Condition) -> list[str]:
    """What a restore has cost, one sentence for each source that lost facts which the service has heard."""
    forgotten: Mapping[str, int] = condition.document.get("forgotten", {})
    return [
        f"{condition.name}: heard {count} facts of {source} that {source} has lost in a restore"
        for source, count in sorted(forgotten.items())
        if count
    ]


def table(conditions: list[Condition]) -> list[str]:
    """The conditions as lines: names to the left, numbers to the right."""
    rows = [HEADERS, *(condition.cells for condition in conditions)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
