import pytest

from services.kernel.base.problem import NotFound, Refused
from services.kernel.declare.policy import ANONYMOUS
from services.members.domain.rules import RulesChanged
from services.members.identity.contact import Unreadable
from services.members.installation import BoardMember, install_board, issue_token
from tests.services.members.harness import COORDINATOR

BOARD = [
    BoardMember(
        office, f"{office.title()} Contoh", f"{office}@contoh.example", None, "SMA Contoh", "kota-kediri", "mojoroto"
    )
    for office in ("coordinator", "secretary", "treasurer")
]


def test_the_first_board_is_there_before_any_region(new_harness):
    harness = new_harness()
    installed = install_board(harness.parts, BOARD)
    harness.settle()
    assert [one.office for one in installed] == ["coordinator", "secretary", "treasurer"]
    assert all(one.person == one.holder for one in installed)
    shown = harness.get(ANONYMOUS, "/v1/offices").body["items"]
    assert [item["holder"]["name"] for item in shown] == ["Coordinator Contoh", "Secretary Contoh", "Treasurer Contoh"]
    told = [fact.type for fact in harness.facts()]
    assert told == ["member-joined", "office-assumed"] * 3 + ["rules-changed", "framework-adopted"]


def test_installing_again_changes_nothing(new_harness):
    harness = new_harness()
    first = install_board(harness.parts, BOARD)
    head = harness.application.log.head()
    assert install_board(harness.parts, BOARD) == first
    assert harness.application.log.head() == head


def test_installing_the_board_again_leaves_a_handed_over_office_with_its_holder(new_harness):
    harness = new_harness()
    install_board(harness.parts, BOARD)
    harness.open_region()
    other = harness.join()
    assert harness.post(COORDINATOR, "/v1/offices/treasurer/handover", {"to": other}).status == 200
    again = install_board(harness.parts, BOARD)
    assert again[2].holder == other
    assert again[2].person != other


def test_one_person_may_be_given_another_office_later(new_harness):
    harness = new_harness()
    install_board(harness.parts, BOARD[:1])
    moved = BoardMember("secretary", "x", "coordinator@contoh.example", None, "SMA", "kota-kediri", "mojoroto")
    (installed,) = install_board(harness.parts, [moved])
    assert installed.holder == installed.person


def test_installing_again_does_not_restore_the_first_rules(new_harness):
    harness = new_harness()
    install_board(harness.parts, BOARD)
    harness.post(COORDINATOR, "/v1/rules", {"speakers": "open"})
    install_board(harness.parts, BOARD)
    versions = [event.version for event in harness.events() if isinstance(event, RulesChanged)]
    assert versions == [1, 2]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (BoardMember("archivist", "x", "x@contoh.example", None, "x", "x", "x"), KeyError),
        (BoardMember("regional-coordinator", "x", "x@contoh.example", None, "x", "x", "x"), Refused),
        (BoardMember("secretary", "x", "nonsense", None, "x", "x", "x"), Unreadable),
    ],
)
def test_with_one_mistake_nothing_is_installed(new_harness, wrong, error):
    harness = new_harness()
    with pytest.raises(error):
        install_board(harness.parts, [*BOARD, wrong])
    assert harness.application.log.head() == 0


def test_a_token_is_issued_to_a_member_only(new_harness):
    harness = new_harness()
    install_board(harness.parts, BOARD)
    assert issue_token(harness.parts, "secretary@contoh.example").startswith("jj_")
    with pytest.raises(NotFound):
        issue_token(harness.parts, "nobody@contoh.example")
