"""What members and events tell, worded as their contracts word it, for the tests of this room."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.base.message import Event, Fact, Metadata, Recorded
from tests.support import sample_facts

START = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
"""10.00 WIB on the first of December: nobody is asleep."""
STARTS = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 12, 4, 0, tzinfo=UTC)


def fact(
    name: str, subject: str, data: dict[str, Any], *, region: str | None = "kediri", at: datetime = START, n: int = 1
) -> Fact:
    source, _, kind = name.partition(".")
    sample_facts.checked(source, kind, data)
    identity = f"{name}-{subject}-{data.get('person', '')}-{n}"
    return Fact(source, "epoch", n, identity, kind, 1, subject, region, at, data, "correlation")


def region_opened() -> Fact:
    return fact("members.region-opened", "kediri", {"name": "Kota Kediri", "subdistricts": []})


def rules(**changed: Any) -> Fact:
    data = sample_facts.sample("members", "rules-changed", **changed)
    return fact("members.rules-changed", "rules", dict(data), region=None)


def joined(person: str, how: str = "form", at: datetime = START) -> Fact:
    data = {"person": person, "library": "l", "subdistrict": "s", "language": "id", "how": how}
    return fact("members.member-joined", person, data, at=at)


def office(kind: str, person: str, office: str = "regional-coordinator", region: str | None = "kediri") -> Fact:
    data = {"office": office, "region": region, "person": person}
    data |= {"board": True} if kind in {"office-assumed", "stand-in-named"} else {}
    return fact(f"members.{kind}", f"{office}.{region or 'all'}", data, region=region)


def code_issued(person: str = "sri") -> Fact:
    data = {"person": person, "code": "code-1", "expires": (START + timedelta(minutes=10)).isoformat()}
    return fact("members.login-code-issued", person, data, region=None)


def topic(kind: str, person: str) -> Fact:
    data = {"topic": "t", "person": person}
    data |= {"title": "Label barcode", "origin": "member"} if kind == "raised" else {}
    return fact(f"events.topic-{kind}", "t", data)


def published(at: datetime = START, starts: datetime = STARTS, activity: str = "a", topic: str | None = "t") -> Fact:
    data = {
        "activity": activity,
        "kind": "gathering",
        "topic": topic,
        "title": "Gathering: label barcode",
        "starts": starts.isoformat(),
        "ends": (starts + (ENDS - STARTS)).isoformat(),
        "venue": {"id": "v", "name": "Kafe Buku", "kind": "cafe", "subdistrict": "s"},
        "capacity": 12,
        "rules": {"version": 1, "speakers": "board"},
        "past": False,
        "units": [],
        "levels": [],
        "open": False,
    }
    return fact("events.activity-published", activity, data, at=at)


def rescheduled(starts: datetime) -> Fact:
    times = {"starts": starts, "ends": starts + timedelta(hours=2), "was": STARTS}
    data = {"activity": "a"} | {name: at.isoformat() for name, at in times.items()}
    return fact("events.activity-rescheduled", "a", data)


def cancelled() -> Fact:
    return fact("events.activity-cancelled", "a", {"activity": "a", "reason": "Kafe tutup", "topic": "t"})


def completed(at: datetime = ENDS) -> Fact:
    return fact("events.activity-completed", "a", {"activity": "a", "topic": "t", "present": 2, "guests": 1}, at=at)


def seat(kind: str, person: str, **more: Any) -> Fact:
    return fact(f"events.seat-{kind}", "a", {"activity": "a", "person": person, **more})


def attended(person: str | None = None, guest: str | None = None) -> Fact:
    data = {"activity": "a", "person": person, "guest": guest, "method": "code"}
    return fact("events.attendance-recorded", "a", data, at=ENDS)


def library(level: str = "secondary", library: str = "l", region: str | None = "kediri") -> Fact:
    data = {"library": library, "name": "SMAN 4 Kota Kediri", "kind": "school", "level": level, "subdistrict": "s"}
    return fact("members.library-registered", library, data, region=region)


def affiliation(kind: str, person: str, library: str = "l", region: str | None = "kediri") -> Fact:
    data = {"person": person, "library": library} | ({"role": "staff"} if kind == "started" else {})
    return fact(f"members.affiliation-{kind}", library, data, region=region)


def certificate(person: str) -> Fact:
    data = {"certificate": "c", "activity": "a", "person": person, "guest": None}
    return fact("events.certificate-issued", "c", data, at=ENDS)


def poll(closes: datetime = STARTS) -> Fact:
    data = {"poll": "p", "title": "Kuliah Z39.50", "closes": closes.isoformat(), "options": 3}
    return fact("events.poll-opened", "p", data)


def lecture(channel: str = "telegram", chat: str | None = "-1001") -> Fact:
    data = {"activity": "a", "group": "g", "channel": channel, "chat": chat, "title": "Kuliah Z39.50"}
    return fact("events.lecture-announced", "a", data | {"starts": STARTS.isoformat()})


def consultation(kind: str, **more: Any) -> Fact:
    asked = {"consultation": "q"} if kind == "escalated" else {"consultation": "q", "asker": "sri"}
    data = sample_facts.sample("mentoring", f"consultation-{kind}", **asked, **more)
    return fact(f"mentoring.consultation-{kind}", "q", dict(data))


def mentoring(kind: str, **more: Any) -> Fact:
    data = sample_facts.sample("mentoring", kind, mentorship="m", library="l", **more)
    return fact(f"mentoring.{kind}", "m", dict(data))


def recorded(event: Event, identity: str = "own", at: datetime = START, number: int = 1) -> Recorded:
    """An event of our own, as a manager reads it in the commits."""
    return Recorded(
        number, 0, f"stream-{identity}", 1, f"event-{identity}-{number}", event, at, at, Metadata("correlation")
    )
