"""Announcements: from the board's words to who hears them, on a real database and a real mail server."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor
from services.notifications.sending.channel import Deferred, Letter
from services.notifications.sending.mail import SmtpServer
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import MembersServer, TestMail
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS

NUMBERS = itertools.count()
RATNA = Actor("person", "ratna", grants={"announcements.send": (EVERYWHERE,)})
WAHYU = Actor("person", "wahyu", grants={"announcements.send": ("kediri",)})
BODY = {"title": "Pembaruan server", "text": "Hari Sabtu.\n\nMohon cadangkan data.", "worth_until": STARTS.isoformat()}


def act(harness: NotificationsHarness, actor: Actor, path: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    """One request; whatever follows from it has happened when this returns."""
    answer = harness.post(actor, f"/v1/announcements{path}", body, key=f"request-{next(NUMBERS)}")
    harness.run()
    return answer.status, answer.body


def approve(harness: NotificationsHarness, actor: Actor, announcement: str) -> tuple[int, dict[str, Any]]:
    """Stand by what waits, as it is read at this moment."""
    [draft] = [item["waiting"]["draft"] for item in shown(harness, RATNA) if item["announcement"] == announcement]
    return act(harness, actor, f"/{announcement}/approval", draft=draft)


def announced(harness: NotificationsHarness, actor: Actor = RATNA, **more: Any) -> str:
    status, written = act(harness, actor, **(BODY | {"regions": ["kediri"]} | more))
    assert status == 201, written
    return str(written["announcement"])


def many_in(harness: NotificationsHarness, post: TestMail, people: int = 51) -> None:
    """So many members that one board member alone may not write to all of them."""
    post.know("sri", "budi")
    community(harness, "sri", "budi", *(f"m{n}" for n in range(people - 2)))
    harness.run()


def shown(harness: NotificationsHarness, actor: Actor) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = harness.get(actor, "/v1/announcements").body["items"]
    return items


def test_an_announcement_to_a_region_reaches_its_members_with_its_paragraphs(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    announced(harness, WAHYU)
    [mail] = post.to("sri")
    assert mail["subject"] == "Pengumuman: Pembaruan server"
    assert "Hari Sabtu.\n\nMohon cadangkan data." in mail["text"]
    [line] = shown(harness, Actor("person", "sri"))
    assert (line["state"], line["regions"], line["people"], "by" in line) == ("published", ["kediri"], 1, False)


def test_an_announcement_needs_the_permission_in_each_of_its_regions(harness: NotificationsHarness) -> None:
    community(harness, "sri")
    harness.run()
    for regions in (["kediri", "blitar"], None):
        assert act(harness, WAHYU, **BODY, regions=regions)[0] == 403
    assert act(harness, Actor("person", "sri"), **BODY, regions=["kediri"])[0] == 403
    assert harness.get(ANONYMOUS, "/v1/announcements").status == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"regions": []},
        {"regions": ["a.b"]},
        {"levels": ["university"]},
        {"title": ""},
        {"worth_until": "tomorrow"},
        {"worth_until": "9999-12-31T23:59:59+00:00"},
        {"text": "x" * 4001},
    ],
)
def test_an_invalid_announcement_is_refused(harness: NotificationsHarness, wrong: dict[str, Any]) -> None:
    assert act(harness, RATNA, **(BODY | {"regions": ["kediri"]} | wrong))[0] == 400


def test_an_announcement_to_nobody_or_too_late_is_refused(harness: NotificationsHarness) -> None:
    status, problem = act(harness, RATNA, **BODY, regions=["kediri"])
    assert (status, problem["rule"]) == (422, "announcement-to-nobody")
    community(harness, "sri")
    harness.run()
    late = BODY | {"regions": ["kediri"], "worth_until": START.isoformat()}
    assert act(harness, RATNA, **late)[1]["rule"] == "announcement-too-late"


def test_an_announcement_to_many_people_waits_for_a_second_board_member(
    harness: NotificationsHarness, post: TestMail
) -> None:
    many_in(harness, post)
    announcement = announced(harness)
    assert post.to("sri") == []
    assert shown(harness, Actor("person", "sri")) == []
    [waiting] = shown(harness, RATNA)
    assert (waiting["state"], waiting["people"], waiting["above"]) == ("waiting", 51, 50)
    assert act(harness, RATNA, f"/{announcement}/publication")[1]["rule"] == "second-person-needed"
    assert approve(harness, RATNA, announcement)[1]["rule"] == "approver-is-another"
    assert approve(harness, Actor("person", "tono"), announcement)[0] == 403
    assert approve(harness, WAHYU, announcement)[1]["state"] == "published"
    assert len(post.to("sri")) == 1
    assert act(harness, WAHYU, f"/{announcement}/withdrawal")[0] == 200


def test_a_waiting_announcement_is_published_by_its_writer_once_the_rules_allow(
    harness: NotificationsHarness, post: TestMail
) -> None:
    many_in(harness, post)
    announcement = announced(harness)
    harness.hear(facts.rules(version=2, in_force_from=START.isoformat(), announcement_second_above=60))
    harness.run()
    assert act(harness, RATNA, f"/{announcement}/publication")[1]["state"] == "published"
    assert len(post.to("sri")) == 1


def test_a_level_in_a_region_is_told_and_counted_by_where_people_work(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("sri", "budi")
    community(harness, "sri", "budi")
    harness.hear(facts.library("secondary", "sma"), facts.affiliation("started", "sri", "sma"))
    harness.run()
    announced(harness, levels=["secondary"])
    assert (len(post.to("sri")), len(post.to("budi"))) == (1, 0)
    assert shown(harness, RATNA)[0]["people"] == 1


def test_a_withdrawal_before_the_mail_was_sent_leaves_nothing_to_send_and_tells_nobody(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    members.down = True
    announcement = announced(harness)
    act(harness, RATNA, f"/{announcement}/withdrawal")
    members.down = False
    harness.restart()
    harness.run()
    assert post.to("sri") == []
    assert harness.states() == {"sri": "withdrawn"}


def test_a_withdrawal_after_it_was_sent_is_told_to_those_who_had_it(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("sri", "dewi")
    community(harness, "sri")
    harness.run()
    announcement = announced(harness)
    harness.hear(facts.joined("dewi", "board"))  # who never heard of it
    harness.run()
    act(harness, RATNA, f"/{announcement}/withdrawal")
    assert post.subjects("sri") == ["Pengumuman: Pembaruan server", "Pengumuman ditarik: Pembaruan server"]
    assert post.to("dewi") == []
    assert (
        act(harness, RATNA, f"/{announcement}/correction", title="a", text="b")[1]["rule"] == "announcement-withdrawn"
    )


def test_a_correction_takes_the_place_of_what_is_not_sent_yet(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    evening = START + timedelta(hours=11)
    harness.move_to(evening)
    announcement = announced(harness)
    act(harness, RATNA, f"/{announcement}/correction", title="Pembaruan server", text="Hari Minggu.")
    harness.move_to(START + timedelta(hours=20))
    harness.run()
    assert post.subjects("sri") == ["Ralat pengumuman: Pembaruan server"]
    assert "Hari Minggu." in post.to("sri")[0]["text"]
    [line] = shown(harness, Actor("person", "sri"))
    assert (line["text"], line["revision"]) == ("Hari Minggu.", 2)


def test_a_correction_to_many_waits_as_well_and_its_writer_does_not_approve_it(
    harness: NotificationsHarness, post: TestMail
) -> None:
    many_in(harness, post)
    announcement = announced(harness)
    approve(harness, WAHYU, announcement)
    act(harness, WAHYU, f"/{announcement}/correction", title="Pembaruan server", text="Hari Minggu.")
    assert len(post.to("sri")) == 1
    assert approve(harness, WAHYU, announcement)[1]["rule"] == "approver-is-another"
    approve(harness, RATNA, announcement)
    assert post.subjects("sri")[-1] == "Ralat pengumuman: Pembaruan server"


def test_a_muted_region_and_a_matter_that_is_off_silence_announcements(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("sri", "budi", "tono")
    community(harness, "sri", "budi", "tono")
    harness.choose("sri", regions={"follow": [], "mute": ["kediri"]})
    harness.choose("budi", matters={"announcements": "off"})
    announced(harness)
    assert [len(post.to(person)) for person in ("sri", "budi", "tono")] == [0, 0, 1]


def test_an_unknown_announcement_is_not_found(harness: NotificationsHarness) -> None:
    for what, said in (("approval", {"draft": 1}), ("publication", {}), ("withdrawal", {})):
        assert act(harness, RATNA, f"/nowhere/{what}", **said)[0] == 404


def test_a_withdrawal_is_told_to_who_had_the_first_text_though_its_correction_never_went_out(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    announcement = announced(harness)
    harness.move_to(START + timedelta(hours=11))  # in the evening, when the correction waits
    act(harness, RATNA, f"/{announcement}/correction", title="Pembaruan server", text="Hari Minggu.")
    act(harness, RATNA, f"/{announcement}/withdrawal")
    harness.move_to(START + timedelta(hours=20))
    harness.run()
    assert post.subjects("sri") == ["Pengumuman: Pembaruan server", "Pengumuman ditarik: Pembaruan server"]


def test_a_withdrawal_is_told_to_people_who_moved_away(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    announcement = announced(harness)
    moved = {"person": "sri", "subdistrict": "x", "language": "id", "library": "l"}
    harness.hear(facts.fact("members.member-changed", "sri", moved, region="blitar"))
    harness.run()
    act(harness, RATNA, f"/{announcement}/withdrawal")
    assert post.subjects("sri") == ["Pengumuman: Pembaruan server", "Pengumuman ditarik: Pembaruan server"]


def test_a_failed_message_of_a_withdrawn_announcement_is_not_sent_again(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    members.know("tono", None)
    community(harness, "tono")
    harness.run()
    announcement = announced(harness)
    failed = harness.deliveries()["tono"]
    assert failed["state"] == "no-contact"
    act(harness, RATNA, f"/{announcement}/withdrawal")
    post.know("tono")
    harness.restart()  # which has forgotten that he had no address
    desk = Actor("person", "ratna", grants={"deliveries.read": (EVERYWHERE,)})
    answer = harness.post(desk, f"/v1/deliveries/{failed['_id']}/resend", {}, key="again")
    harness.run()
    assert (answer.status, answer.body["rule"]) == (422, "not-worth-sending")
    assert post.to("tono") == []


def test_a_deferred_message_of_a_withdrawn_announcement_is_not_sent(
    harness: NotificationsHarness, post: TestMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.know("sri")
    community(harness, "sri")
    harness.run()
    announcement = harness.post(RATNA, "/v1/announcements", BODY | {"regions": ["kediri"]}).body
    path = f"/v1/announcements/{announcement['announcement']}/withdrawal"

    def withdraw_and_put_off(_server: SmtpServer, _letter: Letter) -> None:
        monkeypatch.undo()
        assert harness.post(RATNA, path, {}, key="withdraw").status == 200
        while sum(reader.step(1) for reader in harness.application.runner.readers if reader.name != "sender"):
            pass
        raise Deferred("451")

    monkeypatch.setattr(SmtpServer, "send", withdraw_and_put_off)
    harness.run()
    harness.database.deliveries.update_many({}, {"$set": {"retry_at": datetime.now(UTC)}})
    harness.run()
    states = {document["kind"]: document["state"] for document in harness.database.deliveries.find()}
    assert states["announcement"] == "withdrawn"
    assert "Pengumuman: Pembaruan server" not in post.subjects("sri")
