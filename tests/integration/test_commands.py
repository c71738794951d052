"""The operator's commands against a real database, and against services that run beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from pymongo.database import Database

from deploy import ports
from deploy.cli import main
from deploy.commands.open_service import open_service
from deploy.waiting import wait_until
from services.kernel.readers.parking import ParkedFact, parked_now
from tests.support.services import ChildServices

BOARD = (
    *("board", "install", "--coordinator", "Wahyu Prasojo <wahyu@example.org>"),
    *("--secretary", "Lestari Handayaningrum <lestari@example.org>"),
    *("--treasurer", "Bambang Suryolaras <bambang@example.net>"),
    *("--region", "kota-kediri", "--subdistrict", "mojoroto"),
)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def services(child_services: Callable[..., ChildServices]) -> ChildServices:
    return child_services(environment={"AMQP_URI": "none"})


@pytest.fixture
def jejaring(services: ChildServices) -> Run:
    """Runs the command line with the environment of the services: status and all output."""

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        result = CliRunner(env={**services.environment, **environment}).invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def _people(output: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines()]


def test_the_board_is_installed_once_however_often_the_operator_says_so(
    jejaring: Run, database: Database[dict[str, Any]]
) -> None:
    status, first = jejaring(*BOARD)
    assert status == 0
    assert [line[0] for line in _people(first)] == ["coordinator", "secretary", "treasurer"]
    log = database.client[f"{database.name}_members"].commits
    commits = log.count_documents({})
    assert jejaring(*BOARD) == (0, first)
    assert log.count_documents({}) == commits


def test_a_token_is_the_same_for_the_same_name_and_stands_nowhere(
    jejaring: Run, database: Database[dict[str, Any]]
) -> None:
    jejaring(*BOARD)
    status, token = jejaring("token", "issue", "wahyu@example.org")
    assert (status, len(token.splitlines())) == (0, 1)
    assert jejaring("token", "issue", "WAHYU@example.org") == (0, token)
    assert jejaring("token", "issue", "wahyu@example.org", "--name", "laptop")[1] != token
    tokens = database.client[f"{database.name}_members"].commits.find({"events.type": "TokenIssued"})
    assert token.strip().rpartition("_")[2] not in str(list(tokens))


def test_an_unknown_contact_is_one_sentence(jejaring: Run) -> None:
    assert jejaring("token", "issue", "nobody@example.org") == (1, "jejaring: That contact is no member's.\n")
    assert jejaring("token", "issue", "nobody")[0] == 1


def test_a_database_that_is_away_is_one_sentence(jejaring: Run) -> None:
    away = f"mongodb://127.0.0.1:{ports.any_free()}"
    status, said = jejaring("token", "issue", "wahyu@example.org", MONGODB_URI=away)
    assert status == 1
    assert said.startswith("jejaring: The database does not answer as it should")
    assert len(said.splitlines()) == 1


def test_what_was_installed_keeps_all_promises_and_damage_is_found(
    jejaring: Run, services: ChildServices, database: Database[dict[str, Any]]
) -> None:
    jejaring(*BOARD)
    services.start("members")
    members = database.client[f"{database.name}_members"]
    wait_until(
        lambda: members.view_roster_v1.count_documents({"name": {"$exists": True}}) == 3, 20, "three on the roster"
    )
    status, said = jejaring("verify", "members")
    assert (status, "DIFFERS" in said) == (0, False), said
    assert all(what in said for what in ("log", "inbox", "view roster", "view office_holders"))

    services.stop("members")
    members.view_roster_v1.update_one({"name": {"$exists": True}}, {"$set": {"library": "elsewhere"}})
    status, said = jejaring("verify", "members")
    assert status == 1
    assert "differs in library" in said
    assert "elsewhere" not in said
    assert [name for name in members.list_collection_names() if name.startswith("verify_")] == []

    members.commits.delete_one({"_id": 2})
    status, said = jejaring("verify", "members")
    assert status == 1
    assert "position 2 was expected" in said


def test_a_view_is_replayed_beside_the_live_one_by_the_running_service(
    jejaring: Run, services: ChildServices, database: Database[dict[str, Any]]
) -> None:
    jejaring(*BOARD)
    services.start("members")
    status, said = jejaring("replay", "members", "roster", "--deadline", "30")
    assert status == 0, said
    assert "roster is live from view_roster_v1_r1" in said
    members = database.client[f"{database.name}_members"]
    assert members["view_roster_v1_r1"].count_documents({"name": {"$exists": True}}) == 3
    assert jejaring("verify", "members")[0] == 0


def test_a_replay_without_a_running_service_fails_at_its_deadline(jejaring: Run) -> None:
    jejaring(*BOARD)
    status, said = jejaring("replay", "members", "roster", "--deadline", "1")
    assert status == 1
    assert "is members running?" in said


def test_parked_facts_are_listed_shown_and_marked(jejaring: Run, services: ChildServices) -> None:
    jejaring(*BOARD)
    assert jejaring("parked", "list") == (0, "Nothing is parked.\n")
    with open_service("members", services.environment) as members:
        fact = ParkedFact("roster", "commits", 1, 0, "person-x", "KeyError: 'name'", parked_now())
        members.parking.park([fact])
    status, listed = jejaring("parked", "list", "members")
    assert (status, "roster  person-x  1 parked: KeyError: 'name'" in listed) == (0, True)
    _, shown = jejaring("parked", "show", "members", "roster", "--key", "person-x")
    assert "commits@1.0" in shown
    assert "wahyu" not in shown.lower()
    assert jejaring("parked", "retry", "members", "roster") == (0, "members  roster: 1 to be retried\n")
    assert "to be retried" in jejaring("parked", "list")[1]
    assert jejaring("parked", "retry", "members", "tokens") == (0, "Nothing is parked there.\n")


def test_status_says_of_each_service_how_it_is_and_why_not(jejaring: Run, services: ChildServices) -> None:
    services.start("members")
    services.wait_ready("members")
    status, said = jejaring("status", "--readers")
    lines = {line.split()[0]: line.split() for line in said.splitlines()[:4]}
    assert status == 1  # two do not run
    assert (lines["members"][1], lines["events"][1]) == ("yes", "no")
    assert "events: no answer at" in said
    assert "members  roster: 0" in said


def test_the_doctor_examines_a_real_stack(jejaring: Run, services: ChildServices) -> None:
    services.start("members")
    status, said = jejaring("doctor")
    assert status == 0, said
    assert "SecantusDB" in said
    assert "members answers" in said
    assert "free for events" in said


def test_a_replay_of_an_unknown_view_names_the_known_views(jejaring: Run) -> None:
    status, said = jejaring("replay", "events", "nosuch")
    assert status == 1
    assert "it has activities," in said
