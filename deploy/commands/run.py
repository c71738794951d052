"""`jejaring run`: the whole stack on this machine.

The demonstration (`deploy.demo`) is not in the wheel, so this command works only in a clone.
"""

import sys
from importlib.util import find_spec

import click

from deploy.errors import CommandError


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """The whole stack on this machine, with the story told into it."""
    demo = find_spec("deploy.demo")
    if demo is None or demo.origin is None:  # a folder without modules, such as a wheel's data files, has no origin
        message = (
            "'jejaring run' is the demonstration and needs a clone of the repository ('make run' there); "
            "an installed package is started with 'jejaring serve' and 'jejaring gateway'."
        )
        raise CommandError(message)
    from deploy import local  # imports deploy.demo

    sys.exit(local.run(arguments))
