"""Chapter 2: five people join by the form, 145 by the file that the form's first version left behind."""

from deploy.demo.story import mailbox, people, places, registrations
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.gateway import Answer
from deploy.demo.story.world import World, same, see

JOINING = sum(row.entry.joins for row in registrations.rows())
AGAIN = sum(row.entry.again for row in registrations.rows())
DIFFERENT = [
    {"row": row.number, "fields": list(row.entry.different)} for row in registrations.rows() if row.entry.different
]
BAD = [{"row": row.number, "reasons": list(row.entry.bad)} for row in registrations.rows() if row.entry.bad]
IMPORT_SECONDS = 180.0


def join_by_form(world: World) -> None:
    for somebody in people.BY_FORM:
        # Each telling has another visitor; a person who is a member already gets that answer.
        answer = world.nobody.post("/v1/members", somebody.body, nth=somebody.email).expect(201, 422)
        if answer.status == 422:
            same(answer.rule, "already-a-member", f"joining of {somebody.name}")
    nobody = {**people.SITI.body, "email": None, "phone": None}
    world.nobody.post("/v1/members", nobody, nth="tanpa kontak").expect(400)

    def on_the_roster() -> None:
        roster = roster_of(world)
        missing = [somebody.name for somebody in people.BY_FORM if somebody.email not in roster]
        see(not missing, f"not on the roster: {', '.join(missing)}")

    world.eventually(on_the_roster, "five people on the roster")


def try_import(world: World) -> None:
    before = len(roster_of(world))
    told = _bring(world, "coba", dry_run="true").expect(200)
    same(told["rows"], len(registrations.rows()), "rows of the file")
    same(told["bad"], BAD, "rows that cannot be taken, and why")
    # When the story is told again, the people of the file may have joined already.
    same(told["good"] + told["known"], JOINING + AGAIN, "rows that make a member or are one's")
    if told["good"] == JOINING:
        same(told["differences"], DIFFERENT, "rows of people who are known with other data")
        same(len(roster_of(world)), before, "the roster after a dry run")
    stranger = world.voice(people.SITI).post(
        "/v1/members/import", registrations.FILE.read_bytes(), nth="bukan pengurus", query={"dry_run": "true"}
    )
    same(stranger.status, 403, "a member without an office who imports")


def import_file(world: World) -> None:
    told = _imported(world, "impor")
    same((told["joined"], told["known"]), (JOINING, AGAIN), "people who joined, and who were known already")
    same((told["bad"], told["differences"]), (BAD, DIFFERENT), "rows that were not taken or not applied")
    world.eventually(lambda: _know_everybody(world), "everybody of the file on the roster")


def import_again(world: World) -> None:
    before = len(roster_of(world))
    told = _imported(world, "impor lagi")
    same((told["joined"], told["known"]), (0, JOINING + AGAIN), "people who joined the second time")
    same(len(roster_of(world)), before, "the roster after the second import")


def welcome(world: World) -> None:
    joined = [*people.REGIONAL_COORDINATORS, *people.BY_FORM]
    regions = {somebody.email: somebody.region for somebody in joined}
    for place in places.places():
        regions |= dict.fromkeys(people.by_file(place.region), place.region)

    def everybody() -> None:
        got = world.mailbox.subjects()
        for address, region in regions.items():
            wanted = mailbox.welcome(places.place(region).name)
            same(got.get(address, []).count(wanted), 1, f"welcomes in the mail of {address}")

    world.eventually(everybody, "everybody's welcome in the mail", IMPORT_SECONDS)
    (letter,) = [one for one in world.letters(people.SITI.email) if one.subject == mailbox.welcome("Kota Kediri")]
    see(people.RATNA.name in letter.text, "the welcome does not say whom to ask in the region")


def roster_of(world: World, **query: str) -> dict[str, str]:
    """Address → person, for everybody on the roster who has an address; people without an address under their ids."""
    members = world.voice(people.WAHYU).all("/v1/members", **query)
    return {member["email"] or member["member"]: member["member"] for member in members}


def _know_everybody(world: World) -> None:
    roster = roster_of(world)
    wanted = {row.entry.email for row in registrations.rows() if row.entry.joins and row.entry.email}
    see(wanted <= roster.keys(), f"{len(wanted - roster.keys())} people of the file are not on the roster")
    world.people.update(roster)


def _bring(world: World, nth: str, **query: str) -> Answer:
    content = registrations.FILE.read_bytes()
    return world.voice(people.WAHYU).post("/v1/members/import", content, nth=nth, query=query)


def _imported(world: World, nth: str) -> Answer:
    """Send the file and follow the import to its end."""
    begun = _bring(world, nth).expect(202)["import"]

    def ended() -> Answer:
        told = world.voice(people.WAHYU).get(f"/v1/imports/{begun}").expect(200)
        world.tell(f"{told['done']} dari {told['rows']} baris")
        same(told["state"], "finished", "the import")
        return told

    told = world.eventually(ended, "the import to end", IMPORT_SECONDS)
    same(told["done"], len(registrations.rows()), "rows that have their outcome")
    return told


CHAPTER = Chapter(
    "Bab 2, anggota",
    (
        Step("lima orang bergabung lewat formulir", join_by_form),
        Step("data pendaftar diuji coba tanpa mengubah apa pun", try_import),
        Step("data pendaftar diimpor", import_file),
        Step("impor diulang, tidak ada yang berubah", import_again),
        Step("semua yang beralamat surel disambut", welcome),
    ),
)
