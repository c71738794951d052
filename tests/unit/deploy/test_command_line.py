"""The command line as somebody at a terminal meets it."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from pymongo.errors import ServerSelectionTimeoutError

from deploy.cli import COMMANDS, main
from deploy.commands.sentences import sentence_for
from deploy.errors import CommandError
from services.kernel.base.problem import NotFound
from services.kernel.base.settings import SettingsError


def test_help_names_every_command_and_imports_none_of_them() -> None:
    script = (
        "import sys, click.testing, deploy.cli as cli;"
        "print(click.testing.CliRunner().invoke(cli.main, ['--help']).output);"
        "print([name for name in sys.modules if name.startswith(('pymongo', 'deploy.commands.', 'kombu', 'services.'))])"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert all(name in printed for name in COMMANDS)
    assert printed.strip().endswith("[]")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_named_is_there(name: str) -> None:
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


def test_run_without_the_demonstration_says_that_it_needs_a_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deploy.demo", None)  # as in an installed wheel
    monkeypatch.delitem(sys.modules, "deploy.local", raising=False)
    result = CliRunner().invoke(main, ["run", "--no-story"])
    assert result.exit_code == 1
    assert result.output == (
        "jejaring: 'jejaring run' is the demonstration and needs a clone of the repository ('make run' there); "
        "an installed package is started with 'jejaring serve' and 'jejaring gateway'.\n"
    )


def test_no_command_needs_the_demonstration_to_be_imported() -> None:
    script = (
        "import sys, importlib, deploy.cli as cli; sys.modules['deploy.demo'] = None;"
        "[importlib.import_module(f'deploy.commands.{name}') for name in cli.COMMANDS]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_command_that_does_not_exist_is_a_wrong_call() -> None:
    result = CliRunner().invoke(main, ["dance"])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_missing_configuration_is_one_sentence_and_exit_status_2() -> None:
    result = CliRunner().invoke(main, ["status"])
    assert result.exit_code == 2
    assert result.output == "jejaring: JEJARING_SECRETS must name the directory with the secret files.\n"


def test_an_unknown_service_is_named_with_the_known_services() -> None:
    result = CliRunner().invoke(main, ["verify", "weather"])
    assert result.exit_code == 2
    assert "there is no service 'weather'; there are members, events, mentoring, notifications." in result.output


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CommandError("Port 8000 is taken."), 1),
        (SettingsError("there is no secret file"), 2),
        (ServerSelectionTimeoutError("127.0.0.1:27017: a very long story"), 1),
        (NotFound("No member has this contact."), 1),
        (OSError(28, "No space left on device"), 1),
    ],
)
def test_an_error_outside_the_program_is_one_sentence(error: Exception, status: int) -> None:
    said = sentence_for(error)
    assert said is not None
    assert said.status == status
    assert said.text.endswith(".")
    assert "\n" not in said.text


def test_a_program_fault_has_no_sentence_and_keeps_its_traceback() -> None:
    assert sentence_for(KeyError("position")) is None
