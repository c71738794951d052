"""Fifty people register for twelve seats at the same time."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from deploy.waiting import wait_until
from tests.e2e.stack import RunningStack, Visitor

CROWD = 50
SEATS = 12


def register(path: str, people: list[Visitor]) -> list[httpx.Response]:
    """Register all people concurrently, each with a constant key."""

    def ask(who: Visitor) -> httpx.Response | None:
        # A busy machine answers 503 to the last requests; they are repeated.
        answer = who.post(f"{path}/registrations", {}, "my-seat")
        return None if answer.status_code == 503 else answer

    def has(who: Visitor) -> httpx.Response:
        return wait_until(lambda: ask(who), 30, "the seat to be decided")

    with ThreadPoolExecutor(len(people)) as crowd:
        return list(crowd.map(has, people))


def test_fifty_concurrent_registrations_fill_twelve_seats_and_queue_in_log_order(running: RunningStack) -> None:
    people = running.join(*(f"orang{n}" for n in range(CROWD)))
    path = running.published(capacity=SEATS)
    answers = register(path, people)
    assert [answer.status_code for answer in answers] == [201] * CROWD
    documents = [answer.json() for answer in answers]
    assert [document["person"] for document in documents] == [who.person for who in people]
    seated = {document["person"] for document in documents if document["seat"] == "taken"}
    line = sorted((document["place"], document["person"]) for document in documents if document["seat"] == "line")
    assert (len(seated), [place for place, _ in line]) == (SEATS, list(range(1, CROWD - SEATS + 1)))

    running.wait_until_idle()
    log = running.commits("events", stream=f"seats-{path.rpartition('/')[2]}")
    told = [event for commit in log for event in commit["events"]][1:]  # the first opened the seats
    assert [event["type"] for event in told] == ["SeatTaken"] * SEATS + ["PlacedInLine"] * (CROWD - SEATS)
    assert {event["data"]["person"] for event in told[:SEATS]} == seated
    assert [(event["data"]["place"], event["data"]["person"]) for event in told[SEATS:]] == line
    positions = [int(answer.headers["Position"].removeprefix("events@")) for answer in answers]
    in_order = [
        document["person"] for _, document in sorted(zip(positions, documents, strict=True), key=lambda x: x[0])
    ]
    assert in_order == [event["data"]["person"] for event in told]

    shown = running.rani.get(f"{path}/registrations").json()["items"]
    assert [(one["place"], one["person"]) for one in shown[SEATS:]] == line
    assert running.nobody.get(path).json()["seats"] == {"taken": SEATS, "line": CROWD - SEATS}

    with running.unchanged():
        again = register(path, people)
    for first, second in zip(answers, again, strict=True):
        same = ("Position", "ETag")
        assert (second.status_code, second.content) == (201, first.content)
        assert [second.headers[name] for name in same] == [first.headers[name] for name in same]
