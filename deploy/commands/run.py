"""`jejaring run`: the whole stack on this machine."""

import sys

import click

from deploy import local


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """The whole stack on this machine, with the story told into it."""
    sys.exit(local.run(arguments))
