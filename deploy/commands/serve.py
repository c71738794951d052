"""`jejaring serve members events`: services in one process, to be kept running by an operator or a supervisor."""

import os
import sys

import click


@click.command()
@click.argument("services", nargs=-1, required=True)
def command(services: tuple[str, ...]) -> None:
    """One or more services in one process: `jejaring serve members events`."""
    # A separate process: the host patches the standard library before any other import.
    os.execv(sys.executable, [sys.executable, "-m", "services.kernel.nameko.host", *services])  # noqa: S606
