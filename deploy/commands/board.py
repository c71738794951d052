"""`jejaring board install`: the operator installs a community's first board, on the machine."""

import os
from collections.abc import Mapping, Sequence
from email.utils import parseaddr

import click

from deploy.commands.open_service import open_service
from deploy.errors import CommandError
from services.members.identity.contact import Unreadable
from services.members.installation import BoardMember, Installed, install_board

OFFICES = ("coordinator", "secretary", "treasurer")


class NamedAddress(click.ParamType[tuple[str, str]]):
    """`NAME <email>`, as a mail program writes it."""

    name = "NAME <email>"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, address = parseaddr(value)
        if not name.strip() or "@" not in address:
            self.fail(f"{value!r} is not of the form 'Name <name@example.org>'.", param, ctx)
        return name.strip(), address


@click.group()
def command() -> None:
    """Install the community's first board."""


@command.command(name="install")
@click.option("--coordinator", type=NamedAddress(), required=True)
@click.option("--secretary", type=NamedAddress(), required=True)
@click.option("--treasurer", type=NamedAddress(), required=True)
@click.option("--region", required=True, help="The id of the region they belong to; it may be opened later.")
@click.option("--subdistrict", required=True, help="The id of the sub-district they live in.")
@click.option("--library", default="Pengurus komunitas", show_default=True, help="Where they work.")
def command_install(region: str, subdistrict: str, library: str, **named: tuple[str, str]) -> None:
    """Make three people members, give them their offices, and the community its first rules. Doing it again is harmless."""
    board = [
        BoardMember(office, *named[office], phone=None, library=library, region=region, subdistrict=subdistrict)
        for office in OFFICES
    ]
    for installed in install(board):
        kept = "" if installed.holder == installed.person else f" (the office stays with {installed.holder})"
        click.echo(f"{installed.office:<12} {installed.person}{kept}")


def install(board: Sequence[BoardMember], environment: Mapping[str, str] = os.environ) -> list[Installed]:
    """Install a board in the installation that `environment` describes, with its services running or not.

    Raises `CommandError` for a contact that cannot be read, `SettingsError`, and `PyMongoError`.
    """
    with open_service("members", environment) as members:
        members.prepare()
        try:
            return install_board(members.parts, board)
        except Unreadable as error:
            raise CommandError("One of the board's addresses is not an e-mail address.") from error
