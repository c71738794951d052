"""Chapter 3, third part: twelve seats, fifteen people, and a waiting list that moves."""

from deploy.demo.story import mailbox, people
from deploy.demo.story.chapters import Step
from deploy.demo.story.chapters.gathering import SEATS, TITLE
from deploy.demo.story.world import World, same, see


def register(world: World) -> None:
    world.calendar.turn_to(1, "07:00")
    world.log_in(*people.SEATED, *people.LINED)
    path = _path(world)
    for address in people.SEATED:
        # Until the seats are opened, a moment after publishing, the answer is 503.
        same(world.voice(address).post(path).expect(201)["seat"], "taken", f"the seat of {address}")
    for place, address in enumerate(people.LINED, start=1):
        answer = world.voice(address).post(path).expect(201)
        same((answer["seat"], answer["place"]), ("line", place), f"the place of {address}")

    def told() -> None:
        got = world.mailbox.subjects()
        for address in people.SEATED:
            see(mailbox.seat_taken(TITLE) in got.get(address, []), f"{address} has not heard of the seat")
        for place, address in enumerate(people.LINED, start=1):
            see(mailbox.seat_lined(TITLE, place) in got.get(address, []), f"{address} has not heard of the line")

    world.eventually(told, "everybody registered to have heard of it")


def cancel(world: World) -> None:
    world.calendar.turn_to(2, "09:00")
    leaves, follows = people.CANCELS, people.LINED[0]
    mine = f"{_path(world)}/{world.people[leaves]}"
    stranger = world.voice(people.LINED[1]).delete(mine, nth="orang lain")
    same(stranger.status, 403, "a member who gives back somebody else's seat")
    answer = world.voice(leaves).delete(mine).expect(200)
    same(answer["promoted"], world.people[follows], "who has the seat at once")

    def told() -> None:
        got = world.mailbox.subjects()
        see(mailbox.seat_promoted(TITLE) in got.get(follows, []), f"{follows} has not heard of the seat")
        see(mailbox.seat_released(TITLE) in got.get(leaves, []), f"{leaves} has not heard that it was given back")

    world.eventually(told, "the first in line to have heard of the seat")


def line_moves(world: World) -> None:
    expected: list[tuple[str, str, int | None]] = [
        (world.people[one], "taken", None) for one in people.SEATED if one != people.CANCELS
    ]
    expected.append((world.people[people.LINED[0]], "taken", None))
    expected += [(world.people[one], "line", place) for place, one in enumerate(people.LINED[1:], start=1)]

    def shown() -> None:
        listed = world.voice(people.RATNA).listed(_path(world))
        same([(entry["person"], entry["seat"], entry["place"]) for entry in listed], expected, "seats and line")
        public = world.nobody.get(f"/v1/activities/{world.things['gathering']}").expect(200)
        same(public["seats"], {"taken": SEATS, "line": len(people.LINED) - 1}, "seats as the public sees them")

        own = world.voice(people.LINED[1]).listed(_path(world))
        same([entry["place"] for entry in own], [1], "what somebody in line sees: oneself")

    world.eventually(shown, "seats and line in their order")


def _path(world: World) -> str:
    return f"/v1/activities/{world.things['gathering']}/registrations"


STEPS = (
    Step("lima belas orang mendaftar, tiga di antaranya menunggu", register),
    Step("satu orang batal, yang pertama menunggu langsung mendapat tempat", cancel),
    Step("daftar hadir dan daftar tunggu tetap urut", line_moves),
)
