import gc
from collections.abc import Iterator

import pytest

from services.notifications.sending.people import KEPT_SECONDS, MembersPeople, PeopleUnavailable
from tests.support.members_server import MembersServer, running_members_server
from tests.support.sample_community import SIGNATURE


@pytest.fixture
def members() -> Iterator[MembersServer]:
    with running_members_server() as played:
        yield played


class Seconds:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def people(members: MembersServer, seconds: Seconds) -> MembersPeople:
    return MembersPeople(members.url, SIGNATURE, seconds)


def test_contacts_are_asked_for_signed_as_this_service(people: MembersPeople, members: MembersServer) -> None:
    members.know("sri")
    assert people.ask(["sri"])["sri"].email == "sri@perpus.example"
    assert [(actor.kind, actor.id) for actor in members.actors] == [("service", "notifications")]


def test_contacts_are_kept_for_a_minute_and_no_longer(
    people: MembersPeople, members: MembersServer, seconds: Seconds
) -> None:
    members.know("sri")
    people.ask(["sri"])
    seconds.now = KEPT_SECONDS - 1
    members.know("sri", "new@perpus.example")
    assert people.ask(["sri"])["sri"].email == "sri@perpus.example"
    seconds.now = KEPT_SECONDS
    assert people.ask(["sri"])["sri"].email == "new@perpus.example"


def test_names_leave_memory_even_if_nobody_is_asked_for(
    people: MembersPeople, members: MembersServer, seconds: Seconds
) -> None:
    members.know("sri")
    known = people.ask(["sri"])["sri"]
    seconds.now = KEPT_SECONDS
    people.forget_old_contacts()
    held = [each for each in gc.get_referrers(known) if isinstance(each, tuple)]
    assert held == []


def test_unknown_people_are_asked_for_again(people: MembersPeople, members: MembersServer) -> None:
    assert people.ask(["sri"]) == {}
    members.know("sri")
    assert set(people.ask(["sri"])) == {"sri"}


def test_many_people_are_asked_for_in_pages(people: MembersPeople, members: MembersServer) -> None:
    ids = [f"m{n}" for n in range(250)]
    for person in ids:
        members.know(person)
    assert len(people.ask(ids)) == 250
    assert [len(query["ids"].split(",")) for query in members.asked] == [100, 100, 50]


def test_a_codes_digits_are_never_kept(people: MembersPeople, members: MembersServer) -> None:
    members.know("sri")
    members.codes["code-1"] = "048213"
    assert people.login_code_digits("sri", "code-1") == "048213"
    del members.codes["code-1"]
    assert people.login_code_digits("sri", "code-1") is None


def test_members_down_is_told_without_anybodys_data(people: MembersPeople, members: MembersServer) -> None:
    members.down = True
    with pytest.raises(PeopleUnavailable) as raised:
        people.ask(["sri"])
    assert raised.value.__suppress_context__
    assert str(raised.value) == "HTTPError"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"people": [{"name": "Sri"}]}', b'{"people": 3}'])
def test_a_malformed_answer_counts_as_members_being_down(
    people: MembersPeople, members: MembersServer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "answer", lambda _path, _signed: (200, body))
    with pytest.raises(PeopleUnavailable):
        people.ask(["sri"])


def test_a_contact_shows_nothing_when_it_is_printed(people: MembersPeople, members: MembersServer) -> None:
    members.know("sri")
    assert repr(people.ask(["sri"])) == "{'sri': Contact(sri)}"
