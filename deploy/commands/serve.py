"""`jejaring serve members events`: services in one process, for an operator or a supervisor to keep."""

import os
import sys

import click


@click.command()
@click.argument("services", nargs=-1, required=True)
def command(services: tuple[str, ...]) -> None:
    """One or more services in one process: `jejaring serve members events`."""
    # A process of its own from its first statement on: the host patches the standard library before anything is imported.
    os.execv(sys.executable, [sys.executable, "-m", "services.kernel.nameko.host", *services])  # noqa: S606
