"""The command line `jejaring …`: finds the module of each command.

A command's module is imported only when the command is called, so that `jejaring --help` is fast. An error outside the
program is one clear sentence and exit status 1 (2 for a wrong call or configuration), never a traceback.
"""

import importlib
from collections.abc import Mapping
from typing import Any

import click

COMMANDS: Mapping[str, str] = {
    "run": "The whole stack on this machine, with the story told into it.",
    "serve": "One or more services in one process.",
    "gateway": "The gateway, the only public door.",
    "board": "Install the community's first board.",
    "token": "Bearer tokens, issued by the operator.",
    "clock": "Domain time of a demonstration: show it, move it forward.",
    "status": "How every service is: ready, how far, what is parked.",
    "parked": "What readers could not take: list, show, retry.",
    "replay": "Rebuild one view from the log, beside the live one.",
    "verify": "Check logs, inboxes and views against their promises.",
    "doctor": "Check the machine and the configuration before people rely on them.",
    "epoch": "After a restore of one service: show its epochs, begin another.",
    "openapi": "The services' OpenAPI fragments.",
}


class CommandLine(click.Group):
    """Finds a command in `deploy.commands.<name>` as the module's `command`, and turns an error into a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"deploy.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            said = importlib.import_module("deploy.commands.sentences").sentence_for(error)
            if said is None:
                raise
            click.echo(f"jejaring: {said.text}", err=True)
            ctx.exit(said.status)


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after an installation."""


if __name__ == "__main__":
    main()
