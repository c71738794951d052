"""Who moves house hears of where they live now, whatever is heard of first."""

from services.kernel.base.message import Fact
from services.notifications.domain.residence import RESIDENCE, MoveHome, RegionEntered, RegionLeft
from services.notifications.processes.moving import MOVING
from tests.unit.notifications import facts
from tests.unit.notifications.audiences import Audiences, community, who
from tests.unit.notifications.facts import recorded


def changed(person: str, region: str) -> Fact:
    data = {"person": person, "subdistrict": "s", "language": "id", "library": "l"}
    return facts.fact("members.member-changed", person, data, region=region)


def erased(person: str) -> Fact:
    return facts.fact("members.member-erased", person, {"person": person, "ids": [person]}, region=None)


def moves(*heard: Fact) -> list[MoveHome]:
    state, issued = {}, []
    for fact in heard:
        [instance] = MOVING.concerned(fact)
        assert instance == "sri"
        reaction = MOVING.reaction(state, fact)
        state = dict(reaction.state)
        issued += [dispatch.command for dispatch in reaction.commands]
    return issued


def hears(audiences: Audiences, activity: str = "a") -> set[str]:
    return set(who(audiences.hear(facts.published(topic=None, activity=activity))))


def test_only_a_changed_region_is_a_move() -> None:
    assert moves(facts.joined("sri"), changed("sri", "kediri")) == []
    assert moves(facts.joined("sri"), changed("sri", "blitar"), changed("sri", "kediri")) == [
        MoveHome("kediri", "blitar"),
        MoveHome("blitar", "kediri"),
    ]


def test_an_erased_member_leaves_the_region_once() -> None:
    assert moves(facts.joined("sri"), erased("sri"), erased("sri")) == [MoveHome("kediri", None)]
    assert RESIDENCE.decide(MoveHome("kediri", None), None) == [RegionLeft("kediri")]


def test_audience_changes_when_a_member_leaves_or_enters_the_region() -> None:
    audiences = community("sri", "budi")
    audiences.hear(recorded(RegionLeft("kediri"), "sri"), recorded(RegionEntered("kediri"), "dewi", number=2))
    assert hears(audiences) == {"budi", "dewi"}
    audiences.hear(recorded(RegionEntered("kediri"), "sri", number=3))
    assert hears(audiences, "b") == {"sri", "budi", "dewi"}


def test_joining_that_is_heard_of_after_the_leaving_changes_nothing() -> None:
    audiences = Audiences()
    audiences.hear(facts.region_opened(), recorded(RegionLeft("kediri"), "sri"), facts.joined("sri", "board"))
    assert hears(audiences) == set()
