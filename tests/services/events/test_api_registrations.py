from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness
from tests.support.sample_community import KEDIRI, person
from tests.support.sample_facts import sample
from tests.unit.events.sample_times import END, START


def path_of(activity: str, who: str = "") -> str:
    return f"/v1/activities/{activity}/registrations" + (f"/{who}" if who else "")


def test_registering_twice_gives_the_same_answer(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    first, second = harness.register(activity, "ani", "budi")
    again, once_more = harness.register(activity, "ani", "budi")
    assert (first.body, second.body) == (again.body, once_more.body)
    assert again.status == 201


def test_a_person_sees_the_own_seat_and_a_planner_all_seats_in_order(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    harness.register(activity, "ani", "budi", "citra")
    everyone = harness.get(RANI, path_of(activity)).body["items"]
    assert [(each["person"], each["seat"], each["place"]) for each in everyone] == [
        ("ani", "taken", None), ("budi", "line", 1), ("citra", "line", 2),
    ]  # fmt: skip
    own = harness.get(person("citra"), path_of(activity)).body["items"]
    assert [each["person"] for each in own] == ["citra"]
    assert harness.get(person("dewi"), path_of(activity)).body["items"] == []
    assert harness.get(BIMA, path_of(activity)).body["items"] == []
    assert harness.get(ANONYMOUS, path_of(activity)).status == 401


def test_people_behind_move_up_when_somebody_leaves_the_line(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    harness.register(activity, "ani", "budi", "citra", "dewi")
    left = harness.call(person("budi"), "DELETE", path_of(activity, "budi"))
    assert left.body == {"released": True, "promoted": None}
    line = harness.get(RANI, path_of(activity)).body["items"][1:]
    assert [(each["person"], each["place"]) for each in line] == [("citra", 1), ("dewi", 2)]
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}").body["seats"] == {"taken": 1, "line": 2}


def test_a_promoted_person_is_shown_with_a_seat_and_not_in_line(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    harness.register(activity, "ani", "budi", "citra")
    assert harness.call(person("ani"), "DELETE", path_of(activity, "ani")).body["promoted"] == "budi"
    shown = harness.get(RANI, path_of(activity)).body["items"]
    assert [(each["person"], each["seat"], each["place"]) for each in shown] == [
        ("budi", "taken", None), ("citra", "line", 1),
    ]  # fmt: skip


def test_a_planner_registers_and_releases_others_and_nobody_else_does(harness: EventsHarness) -> None:
    activity = harness.published()
    for stranger, status in ((person("ani"), 403), (BIMA, 403), (ANONYMOUS, 401)):
        assert harness.post(stranger, path_of(activity), {"person": "budi"}).status == status
        assert harness.call(stranger, "DELETE", path_of(activity, "budi")).status == status
    assert harness.post(RANI, path_of(activity), {"person": "budi"}).body["seat"] == "taken"
    assert harness.call(RANI, "DELETE", path_of(activity, "budi")).body["released"] is True


def test_a_registration_before_the_seats_are_open_is_503_and_succeeds_when_repeated(
    harness: EventsHarness,
) -> None:
    activity = harness.plan().body["activity"]
    path = f"/v1/activities/{activity}"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    harness.post(RANI, f"{path}/publish", settle=False)
    early = harness.post(person("ani"), path_of(activity), key="mine", settle=False)
    assert (early.status, early.headers["Retry-After"]) == (503, "1")
    harness.settle()
    assert harness.post(person("ani"), path_of(activity), key="mine").body["seat"] == "taken"


def test_unknown_and_unpublished_activities_take_no_registration(harness: EventsHarness) -> None:
    assert harness.post(person("ani"), path_of("none")).status == 404
    activity = harness.plan().body["activity"]
    assert harness.post(person("ani"), path_of(activity)).status == 404
    assert harness.post(RANI, path_of(activity), {"person": "ani"}).rule == "not-published-yet"


def test_registration_closes_at_the_start(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.register(activity, "ani")
    harness.clock.advance(START - harness.clock.now())
    assert harness.register(activity, "budi")[0].rule == "registration-closed"
    assert harness.call(person("ani"), "DELETE", path_of(activity, "ani")).rule == "registration-closed"
    types = [stored.type for commit in harness.application.log.read(0, 1000) for stored in commit.events]
    assert types.count("RegistrationClosed") == 1


def test_a_new_start_moves_the_closing(harness: EventsHarness) -> None:
    activity = harness.published()
    moved = {"starts": (START + timedelta(days=1)).isoformat(), "ends": (END + timedelta(days=1)).isoformat()}
    assert harness.post(RANI, f"/v1/activities/{activity}/reschedule", moved).status == 200
    harness.clock.advance(START - harness.clock.now())
    assert harness.register(activity, "ani")[0].body["seat"] == "taken"
    harness.clock.advance(timedelta(days=1))
    assert harness.register(activity, "budi")[0].rule == "registration-closed"


def test_the_thirteenth_waits_and_a_released_seat_goes_to_the_first_in_line_in_the_same_commit(
    harness: EventsHarness,
) -> None:
    activity = harness.published()
    harness.register(activity, *(f"person-{n:02d}" for n in range(13)))
    harness.call(person("person-03"), "DELETE", path_of(activity, "person-03"), settle=False)
    last = harness.application.log.read(harness.application.log.head() - 1)[-1]
    assert [(fact.type, fact.data["person"]) for fact in last.facts] == [
        ("seat-released", "person-03"), ("seat-promoted", "person-12"),
    ]  # fmt: skip


def test_a_person_without_a_membership_registers_as_a_guest_for_open_activities(harness: EventsHarness) -> None:
    harness.hear("member-joined", "ani", sample("members", "member-joined", person="ani"), KEDIRI)
    workshop, closed = harness.workshop(open=True), harness.published()
    taken = harness.post(ANONYMOUS, path_of(workshop), {"guest": "guest-1"})
    assert (taken.status, taken.body["person"], taken.body["seat"]) == (201, "guest-1", "taken")
    assert harness.post(ANONYMOUS, path_of(closed), {"guest": "guest-1"}).rule == "members-only"
    assert harness.post(BIMA, path_of(closed), {"guest": "guest-1"}).rule == "members-only"  # plans in another region
    assert harness.post(RANI, path_of(closed), {"guest": "guest-1"}).status == 201
    harness.post(RANI, path_of(closed), {"person": "ani"})
    listed = harness.get(RANI, path_of(closed)).body["items"]
    assert [(item["person"], item["guest"]) for item in listed] == [("guest-1", True), ("ani", False)]
    assert harness.post(ANONYMOUS, path_of(workshop), {"guest": "ani"}).status == 400
    assert harness.post(ANONYMOUS, path_of(workshop), {"guest": "g", "person": "p"}).status == 400
    assert harness.post(ANONYMOUS, path_of(workshop)).status == 401


def test_a_guest_who_joined_sees_her_seat_and_gives_it_back(harness: EventsHarness) -> None:
    workshop = harness.workshop(open=True)
    harness.post(ANONYMOUS, path_of(workshop), {"guest": "guest-1"})
    assert harness.call(person("wina"), "DELETE", path_of(workshop, "guest-1")).status == 403
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "wina"})
    assert [item["person"] for item in harness.get(person("wina"), path_of(workshop)).body["items"]] == ["guest-1"]
    assert harness.call(person("wina"), "DELETE", path_of(workshop, "guest-1")).status == 200


def test_more_seats_are_given_to_the_first_in_line(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    harness.register(activity, "ani", "budi", "citra")
    path = f"/v1/activities/{activity}"
    assert harness.post(person("ani"), f"{path}/capacity", {"capacity": 2}).status == 403
    assert harness.post(RANI, f"{path}/capacity", {"capacity": 2}).status == 200
    seats = [(item["person"], item["seat"]) for item in harness.get(RANI, path_of(activity)).body["items"]]
    assert seats == [("ani", "taken"), ("budi", "taken"), ("citra", "line")]
    shown = harness.get(ANONYMOUS, path).body
    assert (shown["capacity"], shown["seats"]) == (2, {"taken": 2, "line": 1})
    assert [fact.data["person"] for fact in harness.application.log.facts(0) if fact.type == "seat-promoted"] == [
        "budi"
    ]
