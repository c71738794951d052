"""A person outside a region's scope can change nothing there: how a service's public write routes are judged.

Each service's ``test_scope.py`` says of every one of them either that it is anybody's own (and why), or how it is an
``Act`` of an office on things that stand in KEDIRI. Its ``Scene`` holds these things; the checks here ask the same of all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor, Held
from services.kernel.declare.route import Route
from services.kernel.readers.reader import Reader
from services.members.domain.office_kinds import OFFICES
from tests.support.sample_community import KEDIRI

ELSEWHERE = ("kota-blitar", "trenggalek")
PERMISSIONS = sorted({permission for kind in OFFICES.values() for permission in kind.grants})
READING = "members.read"
"""What an office may hold everywhere and change nothing by: the treasurer's."""
REGIONAL = sorted(name for name, kind in OFFICES.items() if kind.regional)
PARTNER = Actor("partner", "university", grants=dict.fromkeys(("feed.read", "subscriptions.keep"), (KEDIRI,)))


def holder(*regions: str, person: str = "rani", offices: Iterable[Held] = ()) -> Actor:
    """Somebody who may do in these regions whatever there is to do."""
    return Actor("person", person, tuple(offices), dict.fromkeys(PERMISSIONS, regions))


RANI, KOKO = holder(KEDIRI), holder(EVERYWHERE, person="koko")
BIMA = holder(*ELSEWHERE, person="bima", offices=[Held(office, region) for office in REGIONAL for region in ELSEWHERE])
"""Whoever may everything, and holds every office, in every region but KEDIRI."""


@dataclass(frozen=True)
class Act:
    """An office's act. ``{name}`` in ``body`` stands for a thing of the scene, and so does each parameter of the path, under
    the name that ``where`` gives it or its own. ``by`` is who may do it: an actor, or the thing that is a member's id.
    """

    body: Any = None
    by: Actor | str = RANI
    where: Mapping[str, str] = field(default_factory=dict)


Table = Mapping[str, Act | Sequence[Act]]


@dataclass(frozen=True)
class Scene:
    """A service with things that stand in KEDIRI. ``send`` answers a request's status; ``head`` is the log's; ``contents``
    all that the service has stored, its views read to the end. ``outsider`` is the id of who comes from elsewhere.
    """

    send: Callable[[Actor, str, str, Any], int]
    head: Callable[[], int]
    contents: Callable[[], Mapping[str, Any]]
    things: Mapping[str, str]
    outsider: str = "bima"

    def do(self, actor: Actor, route: str, act: Act) -> int:
        """The status of this act, done by this actor."""
        method, _, path = route.partition(" ")
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            path = path.replace(f"{{{name}}}", self.things[act.where.get(name, name)])
        return self.send(actor, method, path, self._filled(act.body))

    def _filled(self, value: Any) -> Any:
        match value:
            case str() if value.startswith("{") and value.endswith("}"):
                return self.things[value[1:-1]]
            case Mapping():
                return {name: self._filled(each) for name, each in value.items()}
            case list():
                return [self._filled(each) for each in value]
        return value


def acts(table: Table) -> list[tuple[str, Act]]:
    """Every act of the table with its route."""
    pairs = [(route, [one] if isinstance(one, Act) else one) for route, one in table.items()]
    return [(route, act) for route, several in pairs for act in several]


def write_routes(routes: Iterable[Route]) -> set[str]:
    """All that the world can change something by."""
    return {f"{route.method} {route.path}" for route in routes if route.public and route.writes}


@contextmanager
def unchanged(scene: Scene) -> Iterator[None]:
    """Nothing is recorded meanwhile, not even that something was refused, and nothing looks different afterwards."""
    head, before = scene.head(), scene.contents()
    yield
    assert scene.head() == head
    after = scene.contents()
    others = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    assert not others, f"{others} changed"


@st.composite
def outsiders(draw: st.DrawFn) -> Actor:
    """Whoever may something, or holds an office, in regions other than KEDIRI, and reads everywhere or does not."""
    somewhere = st.lists(st.sampled_from(ELSEWHERE), min_size=1, unique=True).map(tuple)
    grants = draw(st.dictionaries(st.sampled_from(PERMISSIONS), somewhere))
    held = draw(st.lists(st.sampled_from(BIMA.offices), unique=True))
    return Actor("person", "bima", tuple(held), grants | ({READING: (EVERYWHERE,)} if draw(st.booleans()) else {}))


def check_outsiders(scene: Scene, table: Table, examples: int = 40) -> None:
    """Each act by whoever may everything elsewhere, and acts by whoever may some things elsewhere: 403 or 404."""
    every = acts(table)

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
    )
    @given(outsiders(), st.sampled_from(every))
    def some_of_it(actor: Actor, chosen: tuple[str, Act]) -> None:
        head = scene.head()
        assert scene.do(actor, *chosen) in {403, 404}
        assert scene.head() == head

    with unchanged(scene):
        none_but({403, 404}, scene, every, replace(BIMA, id=scene.outsider))
        some_of_it()


def check_nobody(scene: Scene, table: Table) -> None:
    """Nobody, and a partner's program, does none of it."""
    with unchanged(scene):
        none_but({401, 404}, scene, acts(table), ANONYMOUS)
        none_but({401, 403, 404}, scene, acts(table), PARTNER)


def check_holders(scene: Scene, table: Table) -> None:
    """Whose it is gets past policy and validation with each of these acts, whatever a rule then says to it."""
    none_but({200, 201, 202, 412, 422}, scene, acts(table))


def none_but(statuses: set[int], scene: Scene, chosen: Iterable[tuple[str, Act]], actor: Actor | None = None) -> None:
    """Each act, done by this actor or else by whose it is, is answered with one of these."""
    others = []
    for route, act in chosen:
        by = Actor("person", scene.things[act.by]) if isinstance(act.by, str) else act.by
        status = scene.do(actor or by, route, act)
        others += [] if status in statuses else [f"{status} {route} {act.body} {dict(act.where)}"]
    assert not others, "\n".join(others)


def stored(database: Database[dict[str, Any]], readers: Iterable[Reader]) -> dict[str, list[dict[str, Any]]]:
    """Every document of a database, by collection, when these have read to the end; but for how far each has read."""
    while sum(reader.step(1) for reader in readers):
        pass
    return {
        name: [
            document for document in database[name].find().sort("_id", 1) if not {"position", "lease"} <= {*document}
        ]
        for name in sorted({*database.list_collection_names()} - {"checkpoints"})
    }
