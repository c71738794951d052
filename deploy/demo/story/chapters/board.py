"""Chapter 1: the operator installs the board; the board opens the regions and gives all regions but one a
coordinator.
"""

import time

from pymongo.errors import PyMongoError

from deploy.commands.board import install
from deploy.demo.story import people, places
from deploy.demo.story.calendar import moment
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.gateway import DEADLINE_SECONDS
from deploy.demo.story.world import World, by, same, see
from deploy.waiting import allowed
from services.kernel.base.problem import Unavailable
from services.kernel.log.log import LogError
from services.members.installation import BoardMember

REGIONAL = "regional-coordinator"
PAUSE_SECONDS = 0.5


def install_board(world: World) -> None:
    if _coordinator(world) is None:
        world.calendar.to_the_morning()
    _install(world)

    def stands() -> str:
        offices = by(world.nobody.listed("/v1/offices"), "office")
        for office, somebody in people.BOARD.items():
            see(offices[office]["holder"], f"nobody holds the office of {office}")
            same(offices[office]["holder"]["name"], somebody.name, f"the office of {office}")
            world.people[somebody.email] = offices[office]["holder"]["person"]
        return str(offices["coordinator"]["since"])

    world.calendar.begin(moment(world.eventually(stands, "the board's offices to be public")))


def log_in_board(world: World) -> None:
    world.log_in(people.WAHYU.email, people.LESTARI.email)
    me = world.voice(people.WAHYU).get("/v1/me").expect(200)
    same(me["name"], people.WAHYU.name, "the coordinator's own name")
    same(me["offices"], [{"office": "coordinator", "region": None}], "the coordinator's own offices")


def open_regions(world: World) -> None:
    board = world.voice(people.WAHYU)
    for place in places.places():
        board.post("/v1/regions", place.body, nth=place.region).expect(201)
    refused = world.nobody.post("/v1/regions", places.places()[0].body, nth="siapa saja")
    same(refused.status, 401, "a visitor who opens a region")

    def all_seven() -> None:
        regions = by(world.nobody.all("/v1/regions"), "region")
        same(sorted(regions), sorted(place.region for place in places.places()), "the regions")

    world.eventually(all_seven, "seven regions to be public")


def enter_coordinators(world: World) -> None:
    secretary = world.voice(people.LESTARI)
    for somebody in people.REGIONAL_COORDINATORS:
        answer = secretary.post("/v1/members", somebody.body, nth=somebody.email).expect(201)
        world.people[somebody.email] = answer["member"]


def give_offices(world: World) -> None:
    board = world.voice(people.WAHYU)
    for somebody in people.REGIONAL_COORDINATORS:
        body = {"person": world.people[somebody.email], "region": somebody.region}
        board.post(f"/v1/offices/{REGIONAL}/holders", body, nth=somebody.region).expect(201)
    second = {"person": world.people[people.JOKO.email], "region": people.RATNA.region}
    refused = board.post(f"/v1/offices/{REGIONAL}/holders", second, nth="dua sekaligus").expect(422)
    same(refused.rule, "office-is-held", "a second holder of one office")

    def named() -> None:
        regions = by(world.nobody.all("/v1/regions"), "region")
        for somebody in people.REGIONAL_COORDINATORS:
            coordinator = regions[somebody.region]["coordinator"]
            after = people.SUCCESSORS.get(somebody.region, somebody)
            name = coordinator and coordinator["name"]
            see(name in {somebody.name, after.name}, f"{name} is whom to ask in {somebody.region}")

    world.eventually(named, "six regional coordinators to be public")


def name_stand_in(world: World) -> None:
    board = world.voice(people.WAHYU)
    stand_in = world.people[people.NUR.email]
    held = {"person": stand_in, "region": people.RATNA.region}
    refused = board.post(f"/v1/offices/{REGIONAL}/stand-in", held, nth="terisi").expect(422)
    same(refused.rule, "office-is-held", "a stand-in for an office that is held")
    body = {"person": stand_in, "region": people.VACANT}
    board.post(f"/v1/offices/{REGIONAL}/stand-in", body, nth="kosong").expect(201)

    def covered() -> None:
        region = world.nobody.get(f"/v1/regions/{people.VACANT}").expect(200)
        same((region["vacant"], region["coordinator"]), (True, None), "the vacant office")
        same(region["stand_in"] and region["stand_in"]["name"], people.NUR.name, "its stand-in")

    world.eventually(covered, "the vacant region's stand-in to be public")


def _coordinator(world: World) -> object:
    offices = by(world.nobody.listed("/v1/offices"), "office")
    return offices["coordinator"]["holder"]


def _install(world: World) -> None:
    """Call the operator's command as a function, and try again while the database is away."""
    board = [
        BoardMember(office, one.name, one.email, None, one.library, one.region, one.subdistrict)
        for office, one in people.BOARD.items()
    ]
    deadline = time.monotonic() + allowed(DEADLINE_SECONDS)
    while True:
        try:
            install(board, world.environment)
        except (PyMongoError, LogError, Unavailable):
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


CHAPTER = Chapter(
    "Bab 1, pengurus dan wilayah",
    (
        Step("operator memasang pengurus pertama", install_board),
        Step("koordinator dan sekretaris masuk", log_in_board),
        Step("tujuh wilayah dibuka", open_regions),
        Step("enam calon koordinator wilayah dicatat", enter_coordinators),
        Step("enam koordinator wilayah diangkat", give_offices),
        Step("satu wilayah kosong, ada pelaksana tugas", name_stand_in),
    ),
)
