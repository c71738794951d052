"""Chapter 5: everyone concerned was told, once, and nobody else was."""

from collections.abc import Iterable

from deploy.demo.story import mailbox, people, places
from deploy.demo.story.chapters import Chapter, Step, gathering, school
from deploy.demo.story.chapters.demand import OTHER_TOPIC, TOPIC
from deploy.demo.story.chapters.joining import roster_of
from deploy.demo.story.world import World, same, see

UNDELIVERED = ("planned", "sending")


def nothing_waits(world: World) -> None:
    if _retold(world):
        return  # by now there are letters of later days, some on their way and some refused
    board = world.voice(people.WAHYU)
    # It is not known yet who this guest is; the services wait a minute for that.
    stranger = world.things["stranger"]

    def all_ended() -> None:
        for state in UNDELIVERED:
            waiting = [one for one in board.all("/v1/deliveries", state=state) if one["person"] != stranger]
            same(waiting, [], f"deliveries that are {state}")
        same(board.all("/v1/deliveries", state="failed"), [], "deliveries that failed")

    world.eventually(all_ended, "every mail to be on its way or done")


def once_each(world: World) -> None:
    wanted = letters()
    everybody = sorted(wanted if _retold(world) else {*wanted, *roster_of(world)})
    until_now = {subject for subjects in wanted.values() for subject in subjects} if _retold(world) else None

    def exactly() -> None:
        got = world.mailbox.subjects()
        for address in everybody:
            letters_got = [subject for subject in got.get(address, []) if until_now is None or subject in until_now]
            same(letters_got, wanted.get(address, []), f"what {address} got")

    world.eventually(exactly, "everybody's mail to be what concerns them")


def guests_without_address(world: World) -> None:
    board = world.voice(people.WAHYU)
    told = board.all("/v1/deliveries", person=world.things["stranger"])
    see(all(one["state"] not in {"sending", "sent"} for one in told), "a guest without an address was sent something")

    def shown() -> None:
        inbox = world.voice(people.LINED[0]).all("/v1/me/inbox")
        kinds = [line["kind"] for line in inbox if line["activity"] == world.things["gathering"]]
        see({"seat-lined", "seat-promoted"} <= set(kinds), "the inbox does not show the line and the seat")

    world.eventually(shown, "the inbox to show what the mail told")


def last_word(world: World) -> None:
    topic = world.things["topic"]
    body = {"solved": True, "note": "Setelah dicoba di rumah ternyata margin printernya."}
    world.voice(people.SAYS_AT_LAST).post(f"/v1/topics/{topic}/solved", body).expect(200)

    def solved() -> None:
        shown = world.nobody.get(f"/v1/topics/{topic}").expect(200)
        same(shown["solved"], {"yes": len(people.RAISERS), "no": 0}, "raisers whose trouble is solved")

    world.eventually(solved, "the topic to be solved for all who raised it")


def _retold(world: World) -> bool:
    """Whether later chapters were told already, before the story was interrupted and begun again."""
    return world.calendar.now() >= world.calendar.at(school.DAY + 1, "00:00")


def is_told(topics: Iterable[dict[str, object]]) -> bool:
    """Whether the last step is done: the story's last visible result exists."""
    done = {"yes": len(people.RAISERS), "no": 0}
    return any(topic["title"] == TOPIC and topic["solved"] == done for topic in topics)


def letters() -> dict[str, list[str]]:
    """Address → the subjects of all its expected mails, sorted, without login codes."""
    wanted: dict[str, list[str]] = {}

    def concerns(addresses: Iterable[str], subject: str) -> None:
        for address in addresses:
            wanted.setdefault(address, []).append(subject)

    for place in places.places():
        entered = [one.email for one in (*people.REGIONAL_COORDINATORS, *people.BY_FORM, people.MAYA)
                   if one.region == place.region]  # fmt: skip
        concerns((*entered, *people.by_file(place.region)), mailbox.welcome(place.name))
    first, second = gathering.TITLE, school.TITLE
    concerns(gathering.people_of_topic(), mailbox.topic_gathering(TOPIC))
    concerns(gathering.people_of_region(), mailbox.published(first))
    concerns(people.SEATED, mailbox.seat_taken(first))
    for place_in_line, address in enumerate(people.LINED, start=1):
        concerns([address], mailbox.seat_lined(first, place_in_line))
    concerns([people.LINED[0]], mailbox.seat_promoted(first))
    concerns([people.CANCELS], mailbox.seat_released(first))
    concerns(people.HAVE_A_SEAT, mailbox.reminder(first))
    concerns(people.RAISERS, mailbox.question(TOPIC))
    present = {*people.PRESENT, people.MAYA.email}
    concerns(present - set(people.RAISERS), mailbox.completed(first))
    concerns([people.ENDANG.email], mailbox.topic_gathering(OTHER_TOPIC))
    concerns(school.regional(), mailbox.published(second))
    concerns(people.SECOND_SEATED, mailbox.seat_taken(second))
    return {address: sorted(subjects) for address, subjects in wanted.items()}


CHAPTER = Chapter(
    "Bab 5, semua sudah mendengar",
    (
        Step("tidak ada kabar yang tertinggal", nothing_waits),
        Step("setiap orang menerima setiap kabar tepat sekali", once_each),
        Step("tamu tanpa alamat tidak dikirimi apa pun", guests_without_address),
        Step("pengusul terakhir menjawab: sudah teratasi", last_word),
    ),
)
