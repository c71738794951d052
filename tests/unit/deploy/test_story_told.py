"""How the story is told: patient with what is down, strict about what it sees, and the same each time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.story import Progress, StoryFailed, is_story_told
from deploy.demo.story.calendar import Calendar
from deploy.demo.story.chapters.heard import is_told, letters
from deploy.demo.story.gateway import Gateway, Unexpected
from deploy.demo.story.mailbox import Mailbox
from deploy.demo.story.telling import CHAPTERS
from deploy.demo.story.world import Voice, World, same
from deploy.errors import DeadlinePassed
from services.kernel.base.local_time import local

Answers = Callable[[httpx.Request], httpx.Response]


def _world(answers: Answers, tmp_path: Path, seconds: float = 5) -> World:
    gateway = Gateway("http://gateway", seconds, httpx.MockTransport(answers))
    mailbox = Mailbox("http://mailbox", httpx.MockTransport(answers))
    return World(gateway, mailbox, Calendar(tmp_path / "clock.json"), {}, at="1/raise_topic")


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503, 504])
def test_a_request_without_an_answer_is_repeated_under_the_same_key(tmp_path: Path, status: int) -> None:
    keys: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(status if len(keys) < 3 else 201, json={"topic": "t"})

    answer = Voice(_world(answers, tmp_path), "token").post("/v1/topics", {"title": "x"})
    assert answer.status == 201
    assert keys == ["story/1/raise_topic"] * 3


def test_a_lost_connection_is_made_again(tmp_path: Path) -> None:
    tries: list[int] = []

    def answers(request: httpx.Request) -> httpx.Response:
        tries.append(1)
        if len(tries) < 3:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={})

    assert Voice(_world(answers, tmp_path), None).get("/v1/regions").status == 200


def test_repeated_requests_end_at_the_deadline_with_the_last_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "1")
    world = _world(lambda _request: httpx.Response(503, json={"detail": "members is down"}), tmp_path, 0.3)
    with pytest.raises(Unexpected, match=r"not answered within 0.3 s \(last: 503.*members is down"):
        world.nobody.get("/v1/regions")


def test_a_part_of_an_answer_that_is_still_missing_is_waited_for(tmp_path: Path) -> None:
    revoked = iter([None, {}, {"reasons": []}, {"reasons": ["misprinted"]}])

    def look() -> str:
        ((reason,),) = [next(revoked)["reasons"]]  # type: ignore[index]  # as an answer is before it is whole
        return str(reason)

    world = _world(lambda _request: httpx.Response(200), tmp_path)
    assert world.eventually(look, "the certificate to be revoked") == "misprinted"
    with pytest.raises(DeadlinePassed, match=r"the certificate to be revoked; last seen: .*StopIteration"):
        world.eventually(look, "the certificate to be revoked", 0.2)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422])
def test_a_final_status_is_not_asked_for_again(tmp_path: Path, status: int) -> None:
    asked: list[int] = []

    def answers(_request: httpx.Request) -> httpx.Response:
        asked.append(1)
        return httpx.Response(status, json={"rule": "x"})

    assert Voice(_world(answers, tmp_path), "token").post("/v1/topics").status == status
    assert len(asked) == 1


def test_a_refusal_in_again_on_is_repeated_under_another_key(tmp_path: Path) -> None:
    keys: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        refused = {"rule": "speakers-from-the-board"}
        return httpx.Response(422 if len(keys) < 2 else 201, json=refused if len(keys) < 2 else {})

    voice = Voice(_world(answers, tmp_path), "token")
    assert voice.post("/v1/x", nth="guide", again_on={"speakers-from-the-board"}).status == 201
    assert keys == ["story/1/raise_topic/guide", "story/1/raise_topic/guide/2"]


def test_steps_of_a_chapter_have_names_of_their_own_so_keys_never_meet() -> None:
    for chapter in CHAPTERS:
        names = [step.play.__name__ for step in chapter.steps]
        assert len(set(names)) == len(names)


def test_an_unexpected_answer_says_what_was_asked_and_what_came(tmp_path: Path) -> None:
    world = _world(lambda _request: httpx.Response(403, json={"title": "You may not do this here"}), tmp_path)
    with pytest.raises(Unexpected, match=r"GET /v1/members answered 403, not 200.*may not"):
        world.nobody.listed("/v1/members")


def test_a_difference_shows_both_sides() -> None:
    with pytest.raises(Unexpected, match="seats: 11 where 12 was expected"):
        same(11, 12, "seats")


def test_a_login_uses_the_code_that_came_after_the_request(tmp_path: Path) -> None:
    def letter(number: int, code: str) -> dict[str, Any]:
        text = f"Kode masuk Bapak/Ibu:\n\n    {code}\n\nberlaku"
        return {"message_id": f"<{number}>", "to": ["a@example.org"], "subject": "Kode masuk Jejaring", "text": text}

    caught = [letter(1, "111111")]
    entered: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/messages":
            return httpx.Response(200, json=caught[::-1])
        if request.url.path == "/v1/login/code":
            caught.append(letter(2, "222222"))
            return httpx.Response(202, json={})
        entered.append(request.read().decode())
        return httpx.Response(200, json={"token": "t", "person": "p"})

    world = _world(answers, tmp_path)
    world.log_in("a@example.org")
    assert world.tokens == {"a@example.org": "t"}
    assert ["222222" in body for body in entered] == [True]


def test_a_repeated_mail_is_one_letter_and_a_folded_subject_is_one_line() -> None:
    mail = {"message_id": "<1>", "to": ["a@example.org"], "subject": " Kegiatan  baru: x", "text": ""}
    mailbox = Mailbox("http://m", httpx.MockTransport(lambda _request: httpx.Response(200, json=[mail, mail])))
    assert mailbox.subjects() == {"a@example.org": ["Kegiatan baru: x"]}


def test_two_letters_with_the_same_subject_count_twice(tmp_path: Path) -> None:
    del tmp_path
    mails = [
        {"message_id": f"<{n}>", "to": ["a@example.org"], "subject": "Kegiatan baru: x", "text": ""} for n in (1, 2)
    ]
    mailbox = Mailbox("http://m", httpx.MockTransport(lambda _request: httpx.Response(200, json=mails)))
    assert mailbox.subjects() == {"a@example.org": ["Kegiatan baru: x"] * 2}


def test_the_story_expects_each_letter_once() -> None:
    wanted = letters()
    assert all(len(set(subjects)) == len(subjects) for subjects in wanted.values())
    assert len(wanted) > 140


def test_days_are_counted_from_the_boards_beginning_and_never_from_a_clock(tmp_path: Path) -> None:
    calendar = Calendar(tmp_path / "clock.json")
    calendar.begin(datetime(2026, 11, 24, 18, 30, tzinfo=UTC))  # the 25th in Kediri
    assert calendar.at(14, "09:00") == datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
    assert calendar.text(0, "00:00") == "2026-11-24T17:00:00+00:00"


def test_the_story_moves_time_forward_only(tmp_path: Path) -> None:
    calendar = Calendar(tmp_path / "clock.json")
    calendar.begin(calendar.now())
    calendar.turn_to(3, "09:00")
    reached = calendar.now()
    assert abs(reached - calendar.at(3, "09:00")) < timedelta(seconds=5)
    calendar.turn_to(1, "09:00")
    assert calendar.now() >= reached


def test_the_story_begins_at_eight_in_the_morning(tmp_path: Path) -> None:
    calendar = Calendar(tmp_path / "clock.json")
    calendar.to_the_morning()
    assert f"{local(calendar.now()):%H:%M}" == "08:00"


@pytest.mark.parametrize(("yes", "is_over"), [(2, False), (3, True)])
def test_the_story_counts_as_told_when_the_last_raiser_has_answered(yes: int, is_over: bool) -> None:
    title = "Label barcode dari SLiMS selalu bergeser saat dicetak"
    assert is_told([{"title": title, "solved": {"yes": yes, "no": 0}}]) is is_over


def test_a_missing_gateway_fails_with_a_named_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.demo.story.telling.Gateway", lambda url: Gateway(url, 0.2))
    with pytest.raises(StoryFailed, match="is it told already"):
        is_story_told("http://127.0.0.1:9")


def test_progress_prints_one_line() -> None:
    assert str(Progress("Bab 2", "impor", 8, 37, "20 dari 157 baris")) == "[ 8/37] Bab 2 · impor (20 dari 157 baris)"
