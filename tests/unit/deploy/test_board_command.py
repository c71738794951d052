"""How the first board is named on the command line."""

import click
import pytest

from deploy.commands.board import NamedAddress


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ratna Puspitaloka <ratna@example.org>", ("Ratna Puspitaloka", "ratna@example.org")),
        ('"Puspitaloka, Ratna" <ratna@example.org>', ("Puspitaloka, Ratna", "ratna@example.org")),
    ],
)
def test_a_name_and_an_address_are_read_as_a_mail_program_writes_them(text: str, named: tuple[str, str]) -> None:
    assert NamedAddress().convert(text, None, None) == named


@pytest.mark.parametrize("text", ["Ratna", "ratna@example.org", "<ratna@example.org>", "Ratna <ratna>", ""])
def test_a_name_without_an_address_or_an_address_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        NamedAddress().convert(text, None, None)
