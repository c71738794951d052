"""A lecture in a Telegram group through public interfaces only: the gateway for moderators, chats for participants."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.demo.telegram.visitor import NotAllowed, Visitor
from deploy.waiting import wait_until
from tests.e2e.stack import KEDIRI, RunningStack

GROUP, SARI, STRANGER, LEADER = -100_777, 555_001, 555_002, 555_003
BEFORE = {"can_send_messages": True, "can_send_polls": False, "can_send_photos": True, "can_send_smells": True}
SOON = 15


@pytest.fixture
def chats(running: RunningStack) -> Iterator[Visitor]:
    visitor = Visitor(running.telegram.url)
    for number, name in ((SARI, "Sari"), (STRANGER, "Tamu"), (LEADER, "Rani")):
        visitor.put_person(number, name)
    visitor.put_group(GROUP, "Pustakawan Kediri", [SARI, STRANGER], [LEADER], permissions=BEFORE)
    yield visitor
    visitor.close()


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    document: dict[str, Any] = answer.json()
    return document


def announced(running: RunningStack) -> str:
    """The path of a lecture that starts in ten minutes."""
    group = {"name": "Pustakawan Kediri", "channel": "telegram", "chat": str(GROUP), "region": KEDIRI}
    starts = running.clock.now() + timedelta(minutes=10)
    times = {"starts": starts.isoformat(), "ends": (starts + timedelta(hours=1)).isoformat()}
    wish = {"title": "Katalog induk", "region": KEDIRI, "agreed_otherwise": "di pertemuan bulan lalu", **times}
    wish["group"] = ok(running.rani.post("/v1/chat-groups", group))["group"]
    path = f"/v1/activities/{ok(running.rani.post('/v1/lectures', wish))['activity']}"
    for who, role in ((running.rani, {"role": "guide"}), (running.sari, {"role": "speaker", "category": "academic"})):
        ok(running.rani.post(f"{path}/speakers", {"person": who.person, **role}))
    ok(running.rani.post(f"{path}/publish"))
    return path


def test_a_lecture_restricts_its_group_and_records_messages(running: RunningStack, chats: Visitor) -> None:
    def says(who: int, text: str, chat: int | None = None) -> None:
        chats.write(who, text, chat)

    def told(who: int, words: str) -> None:
        wait_until(lambda: words in chats.messages(who)[-1]["text"], SOON, f"the bot to say {words!r}")

    path = announced(running)
    says(SARI, "Hadir, selamat pagi", GROUP)  # the account is not linked yet
    link = ok(running.sari.post("/v1/me/telegram"))["token"]
    says(SARI, f"/start {link}")
    told(SARI, "sudah terhubung")
    says(STRANGER, f"/start {link}")
    told(STRANGER, "autan")  # a link works once

    says(SARI, "Ada yang jual rak?", GROUP)
    ok(running.rani.post(f"{path}/lecture/open"))
    wait_until(lambda: not chats.permissions(GROUP)["can_send_messages"], SOON, "the group to be restricted")
    with pytest.raises(NotAllowed):
        says(SARI, "Saya masih mau bicara", GROUP)
    says(LEADER, "Selamat datang di kuliah kita", GROUP)
    says(STRANGER, "hadir")
    told(STRANGER, "Kehadiran Anda tercatat: Katalog induk")
    says(SARI, "/tanya Apa bedanya dengan katalog bersama?")
    told(SARI, "nomor 1")

    (question,) = ok(running.rani.get(f"{path}/questions"))["items"]
    assert (question["text"], question["asker"]) == ("Apa bedanya dengan katalog bersama?", running.sari.person)

    def present() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = ok(running.rani.get(f"{path}/attendance"))["items"]
        assert len(items) == 2
        return items

    there = wait_until(present, SOON, "both to be counted")
    assert {item["method"] for item in there} == {"reply"}

    def hers() -> None:
        history = ok(running.sari.get(f"/v1/participation/{running.sari.person}"))
        assert path.rpartition("/")[2] in {item["activity"] for item in history["items"]}

    wait_until(lambda: hers() is None, SOON, "what she wrote as a stranger to be hers")

    ok(running.rani.post(f"{path}/lecture/close"))
    wait_until(
        lambda: {flag: chats.permissions(GROUP)[flag] for flag in BEFORE} == BEFORE, SOON, "the group to be as before"
    )
    stored = json.dumps(running.commits("events"), default=str)
    assert str(STRANGER) not in stored
    assert str(SARI) not in stored
    assert "jual rak" not in stored
