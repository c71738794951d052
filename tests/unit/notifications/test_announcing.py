"""Who hears of an announcement, and of a contact that does not work."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.announcement import AnnouncementPublished, AnnouncementWithdrawn
from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import RegionFollowed, RegionUnfollowed
from services.notifications.domain.residence import RegionLeft
from tests.unit.notifications import facts
from tests.unit.notifications.audiences import Audiences, community, variables, who
from tests.unit.notifications.facts import STARTS, recorded


def announcement(
    revision: int = 1, regions: tuple[str, ...] = ("kediri",), levels: tuple[str, ...] = ()
) -> AnnouncementPublished:
    text = "Server SLiMS diperbarui hari Sabtu.\n\nMohon cadangkan data."
    return AnnouncementPublished("Pembaruan server", text, regions, levels, False, STARTS, revision)


def announcement_withdrawn(revision: int = 1) -> AnnouncementWithdrawn:
    return AnnouncementWithdrawn("Pembaruan server", ("kediri",), (), STARTS, revision, "ratna")


def two_regions() -> Audiences:
    audiences = community("sri", "budi")
    elsewhere = facts.joined("dewi", "board")
    audiences.hear(facts.fact(elsewhere.name, "dewi", dict(elsewhere.data), region="blitar"))
    return audiences


def test_an_announcement_is_told_to_the_members_of_its_regions() -> None:
    audiences = two_regions()
    assert who(audiences.hear(recorded(announcement(), "n"))) == dict.fromkeys(("sri", "budi"), "announcement")
    everywhere = audiences.hear(recorded(announcement(regions=("kediri", "blitar")), "m"))
    assert set(who(everywhere)) == {"sri", "budi", "dewi"}
    assert len({message.fact for message in everywhere}) == 1
    assert variables(everywhere[0])["text"].endswith("Mohon cadangkan data.")


def test_announcement_to_a_level_is_told_to_staff_of_its_libraries_in_the_region() -> None:
    audiences = two_regions()
    audiences.hear(facts.library("secondary", "sma"), facts.library("basic", "sd"), facts.library("secondary", "smp"))
    audiences.hear(
        facts.affiliation("started", "sri", "sma"),
        facts.affiliation("started", "dewi", "sma"),  # who lives in Blitar
        facts.affiliation("started", "budi", "sd"),
        facts.affiliation("started", "tono", "smp"),
        facts.affiliation("ended", "tono", "smp"),
    )
    assert set(who(audiences.hear(recorded(announcement(levels=("secondary",)), "n")))) == {"sri", "dewi"}


def test_messages_about_an_announcement_carry_its_id() -> None:
    audiences = community("sri")
    [first] = audiences.hear(recorded(announcement(), "n"))
    [second] = audiences.hear(recorded(announcement(revision=2), "n"))
    [last] = audiences.hear(recorded(announcement_withdrawn(revision=2), "n"))
    assert (first.kind, second.kind, last.kind) == (
        Kind.ANNOUNCEMENT,
        Kind.ANNOUNCEMENT_CORRECTED,
        Kind.ANNOUNCEMENT_WITHDRAWN,
    )
    assert {message.announcement for message in (first, second, last)} == {"n"}
    assert len({message.fact for message in (first, second, last)}) == 3


def test_correction_and_withdrawal_are_told_to_people_who_left_the_region() -> None:
    audiences = community("sri", "budi")
    audiences.hear(recorded(announcement(), "n"))
    audiences.hear(recorded(RegionLeft("kediri"), "sri"))
    assert set(who(audiences.hear(recorded(announcement(revision=2), "n")))) == {"sri", "budi"}
    assert set(who(audiences.hear(recorded(announcement_withdrawn(revision=2), "n")))) == {"sri", "budi"}
    # Of what is announced afterwards she hears nothing any more.
    assert set(who(audiences.hear(recorded(announcement(), "m")))) == {"budi"}


def test_withdrawal_is_told_to_staff_who_left_the_library() -> None:
    audiences = community("tono")
    audiences.hear(facts.library("secondary", "sma"), facts.affiliation("started", "tono", "sma"))
    audiences.hear(recorded(announcement(levels=("secondary",)), "n"))
    audiences.hear(facts.affiliation("ended", "tono", "sma"))
    assert who(audiences.hear(recorded(announcement_withdrawn(), "n"))) == {"tono": "announcement-withdrawn"}


def test_expired_announcements_are_dropped_from_the_state() -> None:
    audiences = community("tono")
    audiences.hear(recorded(announcement(), "n"))
    audiences.hear(recorded(replace(announcement(), worth_until=STARTS + timedelta(days=9)), "m", at=STARTS))
    assert set(audiences.states["region:kediri"]["announced"]) == {"m"}


def test_withdrawal_before_publication_is_told_to_nobody() -> None:
    assert community("sri").hear(recorded(announcement_withdrawn(revision=0), "n")) == []


def test_the_same_people_in_two_regions_are_two_messages_of_one_fact() -> None:
    audiences = Audiences()
    for region in ("kediri", "blitar"):
        joined = facts.affiliation("started", "sri", f"l-{region}", region)
        audiences.hear(facts.library("basic", f"l-{region}", region), joined)
        audiences.hear(facts.affiliation("started", f"only-{region}", f"l-{region}", region))
    told = audiences.hear(recorded(announcement(regions=("kediri", "blitar"), levels=("basic",)), "n"))
    assert {person for message in told for person in message.people} == {"sri", "only-kediri", "only-blitar"}
    assert len({planned.fact for planned in told}) == 1


def test_followers_of_a_region_are_told_of_its_activities() -> None:
    audiences = community("tono")
    audiences.hear(recorded(RegionFollowed("kediri"), "dewi"))
    assert set(who(audiences.hear(facts.published(topic=None)))) == {"tono", "dewi"}
    audiences.hear(recorded(RegionUnfollowed("kediri"), "dewi"))
    assert set(who(audiences.hear(facts.published(topic=None, activity="b")))) == {"tono"}


def test_bounced_contact_is_told_to_the_regions_coordinator_or_stand_in() -> None:
    audiences = community("tono")
    audiences.hear(facts.office("stand-in-named", "dewi"))
    assert who(audiences.hear(recorded(ContactBounced("email", "kediri"), "tono"))) == {"dewi": "contact-bounced"}
    audiences.hear(facts.office("office-assumed", "wahyu"))
    [message] = audiences.hear(recorded(ContactBounced("telegram", "kediri"), "tono"))
    assert message.people == ("wahyu",)
    assert variables(message) == {"contact": "tono", "channel": "Telegram"}
    assert audiences.hear(recorded(ContactBounced("email", None), "guest")) == []
