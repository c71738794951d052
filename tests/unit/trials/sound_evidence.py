"""What a small trial without any fault would have left: three people, two seats' worth of events, mails and webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.trials.checker.evidence import Arrival, Command, Document, Evidence, Mail, Service, Setting
from tests.trials.checker.logs import command_id

AT = datetime(2026, 11, 25, 2, 0, 5, tzinfo=UTC)
BOARD, ANI, BUDI, CITRA = "board", "ani", "budi", "citra"
HEARS = {"members": ("events",), "events": ("members",), "notifications": ("members", "events")}
REGION = "kota-kediri"
SEATS = "/v1/activities/a1/registrations"


class _Service:
    """Appends commits, and tells facts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.commits: list[Document] = []
        self.inbox: list[Document] = []
        self._versions: dict[str, int] = {}
        self._facts = 0

    def append(
        self, identity: str, stream: str | None, told: list[tuple[str, dict[str, Any], str | None]], **more: Any
    ) -> Document:
        """One commit with these events: type, data, and the fact's type if the event tells a fact."""
        events, facts = [], []
        for kind, data, fact in told:
            assert stream is not None
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            event = {"version": version, "id": f"{stream}/{version}", "type": kind, "data": data}
            events.append(event)
            if fact is not None:
                self._facts += 1
                subject = {"subject": stream.partition("-")[2], "region": REGION, "data": {"person": data["person"]}}
                facts.append({"n": self._facts, "event": event["id"], "type": fact, **subject})
        commit = {
            "_id": len(self.commits) + 1,
            "command_id": identity,
            "at": AT,
            "meta": {"actor": BOARD},
            "answer": {},
            "events": events,
            "facts": facts,
            **({"stream": stream} if stream else {}),
            **more,
        }
        self.commits.append(commit)
        return commit

    def hear(self, source: _Service) -> None:
        """Everything that another service has told so far and this one has not heard."""
        known = {one["id"] for one in self.inbox}
        for commit in source.commits:
            for fact in commit["facts"]:
                if fact["event"] not in known:
                    envelope = {
                        "id": fact["event"],
                        "type": f"id.jejaring.{source.name}.{fact['type']}.v1",
                        "subject": fact["subject"],
                        "region": fact["region"],
                        "data": fact["data"],
                    }
                    heard = {"source": source.name, "n": fact["n"], "id": fact["event"], "envelope": envelope}
                    self.inbox.append({"_id": len(self.inbox) + 1, **heard})


def sound() -> Evidence:
    """Fresh evidence in which every promise holds."""
    members, events, notifications = _Service("members"), _Service("events"), _Service("notifications")
    history: list[Command] = []

    def asked(command: str, caller: str, service: str, method: str, path: str, **told: Any) -> str:
        op = len(history) + 1
        history.append(Command(op, command, caller, service, method, path, f"k{op}", {}, **told))
        return command_id(history[-1])

    for number, person in enumerate((ANI, BUDI, CITRA), start=1):
        told = {"outcome": "ok", "status": 201, "position": number, "answer": {"member": person}}
        identity = asked("join", BOARD, "members", "POST", "/v1/members", **told)
        joined = [("MemberJoined", {"person": person, "name": f"sealed {person}"}, "member-joined")]
        members.append(identity, f"person-{person}", joined, answer={"member": person})
    opened = {"person": None, "capacity": 1, "closes": "2026-12-09T02:00:00+00:00", "region": REGION}
    events.append("manager", "seats-a1", [("SeatsOpened", opened, None)])
    for person, kind, fact, answer, extra in (
        (ANI, "SeatTaken", "seat-taken", {"seat": "taken", "place": None}, {}),
        (BUDI, "PlacedInLine", "seat-lined", {"seat": "line", "place": 1}, {"place": 1}),
        (CITRA, "PlacedInLine", "seat-lined", {"seat": "line", "place": 2}, {"place": 2}),
    ):
        told = {"outcome": "ok", "status": 201, "position": len(events.commits) + 1, "answer": answer}
        identity = asked("register", person, "events", "POST", SEATS, **told)
        events.append(identity, "seats-a1", [(kind, {"person": person, **extra}, fact)], answer=answer)
    told = {"outcome": "ok", "status": 200, "position": 5, "answer": {"promoted": BUDI}}
    identity = asked("release", ANI, "events", "DELETE", f"{SEATS}/{ANI}", **told)
    moved = [("SeatReleased", {"person": ANI}, "seat-released"), ("SeatPromoted", {"person": BUDI}, "seat-promoted")]
    events.append(identity, "seats-a1", moved, answer={"promoted": BUDI})
    identity = asked(
        "second topic",
        BOARD,
        "events",
        "POST",
        "/v1/activities/a1/topics",
        outcome="refused",
        status=422,
        rule="one",
        position=6,
    )
    events.append(identity, None, [], refused="one")
    asked("forbidden", ANI, "events", "POST", SEATS, outcome="rejected", status=403)
    asked("join", BOARD, "members", "POST", "/v1/members")
    identity = asked("attend", BOARD, "events", "POST", "/v1/activities/a2/attendance", outcome="unknown")
    events.append(
        identity,
        "attendance-a2",
        [("AttendanceRecorded", {"person": CITRA, "guest": None, "method": "coordinator"}, "attendance-recorded")],
    )
    identity = asked("prefer", ANI, "notifications", "PUT", "/v1/me/preferences", outcome="ok", status=200, position=1)
    wish = {"person": ANI, "language": "en"}
    notifications.append(identity, f"preference-{ANI}", [("PreferenceChosen", wish, None)])
    made = {"person": None, "after": 1}
    notifications.append("partner", "subscription-s", [("SubscriptionMade", made, None)])
    members.hear(events)
    events.hear(members)
    for source in (members, events):
        notifications.hear(source)
    deliveries, mails = _told(notifications)
    wanted = [one for one in notifications.inbox if one["_id"] > 1]
    arrivals = [Arrival(one["id"], number, True, one["envelope"]) for number, one in enumerate(wanted, start=1)]
    views = {
        "members": {
            "roster": {person: {"person": person, "name": f"sealed {person}"} for person in (ANI, BUDI, CITRA)}
        },
        "events": {"registrations": {"a1": _seats()}, "attendance": {"a2": _attended()}},
        "notifications": {"preferences": {ANI: dict(wish)}},
    }
    return Evidence(
        setting=Setting(HEARS, sorted({one["envelope"]["type"].split(".")[-2] for one in wanted}), REGION, 3),
        history=history,
        services={
            one.name: Service(one.commits, one.inbox, views[one.name], {"parked": 0, "strays": 0})
            for one in (members, events, notifications)
        },
        deliveries=deliveries,
        mails=mails,
        arrivals=arrivals,
    )


def _told(notifications: _Service) -> tuple[list[Document], list[Mail]]:
    deliveries, mails = [], []
    for heard in list(notifications.inbox):
        fact, person = heard["id"], heard["envelope"]["data"]["person"]
        if "attendance" in heard["envelope"]["type"]:
            continue
        planned = {"person": None, "fact": fact, "people": [person]}
        notifications.append(f"audience {fact}", f"message-{fact}", [("MessagePlanned", planned, None)])
        deliveries.append({"_id": f"delivery {fact}", "fact": fact, "person": person, "state": "sent"})
        mails.append(Mail(f"delivery {fact}", f"{person}@contoh.example"))
    return deliveries, mails


def _seats() -> Document:
    row = {"region": REGION, "capacity": 1, "closes": "2026-12-09T02:00:00Z", "closed": None}
    return {**row, "taken": [BUDI], "line": [CITRA], "version": 6}


def _attended() -> Document:
    entry = {"person": CITRA, "guest": None, "method": "coordinator", "at": "2026-11-25T02:00:05Z", "by": BOARD}
    return {"entries": [entry], "absences": []}
