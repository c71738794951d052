"""Who hears of what: the manager, run by hand over facts as members and events tell them."""

from datetime import timedelta

from services.notifications.domain.message import MAX_PEOPLE, Kind
from services.notifications.processes.audience import AUDIENCE
from services.notifications.processes.audiences.activities import COMPLETION_WORTH
from tests.unit.notifications import facts
from tests.unit.notifications.audiences import Audiences, community, registered, variables, who
from tests.unit.notifications.facts import ENDS, START, STARTS


def test_login_code_is_urgent_and_expires_with_the_code() -> None:
    [message] = Audiences().hear(facts.code_issued("sri"))
    assert message.people == ("sri",)
    assert message.urgent
    assert message.worth_until == START + timedelta(minutes=10)
    assert variables(message) == {"code": "code-1"}


def test_member_by_form_or_import_is_welcomed_with_the_coordinator() -> None:
    audiences = community()
    audiences.hear(facts.office("office-assumed", "wahyu"))
    for how in ("form", "import"):
        [message] = audiences.hear(facts.joined(f"sri-{how}", how))
        assert message.kind is Kind.WELCOME
        assert variables(message) == {"region_name": "Kota Kediri", "coordinator": "wahyu"}


def test_the_board_that_the_operator_installs_is_not_welcomed() -> None:
    assert community().hear(facts.joined("wahyu", "board")) == []


def test_welcome_in_a_vacant_region_names_the_stand_in_or_nobody() -> None:
    audiences = community()
    audiences.hear(facts.office("stand-in-named", "dewi"))
    assert variables(audiences.hear(facts.joined("sri"))[0])["coordinator"] == "dewi"
    audiences.hear(facts.office("stand-in-ended", "dewi"))
    assert variables(audiences.hear(facts.joined("budi"))[0])["coordinator"] == ""


def test_a_handover_told_in_either_order_leaves_the_new_coordinator() -> None:
    for order in (("office-vacated", "office-assumed"), ("office-assumed", "office-vacated")):
        audiences = community()
        audiences.hear(facts.office("office-assumed", "wahyu"))
        audiences.hear(*(facts.office(kind, "wahyu" if kind == "office-vacated" else "dewi") for kind in order))
        assert variables(audiences.hear(facts.joined("sri"))[0])["coordinator"] == "dewi"


def test_an_office_for_all_regions_is_no_regions_coordinator() -> None:
    audiences = community()
    audiences.hear(facts.office("office-assumed", "ratna", office="coordinator", region=None))
    assert variables(audiences.hear(facts.joined("sri"))[0])["coordinator"] == ""


def test_a_publication_is_told_to_raisers_endorsers_and_the_regions_members_each_once() -> None:
    audiences = community("sri", "budi", "tono")
    audiences.hear(facts.topic("raised", "sri"), facts.topic("joined", "ani"), facts.topic("endorsed", "budi"))
    messages = audiences.hear(facts.published())
    assert who(messages) == {
        "sri": "topic-gathering",
        "ani": "topic-gathering",
        "budi": "topic-gathering",
        "tono": "activity-published",
    }
    assert {message.fact for message in messages} == {facts.published().id}
    assert {message.worth_until for message in messages} == {STARTS}
    assert {message.urgent for message in messages} == {False}


def test_a_publication_shows_title_time_and_place() -> None:
    audiences = community("tono")
    [message] = audiences.hear(facts.published(topic=None))
    assert variables(message) == {
        "title": "Gathering: label barcode",
        "starts": STARTS.isoformat(),
        "ends": ENDS.isoformat(),
        "venue": "Kafe Buku",
    }
    assert (message.activity, message.region) == ("a", "kediri")


def test_another_regions_members_hear_nothing() -> None:
    audiences = community("tono")
    elsewhere = facts.published(topic=None)
    audiences.hear(facts.fact(elsewhere.name, "b", {**elsewhere.data, "activity": "b"}, region="blitar"))
    assert audiences.told == []


def test_an_activity_of_the_past_is_announced_to_nobody() -> None:
    assert community("tono").hear(facts.published(starts=START - timedelta(days=30))) == []


def test_member_who_is_heard_of_late_is_told_of_a_later_publication() -> None:
    audiences = Audiences()
    audiences.hear(facts.published(at=START))  # events arrived first: the sources have no common order
    audiences.hear(facts.region_opened())
    late = audiences.hear(facts.joined("sri", "board", at=START - timedelta(hours=1)))
    assert who(late) == {"sri": "activity-published"}
    assert late[0].fact == facts.published().id


def test_member_who_joins_after_a_publication_is_not_told_of_it() -> None:
    audiences = community()
    audiences.hear(facts.published())
    assert audiences.hear(facts.joined("sri", "board", at=START + timedelta(seconds=1))) == []


def test_cancelled_activity_is_not_told_to_a_member_who_is_heard_of_late() -> None:
    audiences = community()
    audiences.hear(facts.published(), facts.cancelled())
    assert audiences.hear(facts.joined("sri", "board")) == []


def test_seat_line_promotion_and_cancellation_are_told_to_the_registrant_alone() -> None:
    audiences = community("tono")
    audiences.hear(facts.published())
    for kind, more in (("taken", {}), ("lined", {"place": 3}), ("promoted", {}), ("released", {"why": "cancelled"})):
        [message] = audiences.hear(facts.seat(kind, "sri", **more))
        assert message.kind == f"seat-{kind}"
        assert message.people == ("sri",)
        assert message.worth_until == STARTS
        assert not message.urgent
        assert variables(message).get("place") == ("3" if kind == "lined" else None)


def test_new_time_is_told_to_people_with_a_seat_or_in_line() -> None:
    new = STARTS + timedelta(days=7)
    messages = registered().hear(facts.rescheduled(new))
    assert who(messages) == dict.fromkeys(("budi", "ani", "eko"), "activity-rescheduled")
    assert variables(messages[0])["was"] == STARTS.isoformat()
    assert variables(messages[0])["starts"] == new.isoformat()
    assert messages[0].worth_until == new


def test_messages_after_a_new_time_show_it_and_expire_with_it() -> None:
    audiences, new = registered(), STARTS + timedelta(days=7)
    audiences.hear(facts.rescheduled(new))
    [message] = audiences.hear(facts.seat("taken", "dewi"))
    assert (message.worth_until, variables(message)["starts"]) == (new, new.isoformat())


def test_cancellation_is_told_to_people_with_a_seat_or_in_line_with_its_reason() -> None:
    messages = registered().hear(facts.cancelled())
    assert who(messages) == dict.fromkeys(("budi", "ani", "eko"), "activity-cancelled")
    assert variables(messages[0])["reason"] == "Kafe tutup"


def test_a_seat_released_by_the_cancelled_activity_is_not_told_again() -> None:
    audiences = registered()
    audiences.hear(facts.cancelled())
    assert audiences.hear(facts.seat("released", "budi", why="cancelled")) == []


def test_completion_is_told_to_people_present_and_raisers_are_asked() -> None:
    audiences = registered()
    audiences.hear(facts.attended("budi"), facts.attended("rini"), facts.attended(guest="tamu"))
    messages = audiences.hear(facts.completed())
    assert who(messages) == {
        "rini": "topic-question",  # present and a raiser: told once, and asked
        "budi": "activity-completed",
        "tamu": "activity-completed",
    }
    assert {message.worth_until for message in messages} == {ENDS + COMPLETION_WORTH}


def test_certificate_is_told_to_its_holder_a_person_or_a_guest() -> None:
    audiences = registered()
    for certificate, holder in ((facts.certificate("budi"), "budi"), (facts.certificate(guest="tamu"), "tamu")):
        assert who(audiences.hear(certificate)) == {holder: "certificate-issued"}


def test_a_fact_heard_again_gives_the_same_messages_under_the_same_ids() -> None:
    state = registered().states["activity:a"]
    first, again = (AUDIENCE.reaction(state, facts.seat("taken", "dewi")).commands for _ in range(2))
    assert [dispatch.identity for dispatch in first] == [dispatch.identity for dispatch in again]
    assert first == again


def test_many_people_are_told_by_several_messages_with_ids_of_their_own() -> None:
    members = [f"m{n}" for n in range(MAX_PEOPLE + 1)]
    state = {"members": members}
    dispatches = AUDIENCE.reaction(state, facts.published()).commands
    assert [len(dispatch.command.people) for dispatch in dispatches] == [MAX_PEOPLE, 1]
    assert len({dispatch.identity for dispatch in dispatches}) == 2


def test_a_regions_state_drops_activities_that_have_started() -> None:
    audiences = community()
    for week in range(5):
        starts = START + timedelta(weeks=week, days=1)
        audiences.hear(
            facts.published(at=START + timedelta(weeks=week), starts=starts, activity=f"a{week}", topic=None)
        )
    assert list(audiences.states["region:kediri"]["activities"]) == ["a4"]


def test_before_its_first_start_the_manager_only_learns() -> None:
    assert AUDIENCE.start == "now"


def test_facts_that_nobody_listens_to_concern_no_audience() -> None:
    assert AUDIENCE.concerned(facts.fact("events.venue-confirmed", "v", {"venue": "v", "activity": "a"})) == []
    assert AUDIENCE.concerned(facts.rules()) == []


def test_a_region_hears_that_a_library_runs_smoothly_though_its_first_member_works_there() -> None:
    audiences = Audiences()
    audiences.hear(facts.region_opened(), *(facts.joined(member) for member in ("sri", "budi")))
    audiences.hear(facts.library(), facts.affiliation("started", "sri"))
    told = who(audiences.hear(facts.mentoring("library-smooth")))
    assert told == {"sri": "library-smooth", "budi": "library-smooth"}
