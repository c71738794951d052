"""`jejaring clock`: domain time of a demonstration, shared by its processes and moved only forward."""

import os
import re
from datetime import datetime, timedelta

import click

from deploy.errors import CommandError
from services.kernel.base.clock import DemoClock, SystemClock, clock_from
from services.kernel.base.local_time import local

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Step(click.ParamType[timedelta]):
    """`14d`, `2h` or `30m`."""

    name = "step"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,5})([dhm])", value)
        if found is None:
            self.fail(f"{value!r} is no step forward; write 14d, 2h or 30m.", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.group()
def command() -> None:
    """Domain time of a demonstration; a stack not marked so by JEJARING_CLOCK=demo:PATH has the machine's and keeps it."""


@command.command()
@click.argument("by", type=Step(), metavar="14d|2h|30m")
def advance(by: timedelta) -> None:
    """Move domain time forward for every process that shares the clock."""
    click.echo(_shown(_demo_clock().advance(by)))


@command.command()
def show() -> None:
    """What time it is for the community."""
    click.echo(_shown(_clock().now()))


def _clock() -> DemoClock | SystemClock:
    try:
        clock = clock_from(os.environ.get("JEJARING_CLOCK", "system"))
    except ValueError as error:
        message = f"JEJARING_CLOCK makes no sense: {error}."
        raise CommandError(message) from error
    assert isinstance(clock, DemoClock | SystemClock)
    return clock


def _demo_clock() -> DemoClock:
    clock = _clock()
    if not isinstance(clock, DemoClock):
        raise CommandError(
            "This stack is not marked as a demonstration (JEJARING_CLOCK=demo:PATH); its time is the machine's."
        )
    return clock


def _shown(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M:%S %Z}"
